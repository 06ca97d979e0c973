//! What is read again before a deletion that waited, for an approval or otherwise: a day may have gone by since it was planned.

use jiff::SignedDuration;
use rootwarden_domain::{
    Failure,
    run::{
        deletion::DeletionOutcome,
        plan::{DeletionPlan, KeyRules, PlannedAccount, ReleasedKeys},
        selection::LeftOut,
    },
};
use rootwarden_root_access::KeysAgain;
use tracing::warn;

use crate::DeleteCredentials;

/// So long nothing is read again, unless the plan waits for an approval. A run that was stopped or redriven may come later.
const FRESH: SignedDuration = SignedDuration::from_mins(30);

pub(crate) enum LookedAtAgain {
    /// With what decides about its access keys, whose last use is to be read again.
    Goes(Option<KeysAgain>),
    Stays(DeletionOutcome),
}

impl DeleteCredentials {
    pub(crate) async fn looked_at_again(
        &self,
        plan: &DeletionPlan,
        planned: &PlannedAccount,
    ) -> Result<LookedAtAgain, Failure> {
        let is_fresh = self.clock.now().duration_since(plan.planned_at) < FRESH;
        if !plan.guard.needs_approval() && is_fresh {
            return Ok(LookedAtAgain::Goes(None));
        }
        let id = planned.account.id;
        if !plan.excluded_tags.is_empty() {
            let tags = self.organization.tags(id).await?;
            if let Some(tag) = tags.into_iter().find(|tag| plan.excluded_tags.contains(tag)) {
                warn!("Account {id} was tagged `{}` since it was planned: nothing is deleted", tag.key);
                return Ok(LookedAtAgain::Stays(DeletionOutcome::LeftOut(LeftOut::Excluded)));
            }
        }
        // A key that is planned although it was in use was released; it may not be any more.
        let none = ReleasedKeys::new();
        let rules = KeyRules { protect_used_within_days: self.protect_keys_used_within_days, released: &none };
        let keys = planned.inventory.access_keys.iter();
        let in_use = keys.filter(|key| rules.hold_back(id, key, plan.planned_at).is_some());
        let released = self.releases.released(&in_use.map(|key| (id, key.id.clone())).collect()).await?;
        Ok(LookedAtAgain::Goes(Some(KeysAgain { protect_used_within_days: rules.protect_used_within_days, released })))
    }
}
