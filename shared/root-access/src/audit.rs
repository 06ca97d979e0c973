//! Looks at one account: two calls if it is clean, the lists only where something is there.

use std::time::Duration;

use rootwarden_domain::{Candidate, ErrorKind, Failure, audit::AuditOutcome};

use crate::{
    AwsError,
    root_session::{Audit, RootSessions, Task},
    root_user::LastUse,
};

/// Audits one account. Every error makes it unknown, with the reason.
pub async fn audit(sessions: &RootSessions, account: &Candidate) -> AuditOutcome {
    let limit = Duration::from_secs(u64::from(Audit::SECONDS));
    match tokio::time::timeout(limit, look(sessions, account)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => AuditOutcome::Unknown(error.in_account(account, sessions.now()).into()),
        Err(_) => {
            let message = format!("cannot audit account `{}`: it took longer than {limit:?}", account.id);
            AuditOutcome::Unknown(Failure::new(ErrorKind::Transient, message))
        }
    }
}

async fn look(sessions: &RootSessions, account: &Candidate) -> Result<AuditOutcome, AwsError> {
    let session = sessions.open_audit(account).await?;
    let summary = session.account_summary().await?;
    // INVARIANT (I2): the only place where an account is called clean.
    if summary.is_clean() {
        return Ok(AuditOutcome::Clean);
    }
    let inventory = session.inventory(LastUse::Read).await?;
    if !summary.agrees_with(&inventory) {
        let why = "the account summary speaks of root credentials that the lists do not show (yet)";
        let what = format!("audit account `{}`", account.id);
        return Err(AwsError::of_kind(ErrorKind::Transient, what, why));
    }
    Ok(AuditOutcome::Present(inventory))
}
