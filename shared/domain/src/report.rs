//! What a run says in the end: one status for every account that it was about.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, ErrorKind, Failure, Inventory, Mode, RunId,
    artifact::Collected,
    deletion::{DeletionOutcome, DeletionReport, DeletionStep, StepOutcome},
    plan::{DeletionPlan, Finding, HeldBack, OtherAccount, PlannedAccount},
    round,
    selection::{LeftOut, Newcomer, NotCreated, SelectedAccounts},
};

/// The state of a run after one of its rounds; each round's report contains the ones before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub run: RunId,
    pub round: u32,
    pub mode: Mode,
    pub accounts: BTreeMap<AccountId, AccountReport>,
    pub not_created: Vec<NotCreated>,
    /// What the next round takes up.
    pub pending: Vec<Newcomer>,
    /// Creations that did not finish in time: there is no account id to report on.
    pub unfinished_creations: Vec<Newcomer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountReport {
    pub name: Option<String>,
    pub status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// AWS called it clean in this run.
    Clean,
    /// Root credentials were deleted, and a fresh read shows none left.
    Cleaned {
        steps: Vec<DeletionStep>,
    },
    /// Root credentials are there; this run only reports.
    Found {
        inventory: Inventory,
        held_back: Vec<HeldBack>,
    },
    Exempt {
        reason: String,
        inventory: Option<Inventory>,
    },
    /// What is left waits for a person.
    HeldBack {
        held_back: Vec<HeldBack>,
        steps: Vec<DeletionStep>,
    },
    /// Nothing is known of it, for this reason.
    Unknown(Failure),
    /// Some of it could not be deleted.
    Failed {
        failure: Failure,
        steps: Vec<DeletionStep>,
    },
    LeftOut(LeftOut),
}

/// How many accounts ended in each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub clean: u32,
    pub cleaned: u32,
    pub found: u32,
    pub exempt: u32,
    pub held_back: u32,
    pub unknown: u32,
    pub failed: u32,
    pub left_out: u32,
}

impl Report {
    /// Adds a round to the report of the rounds before it.
    ///
    /// `deletions`: what each deleting worker left behind, by its batch's number.
    #[must_use]
    pub fn add_round(
        previous: Option<Self>,
        selected: SelectedAccounts,
        plan: DeletionPlan,
        deletions: BTreeMap<u32, Collected<DeletionReport>>,
        new_account_wait_minutes: u16,
    ) -> Self {
        let SelectedAccounts { run, round, mode, left_out, waiting, not_created, batches: _, management_account: _ } =
            selected;
        let (mut accounts, mut all_not_created) =
            previous.map(|report| (report.accounts, report.not_created)).unwrap_or_default();
        all_not_created.extend(not_created);
        for left in left_out {
            accounts.insert(left.account, AccountReport { name: None, status: Status::LeftOut(left.reason) });
        }
        let mut unfinished_creations = Vec::new();
        for newcomer in waiting {
            match newcomer {
                Newcomer::Account(account) => {
                    let failure = Failure::new(
                        ErrorKind::NotYetVisible,
                        format!("Organizations does not show account `{account}` as an active member yet"),
                    );
                    accounts.insert(account, AccountReport { name: None, status: Status::Unknown(failure) });
                }
                Newcomer::CreateAccountRequest(_) => unfinished_creations.push(newcomer),
            }
        }
        for (account, AccountReport { name, status }) in statuses(plan, deletions) {
            let earlier = accounts.remove(&account).map(|report| report.status);
            accounts.insert(account, AccountReport { name, status: status.after(earlier) });
        }

        let again = |kind| round::is_taken_up_again(kind, round, new_account_wait_minutes);
        let mut pending: Vec<Newcomer> = accounts
            .iter()
            .filter(|(_, report)| report.status.may_pass().is_some_and(again))
            .map(|(account, _)| Newcomer::Account(*account))
            .collect();
        if again(ErrorKind::NotYetVisible) {
            pending.append(&mut unfinished_creations);
        }
        Self { run, round, mode, accounts, not_created: all_not_created, pending, unfinished_creations }
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for report in self.accounts.values() {
            let count = match report.status {
                Status::Clean => &mut counts.clean,
                Status::Cleaned { .. } => &mut counts.cleaned,
                Status::Found { .. } => &mut counts.found,
                Status::Exempt { .. } => &mut counts.exempt,
                Status::HeldBack { .. } => &mut counts.held_back,
                Status::Unknown(_) => &mut counts.unknown,
                Status::Failed { .. } => &mut counts.failed,
                Status::LeftOut(_) => &mut counts.left_out,
            };
            *count += 1;
        }
        counts
    }

