//! Looks again, later: a queue's policy takes up to a minute to take effect.

use rootwarden_domain::{
    Pin,
    ids::unlock::UnlockId,
    policy::{PolicyDocument, PolicyOf, analyse, policy_sha256},
    text::input::InvalidInput,
    unlock::{PolicyState, UnlockVerified},
};
use rootwarden_lambda::FunctionError;
use rootwarden_root_access::Deadline;
use serde::Serialize;
use tracing::info;

use crate::UnlockPolicy;

/// What the state machine goes on with.
#[derive(Debug, Serialize)]
pub struct Verified {
    seen: bool,
    state: PolicyState,
    summary: String,
}

impl UnlockPolicy {
    pub(crate) async fn verify(
        &self,
        unlock: &UnlockId,
        pin: Pin,
        attempt: u32,
        deadline: Deadline,
    ) -> Result<Verified, FunctionError> {
        let plan = self.planned(unlock, &pin).await?;
        let Some(change) = plan.change() else {
            return Err(InvalidInput::new("input", format!("the plan of `{unlock}` changes nothing")).into());
        };
        let session = self.open(plan.account, &plan.resource, deadline).await?;
        let now = session.read().await?;
        let state = PolicyState::of(now.as_ref(), plan.before.as_ref(), change.after.as_ref());
        let of = PolicyOf { resource: &plan.resource, owner: plan.account, partition: self.partition };
        let verdict = now.as_ref().map_or("no_policy", |policy| match PolicyDocument::parse(policy.as_str()) {
            Ok(document) => analyse(&document, of).verdict.name(),
            Err(_) => "not_modelled",
        });
        let locked_out = match verdict {
            "no_policy" => "nobody, since there is none",
            "not_modelled" => "that cannot be said",
            verdict => verdict,
        };
        let summary = format!("Read again, it {}; who is locked out of it now: {locked_out}.", state.words());
        info!(unlock.id = %unlock, account.id = %plan.account, attempt, "The policy of {}: {summary}", plan.resource);
        let verified = UnlockVerified {
            unlock: unlock.clone(),
            plan: pin,
            at: self.clock.now(),
            attempt,
            state,
            sha256: policy_sha256(now.as_ref()),
            verdict: verdict.to_owned(),
        };
        self.storage.write(unlock.verified_key(), &verified).await?;
        Ok(Verified { seen: state == PolicyState::AsPlanned, state, summary })
    }
}
