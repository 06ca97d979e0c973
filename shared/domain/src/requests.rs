//! What people may ask for, read strictly.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    AccountId, Mode, Sha256,
    approvals::{Decision, DecisionRequest},
    aws::partition::Partition,
    ids::approval::ApprovalId,
    people::{Person, Reason, StartedBy, Ticket},
    recovery::{RecoveryAction, RecoveryRequest, WindowDuration},
    run::{
        release::ReleaseRequest,
        selection::{Exclusions, Request, Selection},
    },
    text::input::{InputError, parse},
    unlock::{ActionName, UnlockRequest},
};

/// A person's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonRequest {
    /// What is asked, to look at before deciding.
    Show(ApprovalId),
    Decide(DecisionRequest),
    Secure(SecureAccounts),
    /// Something for a bucket or queue whose policy denies everybody.
    Unlock(UnlockRequest),
    /// A protected access key that is to go.
    ReleaseKey(ReleaseRequest),
    /// Root password recovery in one account, for a while.
    Recovery(RecoveryRequest),
}

/// A run by hand.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecureAccounts {
    pub selection: Selection,
    #[serde(default)]
    pub mode: Mode,
    #[serde(default)]
    pub exclude: Exclusions,
    pub reason: Reason,
}

impl SecureAccounts {
    /// The request as the state machine takes it, `person` being who signed.
    #[must_use]
    pub fn started_by(self, person: Person) -> Request {
        let Self { selection, mode, exclude, reason: _ } = self;
        Request { selection, mode, exclude, started_by: Some(StartedBy::Person(person)) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Show,
    Approve,
    Reject,
    Secure,
    Inspect,
    Plan,
    Apply,
    Restore,
    #[serde(rename = "release-key")]
    ReleaseKey,
    #[serde(rename = "allow-recovery")]
    AllowRecovery,
    #[serde(rename = "extend-recovery")]
    ExtendRecovery,
    #[serde(rename = "end-recovery")]
    EndRecovery,
}

/// For how long recovery is allowed if nobody says.
const DEFAULT_DURATION: &str = "PT24H";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenRecovery {
    account: AccountId,
    #[serde(default)]
    duration: Option<WindowDuration>,
    reason: Reason,
    ticket: Ticket,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndRecovery {
    account: AccountId,
    reason: Reason,
    ticket: Ticket,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    approval_id: ApprovalId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decide {
    approval_id: ApprovalId,
    plan_sha256: Sha256,
    reason: Reason,
}

#[derive(Deserialize)]
struct Envelope {
    action: Action,
}

impl PersonRequest {
    /// Whether somebody else may have to approve what it starts.
    #[must_use]
    pub fn may_need_approval(&self) -> bool {
        match self {
            Self::Show(_) | Self::Decide(_) => false,
            Self::ReleaseKey(_) => true,
            Self::Secure(secure) => secure.mode == Mode::Enforce,
            Self::Unlock(unlock) => unlock.action.changes(),
            Self::Recovery(recovery) => recovery.action.duration().is_some(),
        }
    }

    /// Reads a request, in a deployment of `partition`. INVARIANT (I5): without an action it only looks, at a bucket or
    /// queue if it names one, else at what was asked before.
    ///
    /// # Errors
    /// An unknown action or field, and a value that does not fit, by its name.
    pub fn parse(mut body: Value, partition: Partition) -> Result<Self, InputError> {
        let names_resource = ["account", "bucket", "queue"].iter().any(|field| body.get(field).is_some());
        let action = match body.as_object_mut().and_then(|fields| fields.shift_remove("action")) {
            None if names_resource => Action::Inspect,
            None => Action::Show,
            Some(action) => {
                let Envelope { action } = parse("request", serde_json::json!({ "action": action }))?;
                action
            }
        };
        let unlock = |action, body| UnlockRequest::parse(action, body, partition).map(Self::Unlock);
        match action {
            Action::Show => {
                let Show { approval_id } = parse("request", body)?;
                Ok(Self::Show(approval_id))
            }
            Action::Approve => Ok(Self::Decide(decision_request(Decision::Approved, body)?)),
            Action::Reject => Ok(Self::Decide(decision_request(Decision::Rejected, body)?)),
            Action::Secure => Ok(Self::Secure(parse("request", body)?)),
            Action::Inspect => unlock(ActionName::Inspect, body),
            Action::Plan => unlock(ActionName::Plan, body),
            Action::Apply => unlock(ActionName::Apply, body),
            Action::Restore => unlock(ActionName::Restore, body),
            Action::ReleaseKey => Ok(Self::ReleaseKey(parse("request", body)?)),
            Action::AllowRecovery => open_recovery(body, |duration| RecoveryAction::Allow { duration }),
            Action::ExtendRecovery => open_recovery(body, |duration| RecoveryAction::Extend { duration }),
            Action::EndRecovery => {
                let EndRecovery { account, reason, ticket } = parse("request", body)?;
                Ok(Self::Recovery(RecoveryRequest { account, action: RecoveryAction::End, reason, ticket }))
            }
        }
    }
}

fn open_recovery(
    body: Value,
    action: impl FnOnce(WindowDuration) -> RecoveryAction,
) -> Result<PersonRequest, InputError> {
    let OpenRecovery { account, duration, reason, ticket } = parse("request", body)?;
    let by_default = || DEFAULT_DURATION.parse().map_err(|error| InputError::new("request", error));
    let action = action(duration.map_or_else(by_default, Ok)?);
    Ok(PersonRequest::Recovery(RecoveryRequest { account, action, reason, ticket }))
}

fn decision_request(decision: Decision, body: Value) -> Result<DecisionRequest, InputError> {
    let Decide { approval_id, plan_sha256, reason } = parse("request", body)?;
    Ok(DecisionRequest { approval_id, decision, plan_sha256, reason })
}

#[cfg(test)]
#[path = "requests_tests.rs"]
mod tests;
