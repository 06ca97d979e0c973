//! Allows root password recovery in an account whose window is open.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use rootwarden_aws::{Clock, Deadline, Recoveries, RecoveryAllowed, RootSessions, allow_recovery};
use rootwarden_domain::{
    AccountId, ErrorKind, Pin,
    ids::recovery::RecoveryId,
    recovery::{RecoveryWindow, SignedRecovery},
};
use rootwarden_lambda::FunctionError;
use serde::Serialize;
use tracing::{info, warn};

use crate::{
    account::{AccountChecks, RecoveryError},
    request::Requests,
};

/// No session is opened with less time left: confirming the member, opening, and one call.
const LEAST_TIME: Duration = Duration::from_secs(90);

/// What the state machine goes on with.
#[derive(Debug, Serialize)]
pub struct Allowed {
    outcome: Outcome,
    /// For people: what the account's owner does next, and when the window ends.
    summary: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Allowed,
    NotAllowed,
}

/// The step that opens the one session, and makes the one call.
#[derive(Debug)]
pub(crate) struct Allower {
    pub(crate) requests: Requests,
    pub(crate) checks: Arc<AccountChecks>,
    pub(crate) recoveries: Recoveries,
    pub(crate) sessions: RootSessions,
    pub(crate) clock: Clock,
}

impl Allower {
    pub(crate) async fn allow(
        &self,
        recovery: &RecoveryId,
        pin: &Pin,
        deadline: Deadline,
    ) -> Result<Allowed, FunctionError> {
        let signed = self.requests.read(recovery, pin).await?;
        let account = signed.request.account;
        match self.allow_in(&signed, deadline).await {
            Ok((allowed, until)) => {
                let summary = next_steps(account, allowed, until);
                info!(account.id = %account, recovery.id = %recovery, "{summary}");
                Ok(Allowed { outcome: Outcome::Allowed, summary })
            }
            Err(RecoveryError::Refused(why)) => {
                let summary = format!("Root password recovery was not allowed in account {account}: {why}.");
                warn!(account.id = %account, recovery.id = %recovery, "{summary}");
                Ok(Allowed { outcome: Outcome::NotAllowed, summary })
            }
            Err(RecoveryError::Failed(error)) => Err(error),
        }
    }

    async fn allow_in(
        &self,
        signed: &SignedRecovery,
        deadline: Deadline,
    ) -> Result<(RecoveryAllowed, Timestamp), RecoveryError> {
        if !deadline.leaves(LEAST_TIME) {
            let why = "time ran out before a session was opened: try again";
            return Err(FunctionError::new(ErrorKind::Transient, why).into());
        }
        let member = self.checks.require(&signed.request).await?;
        self.open_window(signed).await?;
        let session = self.sessions.open_allow_recovery(&member).await;
        let in_account =
            |error: rootwarden_aws::AwsError| FunctionError::from(error.in_account(member.account(), self.clock.now()));
        let session = session.map_err(in_account)?;
        let allowed = allow_recovery(&session).await.map_err(in_account)?;
        // INVARIANT: whoever ended the window while the call was under way has seen the account clean. Then it is taken back again.
        let window = match self.open_window(signed).await {
            Err(RecoveryError::Refused(why)) => {
                let why = format!("it was, and is taken back, since its window was ended meanwhile ({why})");
                return Err(RecoveryError::Refused(why));
            }
            other => other?,
        };
        Ok((allowed, window.until))
    }

    /// INVARIANT: nothing is allowed without a window that ends, of this very request, read right before.
    async fn open_window(&self, signed: &SignedRecovery) -> Result<RecoveryWindow, RecoveryError> {
        let current = self.recoveries.current(signed.request.account).await?;
        match current.readable() {
            Some(window) if window.recovery == signed.recovery && window.is_open(self.clock.now()) => {
                Ok(window.clone())
            }
            Some(window) if window.recovery == signed.recovery => {
                Err(RecoveryError::Refused(format!("its window has ended, at {}", window.end())))
            }
            Some(_) | None => Err(RecoveryError::Refused("no window of this request is open".to_owned())),
        }
    }
}

/// Source: IAM User Guide, "Perform a privileged task on an AWS Organizations member account", "Allow password recovery": the
/// root user's password is then reset from the sign-in page, through the e-mail address of the root user.
fn next_steps(account: AccountId, allowed: RecoveryAllowed, until: Timestamp) -> String {
    let allowed = match allowed {
        RecoveryAllowed::Now => "is allowed",
        RecoveryAllowed::Already => "was allowed already, or there is a root password already; it is allowed",
    };
    format!(
        "Root password recovery {allowed} in account {account} until {until}. Next, whoever reads the mail of the account's root \
         user opens the AWS sign-in page, chooses root user, enters that e-mail address, and chooses \"Forgot password?\". At {until} \
         every root credential is deleted without another approval (password, MFA devices, access keys and signing certificates), \
         except an access key from before that is in use: it stays protected."
    )
}
