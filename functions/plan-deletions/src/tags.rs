//! Accounts that a tag keeps out of the plan.

use std::collections::BTreeMap;

use rootwarden_aws::OrganizationLists;
use rootwarden_domain::{
    AccountId, Failure,
    run::plan::{AccountFinding, DeletionPlan, PlannedAccount},
};
use tracing::warn;

/// Reads the tags of planned accounts, and takes those out that are excluded by one.
#[derive(Debug)]
pub(crate) struct ExcludedTags {
    lists: OrganizationLists,
}

impl ExcludedTags {
    pub(crate) fn new(lists: OrganizationLists) -> Self {
        Self { lists }
    }

    /// Takes accounts with an excluded tag out of the plan. Tags are read only now, and only for what is in the plan:
    /// AWS allows 10 such calls a second.
    pub(crate) async fn leave_out(&self, plan: &mut DeletionPlan) {
        if plan.excluded_tags.is_empty() {
            return;
        }
        let mut findings: BTreeMap<AccountId, AccountFinding> = BTreeMap::new();
        for PlannedAccount { account, inventory, delete: _, protected: _ } in plan.accounts() {
            match self.lists.tags(account.id).await {
                Ok(tags) => {
                    if let Some(tag) = tags.into_iter().find(|tag| plan.excluded_tags.contains(tag)) {
                        findings.insert(account.id, AccountFinding::Excluded { tag, inventory: inventory.clone() });
                    }
                }
                // Whether it is excluded is not known: nothing is deleted.
                Err(error) => {
                    let failure = Failure::from(error);
                    warn!(error.kind = %failure.kind, aws.code = failure.code, "{failure}");
                    findings.insert(account.id, AccountFinding::Unknown(failure));
                }
            }
        }
        plan.leave_out(|planned| findings.remove(&planned.account.id));
    }
}
