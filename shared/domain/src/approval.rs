//! Approvals: two people for what one person must not decide alone.
//!
//! A run asks, people are shown the plan, and one of them who did not start the run decides, once. The decision names the
//! plan's SHA-256, so that it carries out that plan and no other.

mod decision;
mod person_request;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Pin, RunId,
    identity::Person,
    input::{InvalidInput, InvalidValue},
};

pub use decision::{Decision, DecisionRecord, NotCarriedOut, Refusal, Verdict, carries_out, decide};
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

/// What an approval is asked for: one round of one run, written `<run>.<round>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApprovalRequest {
    pub run: RunId,
    pub round: u32,
}

impl ApprovalRequest {
    /// Where the run's question lies, the task token in it.
    #[must_use]
    pub fn asked_key(&self) -> String {
        format!("approvals/{self}/asked.json")
    }

    /// Where the answer lies, once there is one.
    #[must_use]
    pub fn decision_key(&self) -> String {
        format!("approvals/{self}/decision.json")
    }
}

impl FromStr for ApprovalRequest {
    type Err = InvalidValue;

    fn from_str(value: &str) -> Result<Self, InvalidValue> {
        let refused = || InvalidValue::new(value, "an approval request (`<run>.<round>`)");
        // A run's id has no dot.
        let (run, round) = value.split_once('.').ok_or_else(refused)?;
        let request = Self { run: run.parse().map_err(|_| refused())?, round: round.parse().map_err(|_| refused())? };
        // Why: each request has one name, and so one key; `+1` and `01` are numbers too.
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
        let Self { run, round } = self;
        write!(formatter, "{run}.{round}")
    }
}

/// Whoever holds it can answer for the approver, so nothing ever prints it.
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

/// What a run asks, as the state machine sends it and as it is kept until somebody decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    pub run: RunId,
    pub round: u32,
    pub plan: Pin,
    pub request: ApprovalRequest,
    /// Without it, nobody can be shown to differ from who started the run.
    pub started_by: Option<StartedBy>,
    pub account_count: usize,
    pub accounts_in_24_hours: usize,
    pub limit: usize,
    pub task_token: TaskToken,
}

impl Ask {
    /// Refuses a question whose parts do not belong together.
    ///
    /// # Errors
    /// The request or the plan is of another run or round.
    pub fn check(&self) -> Result<(), InvalidInput> {
        let Self { run, round, plan, request, .. } = self;
        if (&request.run, request.round) != (run, *round) {
            let why = format!("`{request}` is not the request of run `{run}`, round {round}");
            return Err(InvalidInput::new("input", why));
        }
        if plan.key != run.plan_key(*round) {
            let why = format!("`{}` is not where the plan of run `{run}`, round {round} lies", plan.key);
            return Err(InvalidInput::new("input", why));
        }
        Ok(())
    }

    /// Whether both ask the same; only the token may differ, since every attempt of a task has its own.
    #[must_use]
    pub fn asks_the_same_as(&self, other: &Self) -> bool {
        let Self { run, round, plan, request, started_by, account_count, accounts_in_24_hours, limit, task_token: _ } =
            self;
        (run, round, plan, request, started_by)
            == (&other.run, &other.round, &other.plan, &other.request, &other.started_by)
            && (account_count, accounts_in_24_hours, limit)
                == (&other.account_count, &other.accounts_in_24_hours, &other.limit)
    }
}

#[cfg(test)]
#[path = "approval_tests.rs"]
mod tests;
