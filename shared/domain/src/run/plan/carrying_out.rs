//! What a plan is good for once it is made: for how long, and for what is still there of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{DeletionPlan, PlannedAccount};
use crate::{AccountId, Inventory, RootCredential, run::deletion::is_another};

/// For how long a plan within the guard may be carried out. It is meant to be carried out at once.
///
/// Why well below the 24 hours of the guard: plans that are kept to be carried out together are all counted together.
pub const VALID_WITHIN_THE_GUARD: SignedDuration = SignedDuration::from_hours(6);

/// For how long a plan may be carried out that has to be approved: a day to decide, and as long as it may take then.
pub const VALID_WITH_APPROVAL: SignedDuration = SignedDuration::from_hours(36);

impl DeletionPlan {
    /// Whether the plan is still good for something new at `now`.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        let waits = self.guard.needs_approval() && self.approved_before.is_none();
        let valid = if waits { VALID_WITH_APPROVAL } else { VALID_WITHIN_THE_GUARD };
        now.duration_since(self.planned_at) <= valid
    }

    /// Leaves nothing of the plan but one batch, for the worker that carries it out.
    pub fn keep_batch(&mut self, number: u32) {
        self.batches.retain(|batch| batch.batch == number);
        self.others = Vec::new();
        self.ineligible = Vec::new();
        let kept = self.batches.iter().flat_map(|batch| &batch.accounts).map(|planned| planned.account.id);
        let kept: BTreeSet<AccountId> = kept.collect();
        self.open_recoveries = BTreeMap::new();
        self.ended_recoveries.retain(|account, _| kept.contains(account));
    }

    /// Whether everything that `later` deletes stood in this plan of an earlier round, so that whoever approved this one has seen it.
    ///
    /// INVARIANT (I12): another account, or another credential, also one of the same name, has been seen by nobody.
    #[must_use]
    pub fn covers(&self, later: &Self) -> bool {
        let of_one_run = (&self.run, self.mode, self.management_account, &self.started_by)
            == (&later.run, later.mode, later.management_account, &later.started_by);
        let seen: BTreeMap<AccountId, &PlannedAccount> =
            self.accounts().map(|planned| (planned.account.id, planned)).collect();
        let mut accounts = later.accounts();
        of_one_run
            && self.round < later.round
            && accounts.all(|planned| seen.get(&planned.account.id).is_some_and(|before| before.covers(planned)))
    }
}

impl PlannedAccount {
    fn covers(&self, later: &Self) -> bool {
        later.delete.iter().all(|credential| {
            self.delete.contains(credential) && is_another(credential, &self.inventory, &later.inventory).is_none()
        })
    }

    /// What of the plan is not to be deleted any more, and why: it is no longer what was planned.
    ///
    /// INVARIANT: an old plan deletes nothing that came later. `present` is a fresh read.
    #[must_use]
    pub fn left_alone(&self, present: &Inventory) -> BTreeMap<RootCredential, String> {
        let reason = |credential: &RootCredential| is_another(credential, &self.inventory, present);
        self.delete.iter().filter_map(|credential| Some((credential.clone(), reason(credential)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i10_plans_that_are_good_at_the_same_time_were_counted_together() {
        let window = SignedDuration::from_hours(24);
        assert!(VALID_WITHIN_THE_GUARD < window);
        assert!(VALID_WITH_APPROVAL > window, "there is a day to decide");
    }
}
