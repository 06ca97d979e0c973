//! What a stopped command of the same kind did, in the report of the one that goes on.

use std::collections::{BTreeMap, BTreeSet};

use rootwarden_domain::{
    AccountId, Batch, Inventory,
    artifact::{Collected, WorkerResult},
    run::{
        audit::{AuditOutcome, AuditedAccount},
        deletion::{DeletionOutcome, DeletionReport},
        plan::{DeletionPlan, PlannedAccount},
        report::{ApprovalOutcome, Report},
    },
};

use crate::journal::RunJournal;

/// Whether a command had come to the end of an account, and a fresh read had shown it.
pub fn is_done(report: &DeletionReport) -> bool {
    match &report.outcome {
        DeletionOutcome::Attempted { steps, remaining: Some(_) } => steps.iter().all(|step| step.outcome.is_gone()),
        DeletionOutcome::Attempted { steps: _, remaining: None }
        | DeletionOutcome::Ineligible(_)
        | DeletionOutcome::Exempt(_)
        | DeletionOutcome::Paused(_)
        | DeletionOutcome::Failed(_)
        | DeletionOutcome::NotAttempted
        | DeletionOutcome::Unknown(_) => false,
    }
}

/// How many accounts a stopped command is done with, of those that `counts`.
pub fn done_before(journal: &RunJournal, counts: impl Fn(AccountId) -> bool) -> usize {
    journal.deletions().filter(|report| is_done(report) && counts(report.account.id)).count()
}

/// The report of a plan that was carried out, or not.
///
/// INVARIANT (I3): what a stopped command deleted stays in it, whatever its accounts have become since.
pub fn report(
    plan: DeletionPlan,
    approval: ApprovalOutcome,
    deletions: BTreeMap<u32, Collected<DeletionReport>>,
    journal: &RunJournal,
) -> Report {
    // Whoever worked on an account once more took along what the earlier one had written down.
    let worked_on: BTreeSet<AccountId> =
        deletions.values().flatten().flat_map(|result| &result.accounts).map(|report| report.account.id).collect();
    let earlier: Vec<DeletionReport> =
        journal.deletions().filter(|report| !worked_on.contains(&report.account.id)).cloned().collect();
    let previous = (!earlier.is_empty()).then(|| {
        let (plan, result) = (plan_of(&earlier, &plan, journal), result_of(earlier, &plan));
        Report::add_round(None, plan, ApprovalOutcome::NotNeeded, [(0, Ok(result))].into(), 0)
    });
    Report::add_round(previous, plan, approval, deletions, 0)
}

/// Adds what a stopped command had found in accounts that it worked on and that have nothing any more.
pub fn add_found(inventories: &mut BTreeMap<AccountId, Inventory>, journal: &RunJournal) {
    for report in journal.deletions() {
        let found = found(report.account.id, journal);
        if let Some(inventory) = found {
            inventories.entry(report.account.id).or_insert_with(|| inventory.clone());
        }
    }
}

/// The part of the stopped command's plan that it came to.
fn plan_of(earlier: &[DeletionReport], plan: &DeletionPlan, journal: &RunJournal) -> DeletionPlan {
    let planned = |report: &DeletionReport| {
        let delete = match &report.outcome {
            DeletionOutcome::Attempted { steps, remaining: _ } => {
                steps.iter().map(|step| step.credential.clone()).collect()
            }
            DeletionOutcome::Ineligible(_)
            | DeletionOutcome::Exempt(_)
            | DeletionOutcome::Paused(_)
            | DeletionOutcome::Failed(_)
            | DeletionOutcome::NotAttempted
            | DeletionOutcome::Unknown(_) => Vec::new(),
        };
        let inventory = found(report.account.id, journal).cloned().unwrap_or_default();
        PlannedAccount { account: report.account.clone(), delete, protected: Vec::new(), inventory }
    };
    DeletionPlan {
        ended_recoveries: BTreeMap::new(),
        open_recoveries: BTreeMap::new(),
        batch_numbers: vec![0],
        batches: vec![Batch { batch: 0, accounts: earlier.iter().map(planned).collect() }],
        others: Vec::new(),
        ineligible: Vec::new(),
        waiting: Vec::new(),
        not_created: Vec::new(),
        ..plan.clone()
    }
}

fn result_of(accounts: Vec<DeletionReport>, plan: &DeletionPlan) -> WorkerResult<DeletionReport> {
    WorkerResult { run: plan.run.clone(), round: plan.round, batch: 0, accounts }
}

fn found(account: AccountId, journal: &RunJournal) -> Option<&Inventory> {
    match journal.found(account) {
        Some(AuditedAccount { account: _, outcome: AuditOutcome::Present(inventory) }) => Some(inventory),
        Some(_) | None => None,
    }
}
