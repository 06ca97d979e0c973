//! The first step: whether what is asked for could be done, before anybody is asked for an approval.

use std::sync::Arc;

use rootwarden_aws::{Clock, Recoveries};
use rootwarden_domain::{
    AccountId, Pin,
    ids::recovery::RecoveryId,
    people::StartedBy,
    recovery::{RecoveryAction, RecoveryRequest, SignedRecovery, may_be_asked},
    text::line::one_line,
};
use rootwarden_lambda::FunctionError;
use serde::Serialize;

use crate::{
    account::{AccountChecks, RecoveryError},
    request::Requests,
};

/// What the state machine goes on with, and what its notices say.
#[derive(Debug, Serialize)]
pub struct Checked {
    outcome: Outcome,
    summary: String,
    account: AccountId,
    action: &'static str,
    /// In ISO 8601; of no use to a request that ends a window.
    duration: String,
    requested_by: String,
    reason: String,
    ticket: String,
    started_by: StartedBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    ToApprove,
    /// Ending a window takes nobody's approval.
    ToClose,
    NotPossible,
}

/// The step that looks, and changes nothing.
#[derive(Debug)]
pub(crate) struct Checker {
    pub(crate) requests: Requests,
    pub(crate) checks: Arc<AccountChecks>,
    pub(crate) recoveries: Recoveries,
    pub(crate) clock: Clock,
}

impl Checker {
    pub(crate) async fn check(&self, recovery: &RecoveryId, pin: Pin) -> Result<Checked, FunctionError> {
        let signed = self.requests.read(recovery, &pin).await?;
        let SignedRecovery { request, requested_by, .. } = &signed;
        let (account, action) = (request.account, request.action);
        let (outcome, summary) = match self.possible(request).await {
            Ok(outcome @ (Outcome::ToApprove | Outcome::NotPossible)) => {
                (outcome, format!("{} in account {account}", action.name()))
            }
            Ok(Outcome::ToClose) => {
                (Outcome::ToClose, format!("the recovery window of account {account} is to end now"))
            }
            Err(RecoveryError::Refused(why)) => {
                let what = format!("{} in account {account} is not done: {why}", action.name());
                (Outcome::NotPossible, what)
            }
            Err(RecoveryError::Failed(error)) => return Err(error),
        };
        Ok(Checked {
            outcome,
            summary,
            account,
            action: action.name(),
            duration: action.duration().map_or_else(|| "-".to_owned(), |duration| duration.to_string()),
            requested_by: requested_by.to_string(),
            reason: one_line(request.reason.as_str()),
            ticket: one_line(request.ticket.as_str()),
            started_by: signed.started_by(),
        })
    }

    async fn possible(&self, request: &RecoveryRequest) -> Result<Outcome, RecoveryError> {
        let current = self.recoveries.current(request.account).await?;
        match request.action {
            RecoveryAction::End if current.object.is_none() => {
                Err(RecoveryError::Refused("no window was ever opened for it".to_owned()))
            }
            RecoveryAction::End => Ok(Outcome::ToClose),
            RecoveryAction::Allow { .. } | RecoveryAction::Extend { .. } => {
                self.checks.require(request).await?;
                let windows = self.recoveries.of(request.account).await?;
                if let Some(why) = windows.unreadable(request.account) {
                    return Err(RecoveryError::Refused(why));
                }
                may_be_asked(request, current.readable(), self.clock.now())?;
                Ok(Outcome::ToApprove)
            }
        }
    }
}