    /// Whether nobody needs to look: every account is clean, cleaned, exempt, left out or, in a report, told of.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let Counts { unknown, failed, held_back, clean: _, cleaned: _, found: _, exempt: _, left_out: _ } =
            self.counts();
        unknown + failed + held_back == 0 && self.unfinished_creations.is_empty() && self.pending.is_empty()
    }
}

impl fmt::Display for Report {
    /// One line for people.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { clean, cleaned, found, exempt, held_back, unknown, failed, left_out } = self.counts();
        write!(
            formatter,
            "run {}: {clean} clean, {cleaned} cleaned, {found} with root credentials, {exempt} exempt, \
             {held_back} held back for a person, {unknown} unknown, {failed} failed, {left_out} left out, \
             {} still being created, {} to be looked at again",
            self.run,
            self.unfinished_creations.len(),
            self.pending.len(),
        )
    }
}

impl Status {
    /// This status, with the steps that earlier rounds took in the same account: an account that was cleaned in two
    /// rounds shows what went in both, and is not called clean as if nothing had been there.
    fn after(self, earlier: Option<Self>) -> Self {
        let mut all = match earlier {
            Some(Self::Cleaned { steps } | Self::HeldBack { steps, .. } | Self::Failed { steps, .. }) => steps,
            Some(Self::Clean | Self::Found { .. } | Self::Exempt { .. } | Self::Unknown(_) | Self::LeftOut(_))
            | None => {
                return self;
            }
        };
        all.retain(|step| step.outcome.is_gone());
        match self {
            Self::Clean if all.is_empty() => Self::Clean,
            Self::Clean => Self::Cleaned { steps: all },
            Self::Cleaned { steps } => Self::Cleaned { steps: joined(all, steps) },
            Self::HeldBack { held_back, steps } => Self::HeldBack { held_back, steps: joined(all, steps) },
            Self::Failed { failure, steps } => Self::Failed { failure, steps: joined(all, steps) },
            Self::Unknown(failure) if !all.is_empty() => Self::Failed { failure, steps: all },
            Self::Unknown(_) | Self::Found { .. } | Self::Exempt { .. } | Self::LeftOut(_) => self,
        }
    }

    /// The kind of failure behind the status, where another look may end differently.
    fn may_pass(&self) -> Option<ErrorKind> {
        match self {
            Self::Unknown(failure) | Self::Failed { failure, steps: _ } => Some(failure.kind),
            Self::Clean
            | Self::Cleaned { .. }
            | Self::Found { .. }
            | Self::Exempt { .. }
            | Self::HeldBack { .. }
            | Self::LeftOut(_) => None,
        }
    }
}

fn joined(mut earlier: Vec<DeletionStep>, later: Vec<DeletionStep>) -> Vec<DeletionStep> {
    earlier.extend(later);
    earlier
}

fn statuses(
    plan: DeletionPlan,
    mut deletions: BTreeMap<u32, Collected<DeletionReport>>,
) -> Vec<(AccountId, AccountReport)> {
    let mode = plan.mode;
    let others = plan.others.into_iter().map(|OtherAccount { account, finding }| {
        (account.id, AccountReport { name: Some(account.name), status: status_of_finding(finding) })
    });
    let planned = plan.batches.into_iter().flat_map(|batch| {
        let collected = deletions.remove(&batch.batch);
        status_of_batch(mode, batch.batch, batch.accounts, collected)
    });
    others.chain(planned).collect()
}

