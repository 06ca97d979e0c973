//! Looks at one account: two calls if it is clean, the lists only where something is there.

use std::time::Duration;

#[cfg(feature = "profiles")]
use rootwarden_domain::Inventory;
use rootwarden_domain::{Candidate, ErrorKind, Failure, run::audit::AuditOutcome};

use super::{
    root_user::{LastUse, RootUser},
    sessions::RootSessions,
};
use crate::client::{AwsError, CallRecorder, Deadline};

/// So long an account may take: opening the session, the summary, and every list side by side.
const LONGEST: Duration = Duration::from_secs(90);

/// Audits one account, and stops at `deadline`. Every error makes it unknown, with the reason.
pub async fn audit(
    sessions: &RootSessions,
    account: &Candidate,
    calls: &CallRecorder,
    deadline: Deadline,
) -> AuditOutcome {
    match deadline.at_most(LONGEST).cut(look(sessions, account, calls)).await {
        Some(Ok(outcome)) => outcome,
        Some(Err(error)) => AuditOutcome::Unknown(error.in_account(account, sessions.clock().now()).into()),
        None => {
            let message = format!("cannot audit account `{}`: it did not answer everything in time", account.id);
            AuditOutcome::Unknown(Failure::new(ErrorKind::Transient, message))
        }
    }
}

/// Every list of root credentials in one account, whatever the summary says of it.
///
/// For whoever asks about one of them by name, or about what AWS answers for lists that are empty.
///
/// # Errors
/// What AWS answered.
#[cfg(feature = "profiles")]
pub async fn read_everything(
    sessions: &RootSessions,
    account: &Candidate,
    calls: &CallRecorder,
) -> Result<Inventory, AwsError> {
    let in_account = |error: AwsError| error.in_account(account, sessions.clock().now());
    let session = sessions.open_audit(account, calls).await?;
    RootUser::of(&session).inventory(LastUse::Read).await.map_err(in_account)
}

async fn look(sessions: &RootSessions, account: &Candidate, calls: &CallRecorder) -> Result<AuditOutcome, AwsError> {
    let session = sessions.open_audit(account, calls).await?;
    let root_user = RootUser::of(&session);
    let summary = root_user.account_summary().await?;
    // INVARIANT (I2): the only place where an account is called clean.
    if summary.is_clean() {
        return Ok(AuditOutcome::Clean);
    }
    let inventory = root_user.inventory(LastUse::Read).await?;
    if !summary.agrees_with(&inventory) {
        let why = "the account summary speaks of root credentials that the lists do not show (yet)";
        let what = format!("audit account `{}`", account.id);
        return Err(AwsError::of_kind(ErrorKind::Transient, what, why));
    }
    Ok(AuditOutcome::Present(inventory))
}
