//! The journals of a batch: begun by its worker, and read by whoever comes after it.
//!
//! Each account of a batch has an object of its own beside the batch's result, of the same form. Only `delete-credentials`
//! can write there, so what it says is believed.

use std::{collections::BTreeMap, fmt::Display};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use rootwarden_domain::{
    AccountId, Candidate, ErrorKind, Failure, RoundId, Sha256,
    artifact::WorkerResult,
    run::deletion::{DeletionReport, StepOutcome},
};

use super::{
    error::StorageError,
    journal::{Journal, JournalKeeper},
    object::whole,
    pause::PauseSwitch,
    results::result_of,
    storage::Storage,
};

/// More is no journal: an account has some ten credentials, and a step a few hundred bytes.
const LARGEST_BYTES: i64 = 128 * 1024;
/// How many are read side by side.
const AT_ONCE: usize = 8;

/// What the workers of batches wrote down while they worked, by account.
#[derive(Debug, Clone)]
pub struct Journals {
    storage: Storage,
    pause: PauseSwitch,
}

/// The bucket, as the keeper of one account's journal.
#[derive(Debug)]
struct InBucket<'a> {
    storage: &'a Storage,
    pause: &'a PauseSwitch,
    round: &'a RoundId,
    batch: u32,
}

impl JournalKeeper for InBucket<'_> {
    /// INVARIANT (I13): the pause is asked for before each step.
    fn may_begin(&self) -> BoxFuture<'_, Result<(), StepOutcome>> {
        async {
            match self.pause.reason().await {
                Ok(None) => {}
                Ok(Some(reason)) => {
                    return Err(StepOutcome::NotAttempted(format!("everything that changes is paused: {reason}")));
                }
                Err(error) => return Err(StepOutcome::Failed(error.into())),
            }
            // INVARIANT (I3): nothing is deleted of which no report could tell any more.
            match self.storage.exists(&self.round.report_key()).await {
                Ok(false) => Ok(()),
                Ok(true) => Err(StepOutcome::NotAttempted("the report of this round is written already".to_owned())),
                Err(error) => Err(StepOutcome::Failed(error.into())),
            }
        }
        .boxed()
    }

    fn keep(&self, report: DeletionReport) -> BoxFuture<'_, Result<(), Failure>> {
        async {
            let key = self.round.journal_key(self.batch, report.account.id);
            let (RoundId { run, round }, batch) = (self.round.clone(), self.batch);
            let journal = WorkerResult { run, round, batch, accounts: vec![report] };
            self.storage.write(key, &journal).await.map(drop).map_err(Failure::from)
        }
        .boxed()
    }
}

impl Journals {
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { pause: PauseSwitch::new(storage.clone()), storage }
    }

    /// The journal of one account. `earlier`: what an attempt before this one left, as [`Self::read`] found it.
    #[must_use]
    pub fn open<'a>(
        &'a self,
        round: &'a RoundId,
        batch: u32,
        account: &Candidate,
        earlier: Option<DeletionReport>,
    ) -> Journal<'a> {
        Journal::new(InBucket { storage: &self.storage, pause: &self.pause, round, batch }, account, earlier)
    }

    /// What the worker of a batch wrote down, by account, every page of the list read.
    ///
    /// One that cannot be read is a failure of its account alone.
    ///
    /// # Errors
    /// They could not be listed.
    pub async fn read(
        &self,
        round: &RoundId,
        batch: u32,
    ) -> Result<BTreeMap<AccountId, Result<DeletionReport, Failure>>, StorageError> {
        let prefix = round.journal_prefix(batch);
        let keys = self.storage.list(&prefix).await?;
        let accounts: Vec<AccountId> = keys.iter().filter_map(|key| account_in(&prefix, key)).collect();
        let read = stream::iter(accounts)
            .map(async |account| (account, self.read_one(round, batch, account).await))
            .buffer_unordered(AT_ONCE);
        Ok(read.collect().await)
    }

    async fn read_one(&self, round: &RoundId, batch: u32, account: AccountId) -> Result<DeletionReport, Failure> {
        let key = round.journal_key(batch, account);
        let what = format!("read `{key}`, which says what was deleted in account `{account}`");
        let unreadable = |why: &dyn Display| {
            Failure::new(ErrorKind::InvalidRequest, format!("cannot {what}: {why}; look at its versions"))
        };
        let output = self.storage.get(&key, None, &what).await?;
        if output.content_length().is_none_or(|length| length > LARGEST_BYTES) {
            return Err(unreadable(&format_args!("it has more than {LARGEST_BYTES} bytes")));
        }
        let version_id = output.version_id().map(str::to_owned);
        let body = whole(output, &what).await?;
        self.storage.note_read(&key, version_id.as_deref(), || Sha256::of(&body));
        let journal: WorkerResult<DeletionReport> =
            serde_json::from_slice(&body).map_err(|error| unreadable(&error))?;
        let mut reports = result_of(round, batch, journal)?.accounts;
        match (reports.pop(), reports.is_empty()) {
            (Some(report), true) if report.account.id == account => Ok(report),
            _ => Err(unreadable(&"it is not about this account alone")),
        }
    }
}

fn account_in(prefix: &str, key: &str) -> Option<AccountId> {
    key.strip_prefix(prefix)?.strip_suffix(".json")?.parse().ok()
}
