//! Counts what is to be cleaned within 24 hours, over all runs.

use std::collections::BTreeSet;

use rootwarden_aws::{Done, Storage, StorageError};
use rootwarden_domain::{
    Mode, RoundId,
    approvals::{Decision, DecisionRecord},
    ids::approval::ApprovalId,
    run::{
        guard::{LedgerEntry, accounts_in_24_hours, prefixes},
        plan::{DeletionPlan, Guard},
    },
    text::input::InputError,
};
use rootwarden_lambda::FunctionError;

use crate::error::{ConcurrentWriteError, defect};

/// The ledger that all runs share, and how many accounts may be cleaned without an approval.
#[derive(Debug)]
pub(crate) struct GuardLedger {
    storage: Storage,
    max_accounts_to_clean: usize,
}

impl GuardLedger {
    pub(crate) fn new(storage: Storage, max_accounts_to_clean: usize) -> Self {
        Self { storage, max_accounts_to_clean }
    }

    /// Enters the plan in the ledger, and says in it how many accounts are to be cleaned within 24 hours.
    ///
    /// INVARIANT (I10): the plan is in the ledger before it is counted, so that of two plans made at the same moment at
    /// least one sees both.
    pub(crate) async fn count(&self, plan: &mut DeletionPlan, approved_in: Option<u32>) -> Result<(), FunctionError> {
        let limit = self.max_accounts_to_clean;
        let account_count = plan.account_count();
        if plan.mode == Mode::Report || account_count == 0 {
            plan.guard = Guard { accounts_in_24_hours: account_count, limit };
            return Ok(());
        }
        let entry = self.enter(plan, approved_in).await?;
        plan.planned_at = entry.at;
        let mut unapproved = Vec::new();
        for prefix in BTreeSet::from(prefixes(entry.at)) {
            for key in self.storage.list(&prefix).await? {
                if let Some(other) = self.storage.find::<LedgerEntry>(&key).await?
                    && !self.is_approved(&other).await?
                {
                    unapproved.push(other);
                }
            }
        }
        plan.guard = Guard { accounts_in_24_hours: accounts_in_24_hours(&entry, &unapproved), limit };
        Ok(())
    }

    /// The plan's entry in the ledger: this one, or that of an attempt which was interrupted before it wrote the same plan.
    ///
    /// INVARIANT (I10): an entry is written once for a round. Over one that could be replaced, a round could be planned again
    /// and again, each time within the guard.
    async fn enter(&self, plan: &DeletionPlan, approved_in: Option<u32>) -> Result<LedgerEntry, FunctionError> {
        let entry = LedgerEntry::of(plan, approved_in).map_err(|error| defect(&error))?;
        let key = entry.key();
        if self.storage.create(&key, &entry).await? == Done::Now {
            return Ok(entry);
        }
        match self.storage.find::<LedgerEntry>(&key).await? {
            Some(there) if there.is_of_the_same(&entry) => Ok(there),
            Some(_) => {
                let why = format!(
                    "another plan of run `{}`, round {} is in the guard's ledger (`{key}`), so none is made: start another run",
                    plan.run, plan.round
                );
                Err(InputError::new("input", why).into())
            }
            None => Err(ConcurrentWriteError(key).into()),
        }
    }

    async fn is_approved(&self, entry: &LedgerEntry) -> Result<bool, StorageError> {
        let round = entry.approved_in.unwrap_or(entry.round);
        let approval_id = ApprovalId::Deletion(RoundId::new(entry.run.clone(), round));
        let decided = self.storage.find::<DecisionRecord>(&approval_id.decision_key()).await?;
        Ok(decided.is_some_and(|decided| decided.decision == Decision::Approved))
    }
}
