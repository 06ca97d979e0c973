//! Reads the policy again, later: that of a queue takes up to a minute to take effect.

use std::sync::Arc;

use rootwarden_aws::{Clock, Deadline, Storage};
use rootwarden_domain::{
    Pin,
    ids::unlock::UnlockId,
    policy::{PolicySubject, policy_sha256},
    unlock::{CurrentPolicy, LockOutKind, PolicyState, UnlockVerified},
};
use rootwarden_lambda::FunctionError;
use serde::Serialize;
use tracing::info;

use crate::{
    access::ResourceAccess,
    change_plan::{ChangePlan, read_plan},
};

/// What the state machine goes on with.
#[derive(Debug, Serialize)]
pub struct Verified {
    seen: bool,
    state: PolicyState,
    summary: String,
}

/// The step that verifies that the change has taken effect.
#[derive(Debug)]
pub(crate) struct Verifier {
    pub(crate) access: Arc<ResourceAccess>,
    pub(crate) storage: Storage,
    pub(crate) clock: Clock,
}

impl Verifier {
    /// `attempt`: the number of this look, counted from 1.
    pub(crate) async fn verify(
        &self,
        unlock: &UnlockId,
        pin: Pin,
        attempt: u32,
        deadline: Deadline,
    ) -> Result<Verified, FunctionError> {
        let plan = read_plan(&self.storage, unlock, &pin).await?;
        let plan = ChangePlan::of(plan, pin)?;
        let (account, resource) = (plan.plan.account, &plan.plan.resource);
        let session = self.access.open(account, resource, deadline).await?;
        let now = session.read().await?;
        let state = plan.state(now.as_ref());
        let subject = PolicySubject { resource, owner: account, partition: self.access.partition };
        let lock_out = CurrentPolicy::of(now.as_ref(), subject).lock_out_kind();
        let summary = summary(state, lock_out);
        info!(unlock.id = %unlock, account.id = %account, attempt, "The policy of {resource}: {summary}");
        let verified = UnlockVerified {
            unlock: unlock.clone(),
            plan: plan.pin,
            at: self.clock.now(),
            attempt,
            state,
            sha256: policy_sha256(now.as_ref()),
            verdict: lock_out,
        };
        self.storage.write(unlock.verified_key(), &verified).await?;
        Ok(Verified { seen: state == PolicyState::AsPlanned, state, summary })
    }
}

fn summary(state: PolicyState, lock_out: LockOutKind) -> String {
    let locked_out = match lock_out {
        LockOutKind::NoPolicy => "nobody, since there is none".to_owned(),
        LockOutKind::NotModelled => "that cannot be said".to_owned(),
        LockOutKind::Nobody | LockOutKind::EveryoneExcept | LockOutKind::Everyone => lock_out.to_string(),
    };
    format!("Read again, it {}; who is locked out of it now: {locked_out}.", state.words())
}
