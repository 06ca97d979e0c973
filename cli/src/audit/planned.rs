//! From what was read to what a run's planner makes of it.

use std::collections::BTreeMap;

use rootwarden_domain::{
    AccountId, Inventory,
    recovery::RecoveryWindows,
    run::{
        audit::AuditOutcome,
        exemption::Exemptions,
        plan::{DeletionPlan, KeyRules, ReleasedKeys, Rules},
    },
};

use super::Reading;
use crate::{access::Access, arguments::RuleArguments};

/// A plan, and what was found in each account, which a report leaves out where a status says enough.
#[derive(Debug)]
pub struct Planned {
    pub plan: DeletionPlan,
    pub inventories: BTreeMap<AccountId, Inventory>,
}

pub fn plan(
    reading: Reading,
    exemptions: &Exemptions,
    recoveries: &RecoveryWindows,
    rules: &RuleArguments,
    access: &Access,
) -> Planned {
    let mut inventories = BTreeMap::new();
    let chunks = std::iter::once(&reading.last).chain(&reading.earlier);
    for audited in chunks.flat_map(|chunk| chunk.audits.values().flatten()).flat_map(|result| &result.accounts) {
        if let AuditOutcome::Present(inventory) = &audited.outcome {
            inventories.insert(audited.account.id, inventory.clone());
        }
    }
    let released = ReleasedKeys::new();
    let keys = KeyRules { protect_used_within_days: rules.protect_keys_used_within_days, released: &released };
    let rules = Rules { exemptions, recoveries, keys, now: access.clock.now() };
    Planned { plan: DeletionPlan::plan(reading.last, reading.earlier, rules), inventories }
}
