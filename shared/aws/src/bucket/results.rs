//! What the workers of a round left behind, or why nothing did.

use std::collections::BTreeMap;

use rootwarden_domain::{
    BatchOutcome, ErrorKind, Failure, RoundId,
    artifact::{Collected, WorkerError, WorkerResult},
    aws::failure::task_failure_in_words,
};
use serde::de::DeserializeOwned;

use super::storage::Storage;

/// The results of one round's workers.
#[derive(Debug, Clone, Copy)]
pub struct WorkerResults<'a> {
    storage: &'a Storage,
    round: &'a RoundId,
}

impl<'a> WorkerResults<'a> {
    #[must_use]
    pub fn of(storage: &'a Storage, round: &'a RoundId) -> Self {
        Self { storage, round }
    }

    /// Reads them by the number of their batch; `key` says where the result of a batch has to lie.
    ///
    /// INVARIANT (I11): a result that cannot be read, or that is of another run, stands there as a failure of its batch
    /// and never stops the others. A worker that left nothing is missing.
    pub async fn collect<T: DeserializeOwned>(
        &self,
        outcomes: Vec<Option<BatchOutcome>>,
        key: impl Fn(u32) -> String,
    ) -> BTreeMap<u32, Collected<T>> {
        let Self { storage, round } = *self;
        let mut collected = BTreeMap::new();
        for outcome in outcomes.into_iter().flatten() {
            match outcome {
                BatchOutcome::Result { batch, result } => {
                    let read = storage.read::<WorkerResult<T>>(&result, &key(batch)).await.map_err(Failure::from);
                    collected.insert(batch, read.and_then(|result| result_of(round, batch, result)));
                }
                BatchOutcome::Failed { batch, failed: WorkerError { error, cause } } => {
                    let words = task_failure_in_words(&error, &cause);
                    let message = format!("the worker of batch {batch} failed: {words}");
                    collected.insert(batch, Err(Failure::new(worker_error_kind(&error), message)));
                }
            }
        }
        collected
    }
}

/// `result`, if it is of this very batch.
pub(super) fn result_of<T>(round: &RoundId, batch: u32, result: WorkerResult<T>) -> Collected<T> {
    if (result.round_id(), result.batch) == (round.clone(), batch) {
        return Ok(result);
    }
    let message = format!("the result of batch {batch} is of {}, batch {}", result.round_id(), result.batch);
    Err(Failure::new(ErrorKind::Defect, message))
}

/// The kind behind a worker's error, if it is one of ours; Lambda's and Step Functions' own may pass.
fn worker_error_kind(error: &str) -> ErrorKind {
    let kinds = [
        ErrorKind::Throttled,
        ErrorKind::Transient,
        ErrorKind::NotYetVisible,
        ErrorKind::Denied,
        ErrorKind::NotEnabled,
        ErrorKind::InvalidRequest,
        ErrorKind::Defect,
    ];
    kinds.into_iter().find(|kind| kind.name() == error).unwrap_or(ErrorKind::Transient)
}
