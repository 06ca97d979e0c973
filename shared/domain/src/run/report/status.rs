//! The status of one account: from what a plan found and what deleting it did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AccountReport, ApprovalOutcome};
use crate::{
    AccountId, Batch, ErrorKind, Failure, Inventory, Mode,
    artifact::{AccountOutcomes, Collected},
    aws::failure::DeniedBy,
    run::{
        deletion::{DeletionOutcome, DeletionReport, DeletionStep, StepOutcome, after_earlier_rounds},
        plan::{AccountFinding, OtherAccount, PlannedAccount, ProtectedCredential},
        selection::{Ineligible, Tag},
    },
};

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
        protected: Vec<ProtectedCredential>,
    },
    Exempt {
        reason: String,
        inventory: Option<Inventory>,
    },
    /// What is left waits for a person.
    Protected {
        protected: Vec<ProtectedCredential>,
        steps: Vec<DeletionStep>,
    },
    /// Nothing is known of it, for this reason.
    Unknown(Failure),
    /// Some of it could not be deleted.
    Failed {
        failure: Failure,
        steps: Vec<DeletionStep>,
    },
    Ineligible(Ineligible),
    /// The run leaves accounts with this tag alone.
    Excluded {
        tag: Tag,
        inventory: Inventory,
    },
    /// Root credentials are there, and the approval to delete them was refused or not given in time.
    NotApproved {
        inventory: Inventory,
    },
    /// Root credentials are there, and somebody paused everything that changes.
    Paused {
        reason: String,
    },
}
impl Status {
    /// Whose policy keeps an account from being known.
    pub(super) fn denied_by(&self) -> Option<DeniedBy> {
        match self {
            Self::Unknown(failure) => failure.denied_by,
            Self::Clean
            | Self::Cleaned { .. }
            | Self::Found { .. }
            | Self::Exempt { .. }
            | Self::Protected { .. }
            | Self::Failed { .. }
            | Self::Ineligible(_)
            | Self::Excluded { .. }
            | Self::NotApproved { .. }
            | Self::Paused { .. } => None,
        }
    }

    /// This status, with the steps that earlier rounds took in the same account, and those of them that have no place in it.
    ///
    /// INVARIANT (I3): nothing that was deleted gets lost here. An account that was cleaned in two rounds shows what went in
    /// both, and is not called clean as if nothing had been there.
    pub(super) fn after(self, earlier: Vec<DeletionStep>) -> (Self, Vec<DeletionStep>) {
        let status = match self {
            Self::Clean => match after_earlier_rounds(earlier, Vec::new(), |_| true) {
                steps if steps.is_empty() => Self::Clean,
                steps => Self::Cleaned { steps },
            },
            Self::Cleaned { steps } => Self::Cleaned { steps: after_earlier_rounds(earlier, steps, |_| true) },
            Self::Protected { protected, steps } => {
                let is_gone = |credential: &_| !protected.iter().any(|held| held.credential == *credential);
                let steps = after_earlier_rounds(earlier, steps, is_gone);
                Self::Protected { protected, steps }
            }
            // What is there was not looked at, or not all of it.
            Self::Failed { failure, steps } => {
                Self::Failed { failure, steps: after_earlier_rounds(earlier, steps, |_| false) }
            }
            Self::Unknown(failure) => match after_earlier_rounds(earlier, Vec::new(), |_| false) {
                steps if steps.is_empty() => Self::Unknown(failure),
                steps => Self::Failed { failure, steps },
            },
            status @ (Self::Found { .. }
            | Self::Exempt { .. }
            | Self::Ineligible(_)
            | Self::Excluded { .. }
            | Self::NotApproved { .. }
            | Self::Paused { .. }) => {
                return (status, after_earlier_rounds(earlier, Vec::new(), |_| false));
            }
        };
        (status, Vec::new())
    }

    /// The steps that the status tells of.
    pub(super) fn into_steps(self) -> Vec<DeletionStep> {
        match self {
            Self::Cleaned { steps } | Self::Protected { steps, .. } | Self::Failed { steps, .. } => steps,
            Self::Clean
            | Self::Found { .. }
            | Self::Exempt { .. }
            | Self::Unknown(_)
            | Self::Ineligible(_)
            | Self::Excluded { .. }
            | Self::NotApproved { .. }
            | Self::Paused { .. } => Vec::new(),
        }
    }

    /// The kind of failure behind the status, where another look may end differently.
    pub(super) fn may_pass(&self) -> Option<ErrorKind> {
        match self {
            Self::Unknown(failure) | Self::Failed { failure, steps: _ } => Some(failure.kind),
            Self::Clean
            | Self::Cleaned { .. }
            | Self::Found { .. }
            | Self::Exempt { .. }
            | Self::Protected { .. }
            | Self::Ineligible(_)
            | Self::Excluded { .. }
            | Self::NotApproved { .. }
            | Self::Paused { .. } => None,
        }
    }
}

