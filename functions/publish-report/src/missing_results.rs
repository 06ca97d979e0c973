//! What is known of a batch whose worker left no result: it was killed, or its child failed.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use rootwarden_aws::{Journals, Storage};
use rootwarden_domain::{
    Batch, Failure, Mode, RoundId,
    artifact::{Collected, WorkerResult, no_result},
    run::{
        deletion::{DeletionOutcome, DeletionReport},
        plan::{DeletionPlan, PlannedAccount},
        report::ApprovalOutcome,
    },
};
use tracing::warn;

/// How many batches are looked into side by side.
const AT_ONCE: usize = 4;

/// Finds out what became of batches without a result.
#[derive(Debug)]
pub(crate) struct MissingResults {
    storage: Storage,
    journals: Journals,
}

impl MissingResults {
    pub(crate) fn new(storage: Storage) -> Self {
        Self { journals: Journals::new(storage.clone()), storage }
    }

    /// Puts what its worker wrote down while it worked in place of each result that is missing.
    ///
    /// INVARIANT (I3, I8): whatever becomes of a worker, what it may have deleted stands in the report.
    pub(crate) async fn fill_in(
        &self,
        plan: &DeletionPlan,
        approval: ApprovalOutcome,
        deletions: &mut BTreeMap<u32, Collected<DeletionReport>>,
    ) {
        // Why also where nothing was to be deleted: who says so may be mistaken, or lie.
        let was_to_be_deleted = match (plan.mode, approval) {
            (Mode::Report, _) => return,
            (Mode::Enforce, ApprovalOutcome::NotNeeded | ApprovalOutcome::Approved) => true,
            (Mode::Enforce, ApprovalOutcome::Rejected | ApprovalOutcome::TimedOut | ApprovalOutcome::NotRequested) => {
                false
            }
        };
        let missing: Vec<(&Batch<PlannedAccount>, Failure)> = plan
            .batches
            .iter()
            .filter_map(|batch| match deletions.get(&batch.batch) {
                Some(Ok(_)) => None,
                Some(Err(failure)) => Some((batch, failure.clone())),
                None => Some((batch, no_result(batch.batch))),
            })
            .collect();
        let round = plan.round_id();
        let found: Vec<(u32, WorkerResult<DeletionReport>)> = stream::iter(missing)
            .map(async |(batch, failure)| (batch.batch, self.written_down(&round, batch, failure).await))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (batch, mut result) in found {
            if !was_to_be_deleted {
                result.accounts.retain(|report| !matches!(report.outcome, DeletionOutcome::Unknown(_)));
            }
            deletions.insert(batch, Ok(result));
        }
    }

    /// One batch, account by account: what was written down, or why nothing is known.
    async fn written_down(
        &self,
        round: &RoundId,
        batch: &Batch<PlannedAccount>,
        failure: Failure,
    ) -> WorkerResult<DeletionReport> {
        let number = batch.batch;
        warn!(run.id = %round.run, round = round.round, batch = number, "{failure}: reading what was written down of it");
        let key = round.deleted_key(number);
        if let Ok(Some(result)) = self.storage.find::<WorkerResult<DeletionReport>>(&key).await
            && (&result.round_id(), result.batch) == (round, number)
        {
            return result;
        }
        let (mut journals, failure) = match self.journals.read(round, number).await {
            Ok(journals) => (journals, failure),
            Err(error) => {
                let message = format!("{}; what was deleted in it could not be read: {error}", failure.message);
                (BTreeMap::new(), Failure { message, ..failure })
            }
        };
        let accounts = batch
            .accounts
            .iter()
            .map(|PlannedAccount { account, delete: _, protected: _, inventory: _ }| {
                match journals.remove(&account.id) {
                    Some(Ok(report)) => report,
                    Some(Err(unreadable)) => {
                        DeletionReport { account: account.clone(), outcome: DeletionOutcome::Unknown(unreadable) }
                    }
                    None => {
                        DeletionReport { account: account.clone(), outcome: DeletionOutcome::Unknown(failure.clone()) }
                    }
                }
            })
            .collect();
        let RoundId { run, round } = round.clone();
        WorkerResult { run, round, batch: number, accounts }
    }
}
