//! Approvals: two people for what one person must not decide alone.
//!
//! A run or an unlock request asks for an approval. People are shown the plan, and one of them, who did not start it, decides
//! once. The decision names the plan's SHA-256, so that it holds for that plan and no other.

mod decision;
mod person_request;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Pin, RunId,
    identity::Person,
    input::{InvalidInput, InvalidValue},
    release::ReleaseId,
    unlock::UnlockId,
};

pub use decision::{Decision, DecisionRecord, DecisionSubject, NotCarriedOut, Refusal, Verdict, carries_out};
pub use person_request::{PersonRequest, Reason, SecureAccounts};

/// Who or what started a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartedBy {
    Schedule,
    Event,
    /// Who signed the request.
    Person(Person),
}

impl fmt::Display for StartedBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schedule => formatter.write_str("the schedule"),
            Self::Event => formatter.write_str("an event"),
            Self::Person(person) => write!(formatter, "`{person}`"),
        }
    }
}

/// What an approval is asked for: one round of one run, written `<run>.<round>`, or an unlock request or a release, written as its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ApprovalRequest {
    Deletion { run: RunId, round: u32 },
    Unlock(UnlockId),
    Release(ReleaseId),
}

impl ApprovalRequest {
    /// Where the approval request lies, with the task token in it.
    #[must_use]
    pub fn asked_key(&self) -> String {
        format!("approvals/{self}/asked.json")
    }

    /// Where the decision lies, once there is one.
    #[must_use]
    pub fn decision_key(&self) -> String {
        format!("approvals/{self}/decision.json")
    }

    /// Where that lies which is to be approved: the plan, or the request for a release.
    #[must_use]
    pub fn plan_key(&self) -> String {
        match self {
            Self::Deletion { run, round } => run.plan_key(*round),
            Self::Unlock(unlock) => unlock.plan_key(),
            Self::Release(release) => release.key(),
        }
    }
}

impl FromStr for ApprovalRequest {
    type Err = InvalidValue;

    fn from_str(value: &str) -> Result<Self, InvalidValue> {
        let refused = || InvalidValue::new(value, "an approval request (`<run>.<round>`, `unlock-…` or `release-…`)");
        // None of these ids has a dot.
        let Some((run, round)) = value.split_once('.') else {
            let release = value.parse().map(Self::Release);
            return release.or_else(|_| value.parse().map(Self::Unlock)).map_err(|_| refused());
        };
        let (run, round) = (run.parse().map_err(|_| refused())?, round.parse().map_err(|_| refused())?);
        let request = Self::Deletion { run, round };
        // Why: each round has one id, and so one key, although `+1` and `01` are read as numbers too.
        if request.to_string() == value { Ok(request) } else { Err(refused()) }
    }
}

impl TryFrom<String> for ApprovalRequest {
    type Error = InvalidValue;

    fn try_from(value: String) -> Result<Self, InvalidValue> {
        value.parse()
    }
}

impl From<ApprovalRequest> for String {
    fn from(request: ApprovalRequest) -> Self {
        request.to_string()
    }
}

impl fmt::Display for ApprovalRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deletion { run, round } => write!(formatter, "{run}.{round}"),
            Self::Unlock(unlock) => unlock.fmt(formatter),
            Self::Release(release) => release.fmt(formatter),
        }
    }
}

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
pub struct Ask {
    pub request: ApprovalRequest,
    /// What is to be carried out; everything that people are shown comes from it.
    pub plan: Pin,
    /// None: nobody can decide, since nobody is known to be somebody else than who started the run.
    pub started_by: Option<StartedBy>,
    pub task_token: TaskToken,
}

impl Ask {
    /// Refuses an approval request whose parts do not belong together.
    ///
    /// # Errors
    /// The plan is of something else.
    pub fn check(&self) -> Result<(), InvalidInput> {
        let Self { request, plan, started_by: _, task_token: _ } = self;
        if plan.key != request.plan_key() {
            let why = format!("`{}` is not where the plan of `{request}` lies", plan.key);
            return Err(InvalidInput::new("input", why));
        }
        Ok(())
    }

    /// Whether both ask the same; only the token may differ, since every attempt of a task has its own.
    #[must_use]
    pub fn asks_the_same_as(&self, other: &Self) -> bool {
        let Self { request, plan, started_by, task_token: _ } = self;
        (request, plan, started_by) == (&other.request, &other.plan, &other.started_by)
    }
}

#[cfg(test)]
#[path = "approval_tests.rs"]
mod tests;
