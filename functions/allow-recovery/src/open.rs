//! Writes the window of an approved request: before anything is allowed in the account.

use std::sync::Arc;

use jiff::Timestamp;
use rootwarden_aws::{Clock, Done, Recoveries, Storage};
use rootwarden_domain::{
    ErrorKind, Pin,
    approvals::{DecisionRecord, carries_out},
    ids::{approval::ApprovalId, recovery::RecoveryId},
    people::Person,
    recovery::{APPROVAL_IS_GOOD_FOR, Opening, OpeningError, RecoveryWindow, SignedRecovery, WindowObject},
};
use rootwarden_lambda::FunctionError;
use serde::Serialize;
use tracing::{info, warn};

use crate::{
    account::{AccountChecks, RecoveryError},
    request::Requests,
};

/// What the state machine goes on with.
#[derive(Debug, Serialize)]
pub struct Opened {
    outcome: Outcome,
    summary: String,
    /// When the window ends; none if none was opened.
    until: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Opened,
    NotOpened,
}

/// The step that opens a window.
#[derive(Debug)]
pub(crate) struct Opener {
    pub(crate) requests: Requests,
    pub(crate) checks: Arc<AccountChecks>,
    pub(crate) recoveries: Recoveries,
    pub(crate) storage: Storage,
    pub(crate) clock: Clock,
}

impl Opener {
    pub(crate) async fn open(&self, recovery: &RecoveryId, pin: &Pin) -> Result<Opened, FunctionError> {
        let signed = self.requests.read(recovery, pin).await?;
        let account = signed.request.account;
        match self.window(&signed, pin).await {
            Ok(window) => {
                info!(account.id = %account, recovery.id = %recovery, "In account {account}, {window}");
                let summary = format!("In account {account}, {window}.");
                Ok(Opened { outcome: Outcome::Opened, summary, until: Some(window.until) })
            }
            Err(RecoveryError::Refused(why)) => {
                warn!(account.id = %account, recovery.id = %recovery, "No recovery window is opened for account {account}: {why}");
                let summary = format!("No recovery window was opened for account {account}: {why}.");
                Ok(Opened { outcome: Outcome::NotOpened, summary, until: None })
            }
            Err(RecoveryError::Failed(error)) => Err(error),
        }
    }

    async fn window(&self, signed: &SignedRecovery, pin: &Pin) -> Result<RecoveryWindow, RecoveryError> {
        let (recovery, account) = (&signed.recovery, signed.request.account);
        let approved_by = self.approver(signed, pin).await?;
        self.checks.require(&signed.request).await?;
        let current = self.recoveries.current(account).await?;
        if let Some(WindowObject::Unreadable(why)) = &current.object {
            let why = format!("the window that lies there cannot be read ({why}): ask for `end-recovery`");
            return Err(RecoveryError::Refused(why));
        }
        let now = self.clock.now();
        if let Some(window) = current.readable()
            && window.recovery == *recovery
        {
            // An attempt whose answer got lost.
            return if window.is_open(now) {
                Ok(window.clone())
            } else {
                Err(OpeningError::OpenedBefore(window.from).into())
            };
        }
        let window = self.opening(signed, &approved_by, current.readable(), now).await?;
        self.recoveries.replace(current, &window).await?;
        Ok(window)
    }

    /// The window as this request opens it, the same in each attempt.
    async fn opening(
        &self,
        signed: &SignedRecovery,
        approved_by: &Person,
        current: Option<&RecoveryWindow>,
        now: Timestamp,
    ) -> Result<RecoveryWindow, RecoveryError> {
        let key = signed.recovery.opened_key();
        if let Some(opening) = self.storage.find::<Opening>(&key).await? {
            return Ok(opening.again(current, now)?);
        }
        let opening = Opening::of(signed, approved_by, current, now)?;
        match self.storage.create(&key, &opening).await? {
            Done::Now => Ok(opening.window),
            Done::Already => {
                let first = self.storage.find::<Opening>(&key).await?;
                let first = first.ok_or_else(|| {
                    FunctionError::new(ErrorKind::Transient, format!("`{key}` is just being written: try again"))
                })?;
                Ok(first.again(current, now)?)
            }
        }
    }

    /// INVARIANT (I12): the record decides, not that the state machine came here; it is about this very request, its duration
    /// included, by somebody else than who asked, and serves for a short time.
    async fn approver(&self, signed: &SignedRecovery, pin: &Pin) -> Result<Person, RecoveryError> {
        let request = ApprovalId::Recovery(signed.recovery.clone());
        let decided = self.storage.find::<DecisionRecord>(&request.decision_key()).await?;
        carries_out(pin, &request, Some(&signed.started_by()), decided.as_ref())
            .map_err(|error| RecoveryError::Refused(error.to_string()))?;
        match decided {
            Some(decided) if self.clock.now().duration_since(decided.at) <= APPROVAL_IS_GOOD_FOR => Ok(decided.by),
            Some(DecisionRecord { at, .. }) => {
                Err(RecoveryError::Refused(format!("it was approved at {at}, which is too long ago: ask anew")))
            }
            None => Err(RecoveryError::Refused("nobody has approved it".to_owned())),
        }
    }
}
