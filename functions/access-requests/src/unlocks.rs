//! Starts unlock requests: about a bucket or queue whose policy denies everybody.

use rootwarden_aws::{Clock, Executions, StartOutcome, Storage};
use rootwarden_domain::{
    ids::unlock::UnlockId,
    people::Person,
    unlock::{SignedRequest, UnlockRequest},
};
use serde::Serialize;
use serde_json::json;
use tracing::info;

use crate::{
    answer::RequestError,
    request_name::{EXECUTION_DIGITS, RequestName},
};

/// An unlock request that was started.
#[derive(Debug, Serialize)]
pub(crate) struct StartedUnlock {
    unlock: UnlockId,
}

/// The unlock requests of the state machine `unlock-policy`.
#[derive(Debug)]
pub(crate) struct Unlocks {
    pub(crate) executions: Executions,
    pub(crate) storage: Storage,
    pub(crate) clock: Clock,
}

impl Unlocks {
    pub(crate) async fn start(
        &self,
        caller: &Person,
        request: UnlockRequest,
    ) -> Result<StartOutcome<StartedUnlock>, RequestError> {
        let name = RequestName::of(&(caller, &request), self.clock.now())?;
        let unlock: UnlockId = name.with_prefix("unlock", EXECUTION_DIGITS)?;
        let requested_at = name.requested_at;
        let signed = SignedRequest { unlock: unlock.clone(), request, requested_by: caller.clone(), requested_at };
        // INVARIANT (I12): who asks is written down here, from the signature; no execution can be started for somebody else.
        let pin = self.storage.keep_pinned(unlock.request_key(), &signed).await?;
        let input = json!({"unlock": unlock, "request": pin});
        let started = self.executions.start(unlock.as_str(), &input).await?;
        let UnlockRequest { account, resource, action, reason, ticket, .. } = &signed.request;
        info!(
            unlock.id = %unlock, account.id = %account, by = %caller, ticket = ticket.as_str(), reason = reason.as_str(),
            "{caller} asks to {} {resource} in account {account}: {unlock}", action.name()
        );
        Ok(StartOutcome::of(started, StartedUnlock { unlock }))
    }
}
