//! Approvals of earlier rounds: nobody is asked twice for the same.

use rootwarden_aws::{Clock, Storage, StorageError};
use rootwarden_domain::{
    Mode, Pin, RoundId,
    approvals::{DecisionRecord, carries_out},
    ids::approval::ApprovalId,
    run::plan::DeletionPlan,
};

/// Looks for an earlier plan that somebody approved.
#[derive(Debug)]
pub(crate) struct EarlierApprovals {
    storage: Storage,
    clock: Clock,
}

impl EarlierApprovals {
    pub(crate) fn new(storage: Storage, clock: Clock) -> Self {
        Self { storage, clock }
    }

    /// The plan of an earlier round that somebody approved and that covers this one, and which round it is of.
    ///
    /// Whoever carries the plan out checks all of it again; what cannot be checked is asked for.
    pub(crate) async fn find(&self, plan: &DeletionPlan) -> Result<Option<(u32, Pin)>, StorageError> {
        if plan.mode == Mode::Report || plan.batches.is_empty() {
            return Ok(None);
        }
        for round in (0..plan.round).rev() {
            let approval_id = ApprovalId::Deletion(RoundId::new(plan.run.clone(), round));
            let Some(decided) = self.storage.find::<DecisionRecord>(&approval_id.decision_key()).await? else {
                continue;
            };
            let Some((pin, earlier)) = self.storage.find_pinned::<DeletionPlan>(&approval_id.plan_key()).await? else {
                continue;
            };
            let is_approved = carries_out(&pin, &approval_id, plan.started_by.as_ref(), Some(&decided)).is_ok();
            if is_approved && earlier.is_valid(self.clock.now()) && earlier.covers(plan) {
                return Ok(Some((round, pin)));
            }
        }
        Ok(None)
    }
}
