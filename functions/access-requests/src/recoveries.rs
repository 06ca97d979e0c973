//! Starts recovery requests: to allow root password recovery in an account for a while, to extend that, and to end it.

use rootwarden_aws::{Clock, Executions, StartOutcome, Storage};
use rootwarden_domain::{
    Sha256,
    approvals::DecisionError,
    aws::partition::Partition,
    ids::{approval::ApprovalId, recovery::RecoveryId},
    people::Person,
    recovery::{DurationLimits, RecoveryRequest, SignedRecovery, require_partition},
    text::input::InputError,
};
use serde::Serialize;
use serde_json::json;
use tracing::info;

use crate::{answer::RequestError, request_name::RequestName};

/// A recovery request that was started.
#[derive(Debug, Serialize)]
pub(crate) struct StartedRecovery {
    recovery: RecoveryId,
}

/// The recovery requests of the state machine `allow-recovery`.
#[derive(Debug)]
pub(crate) struct Recoveries {
    pub(crate) executions: Executions,
    pub(crate) storage: Storage,
    pub(crate) limits: DurationLimits,
    pub(crate) partition: Partition,
    pub(crate) clock: Clock,
}

impl Recoveries {
    pub(crate) async fn start(
        &self,
        caller: &Person,
        request: RecoveryRequest,
    ) -> Result<StartOutcome<StartedRecovery>, RequestError> {
        require_partition(self.partition).map_err(|error| InputError::new("request", error))?;
        if let Some(duration) = request.action.duration() {
            self.limits.check(duration).map_err(|error| InputError::new("request", format!("`duration`: {error}")))?;
        }
        let name = RequestName::of(&(caller, &request), self.clock.now())?;
        let recovery: RecoveryId = name.with_prefix(&format!("recovery-{}", request.account), RecoveryId::DIGITS)?;
        let requested_at = name.requested_at;
        let signed = SignedRecovery { recovery: recovery.clone(), request, requested_by: caller.clone(), requested_at };
        // INVARIANT (I12): who asks is written down here, from the signature; no execution can be started for somebody else.
        let pin = self.storage.keep_pinned(recovery.request_key(), &signed).await?;
        let input = json!({"recovery": recovery, "request": pin});
        let started = self.executions.start(recovery.as_str(), &input).await?;
        let RecoveryRequest { account, action, reason, ticket } = &signed.request;
        info!(
            recovery.id = %recovery, account.id = %account, by = %caller, ticket = ticket.as_str(), reason = reason.as_str(),
            "{caller} asks for {} in account {account}: {recovery}", action.name()
        );
        Ok(StartOutcome::of(started, StartedRecovery { recovery }))
    }
}

/// A request as it lies in the bucket, and the hash that a decision about it has to name.
pub(crate) async fn read(storage: &Storage, id: &RecoveryId) -> Result<(Sha256, SignedRecovery), RequestError> {
    let unknown = || DecisionError::UnknownRequest(ApprovalId::Recovery(id.clone()));
    let (pin, signed) = storage.find_pinned::<SignedRecovery>(&id.request_key()).await?.ok_or_else(unknown)?;
    if signed.is_of(id) {
        return Ok((pin.sha256, signed));
    }
    Err(DecisionError::Altered(format!("`{}` is about something else", pin.key)).into())
}
