//! What is read again before a deletion that waited, for an approval or otherwise: a day may have gone by since it was planned.

use jiff::SignedDuration;
use rootwarden_aws::{Clock, KeysAgain, OrganizationLists, ReleaseReader};
use rootwarden_domain::{
    Failure,
    run::{
        deletion::DeletionOutcome,
        plan::{DeletionPlan, KeyRules, PlannedAccount, ReleasedKeys},
        selection::Ineligible,
    },
};
use tracing::warn;

/// So long nothing is read again, unless the plan waits for an approval. A run that was stopped or redriven may come later.
const FRESH: SignedDuration = SignedDuration::from_mins(30);

/// Reads again what may have changed since the plan was made.
#[derive(Debug)]
pub(crate) struct ReadAgain {
    pub(crate) lists: OrganizationLists,
    pub(crate) releases: ReleaseReader,
    pub(crate) clock: Clock,
    pub(crate) protect_keys_used_within_days: u16,
}

impl ReadAgain {
    /// What decides about the account's access keys, if their last use is to be read again; else what becomes of the account.
    pub(crate) async fn read(
        &self,
        plan: &DeletionPlan,
        planned: &PlannedAccount,
    ) -> Result<Option<KeysAgain>, DeletionOutcome> {
        let is_fresh = self.clock.now().duration_since(plan.planned_at) < FRESH;
        if !plan.guard.needs_approval() && is_fresh {
            return Ok(None);
        }
        let id = planned.account.id;
        if !plan.excluded_tags.is_empty() {
            let tags = self.lists.tags(id).await.map_err(failed)?;
            if let Some(tag) = tags.into_iter().find(|tag| plan.excluded_tags.contains(tag)) {
                warn!("Account {id} was tagged `{}` since it was planned: nothing is deleted", tag.key);
                return Err(DeletionOutcome::Ineligible(Ineligible::Excluded));
            }
        }
        // A key that is planned although it was in use was released; it may not be any more.
        let none = ReleasedKeys::new();
        let rules = KeyRules { protect_used_within_days: self.protect_keys_used_within_days, released: &none };
        let keys = planned.inventory.access_keys.iter();
        let in_use = keys.filter(|key| rules.protection(id, key, plan.planned_at).is_some());
        let in_use = in_use.map(|key| (id, key.id.clone())).collect();
        let mut released = self.releases.released(&in_use).await.map_err(failed)?;
        // Keys that were created in a recovery window, which is over: that they go was approved with it.
        if let Some(window) = plan.ended_recoveries.get(&id) {
            let created = planned.inventory.access_keys.iter().filter(|key| window.created(key));
            released.extend(created.map(|key| (id, key.id.clone())));
        }
        Ok(Some(KeysAgain { protect_used_within_days: rules.protect_used_within_days, released }))
    }
}

fn failed(error: impl Into<Failure>) -> DeletionOutcome {
    DeletionOutcome::Failed(error.into())
}
