//! Reads what was asked for, looks at the policy, and writes down what is to be done.

use std::sync::Arc;

use rootwarden_aws::{Clock, Deadline, ResourceSession, Storage};
use rootwarden_domain::{
    Pin,
    ids::unlock::UnlockId,
    text::input::InputError,
    unlock::{FoundPolicy, SignedRequest, StoredKey, StoredPolicy, UnlockAction, UnlockPlan, UnlockRequest, plan},
};
use rootwarden_lambda::FunctionError;
use tracing::info;

use crate::{
    access::ResourceAccess,
    plan_outcome::{ApprovalSetting, PlanOutcome},
};

/// The step that plans a change.
#[derive(Debug)]
pub(crate) struct Planner {
    pub(crate) access: Arc<ResourceAccess>,
    pub(crate) storage: Storage,
    pub(crate) clock: Clock,
    pub(crate) approval: ApprovalSetting,
}

impl Planner {
    pub(crate) async fn plan(
        &self,
        unlock: &UnlockId,
        pin: Pin,
        deadline: Deadline,
    ) -> Result<PlanOutcome, FunctionError> {
        let signed = self.signed_request(unlock, &pin).await?;
        let stored = self.stored_policy(&signed.request).await?;
        let UnlockRequest { account, resource, region, .. } = &signed.request;
        let session = self.access.open(*account, resource, deadline).await?;
        require_region(region.as_deref(), &signed.request, &session)?;
        let found = FoundPolicy {
            partition: self.access.partition,
            region: session.region().to_owned(),
            policy: session.read().await?,
            stored: stored.as_ref(),
        };
        let plan = plan(&signed, pin, found, self.clock.now());
        self.write_down(plan).await
    }

    async fn write_down(&self, plan: UnlockPlan) -> Result<PlanOutcome, FunctionError> {
        let unlock = &plan.unlock;
        self.storage.write_text(&unlock.plan_text_key(), &plan.text).await?;
        let pin = self.storage.write(unlock.plan_key(), &plan).await?;
        let outcome = PlanOutcome::of(&plan, pin, self.access.partition, self.approval);
        info!(
            unlock.id = %unlock, account.id = %plan.account, verdict = %outcome.verdict, outcome = ?outcome.outcome,
            "{}", outcome.summary
        );
        Ok(outcome)
    }

    async fn signed_request(&self, unlock: &UnlockId, pin: &Pin) -> Result<SignedRequest, FunctionError> {
        let signed: SignedRequest = self.storage.read_unaltered(pin, &unlock.request_key()).await?;
        if signed.unlock != *unlock {
            let why = format!("the request at `{}` is of `{}`", pin.key, signed.unlock);
            return Err(InputError::new("input", why).into());
        }
        Ok(signed)
    }

    /// The stored policy that is to be put back; none if nothing is.
    async fn stored_policy(&self, request: &UnlockRequest) -> Result<Option<StoredPolicy>, FunctionError> {
        let key = match &request.action {
            UnlockAction::Restore { stored, .. } => stored,
            UnlockAction::Inspect | UnlockAction::Plan { .. } | UnlockAction::Apply { .. } => return Ok(None),
        };
        let refused = |why: String| InputError::new("request", format!("`stored`: {why}"));
        let stored: StoredPolicy =
            self.storage.find(key.as_str()).await?.ok_or_else(|| {
                refused(format!("there is no `{key}`: the result of the change names what was stored"))
            })?;
        if !is_stored_for(&stored, key, request) {
            let why =
                format!("`{key}` is not the stored policy of this resource, as it was stored: find out who wrote it");
            return Err(refused(why).into());
        }
        Ok(Some(stored))
    }
}

/// Whether `stored`, as it lies at `key`, is the policy of the requested resource, and whole.
fn is_stored_for(stored: &StoredPolicy, key: &StoredKey, request: &UnlockRequest) -> bool {
    let UnlockRequest { account, resource, .. } = request;
    (stored.account, &stored.resource) == (*account, resource) && key.is_of(*account, resource) && stored.is_whole()
}

/// Refuses a resource that is not in the Region that the request names.
fn require_region(region: Option<&str>, request: &UnlockRequest, session: &ResourceSession) -> Result<(), InputError> {
    match region {
        Some(region) if region != session.region() => {
            let UnlockRequest { resource, .. } = request;
            let why = format!("`region`: {resource} is in `{}`, not `{region}`: leave it out", session.region());
            Err(InputError::new("request", why))
        }
        Some(_) | None => Ok(()),
    }
}
