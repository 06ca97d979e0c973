//! What the function answers.

use rootwarden_domain::{
    Pin,
    artifact::WorkerResult,
    run::deletion::{DeletionOutcome, DeletionReport, StepOutcome},
};
use serde::Serialize;

/// How many credentials of the batch ended how; the steps themselves are in the result.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    pub batch: u32,
    pub result: Pin,
    pub deleted: usize,
    /// Gone before this worker came to it: never counted as deleted.
    pub already_absent: usize,
    pub failed: usize,
    pub not_attempted: usize,
}

impl Output {
    pub(crate) fn of(pin: Pin, result: &WorkerResult<DeletionReport>) -> Self {
        let (mut deleted, mut already_absent, mut failed, mut not_attempted) = (0, 0, 0, 0);
        for report in &result.accounts {
            match &report.outcome {
                DeletionOutcome::Attempted { steps, remaining: _ } => {
                    for step in steps {
                        match step.outcome {
                            StepOutcome::Deleted => deleted += 1,
                            StepOutcome::AlreadyAbsent => already_absent += 1,
                            StepOutcome::Unconfirmed(_) | StepOutcome::Failed(_) => failed += 1,
                            StepOutcome::NotAttempted(_) => not_attempted += 1,
                        }
                    }
                }
                DeletionOutcome::Failed(_) | DeletionOutcome::Unknown(_) => failed += 1,
                DeletionOutcome::Ineligible(_)
                | DeletionOutcome::Exempt(_)
                | DeletionOutcome::Paused(_)
                | DeletionOutcome::NotAttempted => {
                    not_attempted += 1;
                }
            }
        }
        Self { batch: result.batch, result: pin, deleted, already_absent, failed, not_attempted }
    }
}