fn status_of_finding(finding: Finding) -> Status {
    match finding {
        Finding::Clean => Status::Clean,
        Finding::Exempt { reason, inventory } => Status::Exempt { reason, inventory: Some(inventory) },
        Finding::HeldBack { held_back, inventory: _ } => Status::HeldBack { held_back, steps: Vec::new() },
        Finding::Unknown(failure) => Status::Unknown(failure),
        Finding::NotAttempted => Status::Unknown(Failure::new(ErrorKind::Transient, "time ran out before its turn")),
    }
}

fn status_of_batch(
    mode: Mode,
    number: u32,
    accounts: Vec<PlannedAccount>,
    collected: Option<Collected<DeletionReport>>,
) -> Vec<(AccountId, AccountReport)> {
    let (mut outcomes, missing) = match collected {
        Some(Ok(result)) => (
            result.accounts.into_iter().map(|report| (report.account.id, report.outcome)).collect(),
            Failure::new(ErrorKind::Defect, "the result of its batch does not name it"),
        ),
        Some(Err(failure)) => (BTreeMap::new(), failure),
        None => (BTreeMap::new(), Failure::new(ErrorKind::Transient, format!("batch {number} left no result"))),
    };
    accounts
        .into_iter()
        .map(|PlannedAccount { account, held_back, inventory, delete: _ }| {
            let status = match (mode, outcomes.remove(&account.id)) {
                (Mode::Report, _) => Status::Found { inventory, held_back },
                (Mode::Enforce, Some(outcome)) => status_of_deletion(outcome, held_back),
                (Mode::Enforce, None) => Status::Unknown(missing.clone()),
            };
            (account.id, AccountReport { name: Some(account.name), status })
        })
        .collect()
}

fn status_of_deletion(outcome: DeletionOutcome, held_back: Vec<HeldBack>) -> Status {
    match outcome {
        DeletionOutcome::Attempted { steps, remaining } => status_of_steps(steps, remaining, held_back),
        DeletionOutcome::LeftOut(reason) => Status::LeftOut(reason),
        DeletionOutcome::Exempt(reason) => Status::Exempt { reason, inventory: None },
        DeletionOutcome::Failed(failure) => Status::Failed { failure, steps: Vec::new() },
        DeletionOutcome::NotAttempted => {
            let failure = Failure::new(ErrorKind::Transient, "time ran out before its turn");
            Status::Failed { failure, steps: Vec::new() }
        }
    }
}

/// INVARIANT (I3): `Cleaned` needs a fresh read that shows nothing left.
fn status_of_steps(steps: Vec<DeletionStep>, remaining: Option<Inventory>, held_back: Vec<HeldBack>) -> Status {
    let failed = steps.iter().find_map(|step| match &step.outcome {
        StepOutcome::Failed(failure) => Some(failure.clone()),
        StepOutcome::Deleted | StepOutcome::AlreadyAbsent | StepOutcome::NotAttempted(_) => None,
    });
    if let Some(failure) = failed {
        return Status::Failed { failure, steps };
    }
    let Some(remaining) = remaining else {
        let failure = Failure::new(ErrorKind::Transient, "what is left could not be read");
        return Status::Failed { failure, steps };
    };
    let unexpected: Vec<String> = remaining
        .credentials()
        .into_iter()
        .filter(|credential| !held_back.iter().any(|held| held.credential == *credential))
        .map(|credential| credential.to_string())
        .collect();
    if !unexpected.is_empty() {
        let failure = Failure::new(
            ErrorKind::Transient,
            format!("{} is there, and was not in the plan or was left alone", unexpected.join(", ")),
        );
        return Status::Failed { failure, steps };
    }
    if remaining.is_empty() { Status::Cleaned { steps } } else { Status::HeldBack { held_back, steps } }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