/// The status of every account of a plan.
pub(super) fn statuses(
    mode: Mode,
    approval: ApprovalOutcome,
    batches: Vec<Batch<PlannedAccount>>,
    others: Vec<OtherAccount>,
    mut deletions: BTreeMap<u32, Collected<DeletionReport>>,
) -> Vec<(AccountId, AccountReport)> {
    let others = others.into_iter().map(|OtherAccount { account, finding }| {
        (account.id, AccountReport::of(Some(account.name), status_of_finding(finding)))
    });
    let planned = batches.into_iter().flat_map(|batch| {
        let collected = deletions.remove(&batch.batch);
        status_of_batch(mode, approval, batch.batch, batch.accounts, collected)
    });
    others.chain(planned).collect()
}

fn status_of_finding(finding: AccountFinding) -> Status {
    match finding {
        AccountFinding::Clean => Status::Clean,
        AccountFinding::Exempt { reason, inventory } => Status::Exempt { reason, inventory: Some(inventory) },
        AccountFinding::Protected { protected, inventory: _ } => Status::Protected { protected, steps: Vec::new() },
        AccountFinding::Excluded { tag, inventory } => Status::Excluded { tag, inventory },
        AccountFinding::Unknown(failure) => Status::Unknown(failure),
        AccountFinding::NotAttempted => {
            Status::Unknown(Failure::new(ErrorKind::Transient, "time ran out before its turn"))
        }
    }
}

fn status_of_batch(
    mode: Mode,
    approval: ApprovalOutcome,
    number: u32,
    accounts: Vec<PlannedAccount>,
    collected: Option<Collected<DeletionReport>>,
) -> Vec<(AccountId, AccountReport)> {
    let of_account = |report: DeletionReport| (report.account.id, report.outcome);
    let mut outcomes = AccountOutcomes::of(number, collected, of_account);
    accounts
        .into_iter()
        .map(|PlannedAccount { account, protected, inventory, delete: _ }| {
            let status = match (mode, approval, outcomes.take(account.id)) {
                (Mode::Report, _, _) => Status::Found { inventory, protected },
                (Mode::Enforce, _, Ok(outcome)) => status_of_deletion(outcome, protected),
                (
                    Mode::Enforce,
                    ApprovalOutcome::Rejected | ApprovalOutcome::TimedOut | ApprovalOutcome::NotRequested,
                    Err(_),
                ) => Status::NotApproved { inventory },
                (Mode::Enforce, ApprovalOutcome::NotNeeded | ApprovalOutcome::Approved, Err(failure)) => {
                    Status::Unknown(failure)
                }
            };
            (account.id, AccountReport::of(Some(account.name), status))
        })
        .collect()
}

fn status_of_deletion(outcome: DeletionOutcome, protected: Vec<ProtectedCredential>) -> Status {
    match outcome {
        DeletionOutcome::Attempted { steps, remaining } => status_of_steps(steps, remaining, protected),
        DeletionOutcome::Ineligible(reason) => Status::Ineligible(reason),
        DeletionOutcome::Exempt(reason) => Status::Exempt { reason, inventory: None },
        DeletionOutcome::Paused(reason) => Status::Paused { reason },
        DeletionOutcome::Failed(failure) => Status::Failed { failure, steps: Vec::new() },
        DeletionOutcome::NotAttempted => {
            let failure = Failure::new(ErrorKind::Transient, "time ran out before its turn");
            Status::Failed { failure, steps: Vec::new() }
        }
        DeletionOutcome::Unknown(failure) => Status::Unknown(failure),
    }
}

/// INVARIANT (I3): `Cleaned` needs a fresh read that shows nothing left.
fn status_of_steps(
    steps: Vec<DeletionStep>,
    remaining: Option<Inventory>,
    protected: Vec<ProtectedCredential>,
) -> Status {
    let failed = steps.iter().find_map(|step| match &step.outcome {
        StepOutcome::Failed(failure) | StepOutcome::Unconfirmed(failure) => Some(failure.clone()),
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
        .filter(|credential| !protected.iter().any(|held| held.credential == *credential))
        .map(|credential| credential.to_string())
        .collect();
    if !unexpected.is_empty() {
        let failure = Failure::new(
            ErrorKind::Transient,
            format!("{} is there, and was not in the plan or was left alone", unexpected.join(", ")),
        );
        return Status::Failed { failure, steps };
    }
    if remaining.is_empty() { Status::Cleaned { steps } } else { Status::Protected { protected, steps } }
}
