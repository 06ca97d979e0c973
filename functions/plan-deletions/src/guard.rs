//! Counts what is to be cleaned within 24 hours, over all runs.

use std::collections::BTreeSet;

use rootwarden_domain::{
    Mode,
    approval::{ApprovalRequest, Decision, DecisionRecord},
    guard::{LedgerEntry, accounts_in_24_hours, prefixes},
    plan::{DeletionPlan, Guard},
};
use rootwarden_lambda::FunctionError;
use rootwarden_root_access::StorageError;

use crate::PlanDeletions;

impl PlanDeletions {
    /// INVARIANT (I10): the plan is in the ledger before it is counted, so that of two plans made at the same moment at
    /// least one sees both.
    pub(crate) async fn guard(&self, plan: &DeletionPlan) -> Result<Guard, FunctionError> {
        let limit = self.max_accounts_to_clean;
        let accounts: BTreeSet<_> = plan.accounts().map(|planned| planned.account.id).collect();
        let entry = LedgerEntry { run: plan.run.clone(), round: plan.round, at: self.storage.now(), accounts };
        if plan.mode == Mode::Report || entry.accounts.is_empty() {
            return Ok(Guard { accounts_in_24_hours: entry.accounts.len(), limit });
        }
        self.storage.write(entry.key(), &entry).await?;
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
        Ok(Guard { accounts_in_24_hours: accounts_in_24_hours(&entry, &unapproved), limit })
    }

    async fn is_approved(&self, entry: &LedgerEntry) -> Result<bool, StorageError> {
        let request = ApprovalRequest::Deletion { run: entry.run.clone(), round: entry.round };
        let decided = self.storage.find::<DecisionRecord>(&request.decision_key()).await?;
        Ok(decided.is_some_and(|decided| decided.decision == Decision::Approved))
    }
}
