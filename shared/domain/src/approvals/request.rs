//! What is asked, and the token that the answer goes to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Pin, ids::approval::ApprovalId, people::StartedBy, text::input::InputError};

/// The token that an execution waits with. Whoever holds it can answer for the approver, so nothing ever prints it.
///
/// Source: AWS Step Functions API Reference, `TaskToken`: 1 to 2048 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct TaskToken(String);

impl TaskToken {
    /// The token itself, for Step Functions alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TaskToken {
    type Error = &'static str;

    fn try_from(token: String) -> Result<Self, &'static str> {
        if (1..=2048).contains(&token.len()) { Ok(Self(token)) } else { Err("not a task token (1 to 2048 characters)") }
    }
}

/// INVARIANT (I9): shows nothing of the token.
impl fmt::Debug for TaskToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TaskToken(…)")
    }
}

/// What is asked, as the state machine sends it and as it lies in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    pub approval_id: ApprovalId,
    /// What is to be carried out; everything that people are shown comes from it.
    pub plan: Pin,
    /// None: nobody can decide, since nobody is known to be somebody else than who started the run.
    pub started_by: Option<StartedBy>,
    pub task_token: TaskToken,
}

impl ApprovalRequest {
    /// Refuses an approval request whose parts do not belong together.
    ///
    /// # Errors
    /// The plan is of something else.
    pub fn check(&self) -> Result<(), InputError> {
        let Self { approval_id, plan, started_by: _, task_token: _ } = self;
        if plan.key != approval_id.plan_key() {
            let why = format!("`{}` is not where the plan of `{approval_id}` lies", plan.key);
            return Err(InputError::new("input", why));
        }
        Ok(())
    }

    /// Whether both ask the same; only the token may differ, since every attempt of a task has its own.
    #[must_use]
    pub fn asks_the_same_as(&self, other: &Self) -> bool {
        let Self { approval_id, plan, started_by, task_token: _ } = self;
        (approval_id, plan, started_by) == (&other.approval_id, &other.plan, &other.started_by)
    }
}
