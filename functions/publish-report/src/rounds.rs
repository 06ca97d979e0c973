//! What the rounds of a run were about: where its accounts stand, and what was found and asked in them.
//!
//! It lies in the selections and audits that the audit records of the rounds pin, and in what the workers wrote down of their calls. For people alone: nothing goes by it.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use rootwarden_aws::{Storage, StorageError, WorkerResults};
use rootwarden_domain::{
    AccountId, Pin, RoundId, RunId,
    artifact::{AuditRecord, WorkerResult},
    aws::organizational_unit::OrganizationalUnitId,
    ids::run::CALLS,
    run::{
        audit::{AuditOutcome, AuditedAccount},
        call::AccountCalls,
        report::{AuditedRound, Report},
        selection::SelectedAccounts,
    },
};
use rootwarden_report::document::Audited;

/// How many objects are read side by side.
const AT_ONCE: usize = 8;

/// What the selections and audits of all rounds say.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    pub(crate) units: BTreeMap<AccountId, OrganizationalUnitId>,
    pub(crate) audits: BTreeMap<AccountId, Audited>,
}

impl Rounds {
    /// Reads the selections and audits of every round, from the last chunk of each to the first. What was read stays, also where
    /// something cannot be read: that is the second part.
    pub(crate) async fn read(storage: &Storage, report: &Report) -> (Self, Option<StorageError>) {
        let mut rounds = Self::default();
        for AuditedRound { round, last_chunk, record } in &report.audited {
            if let Err(error) = rounds.read_round(storage, &report.run, *round, *last_chunk, record.clone()).await {
                return (rounds, Some(error));
            }
        }
        let calls = rounds.read_calls(storage, &report.run).await;
        (rounds, calls.err())
    }

    /// The calls of every worker, in whichever round.
    async fn read_calls(&mut self, storage: &Storage, run: &RunId) -> Result<(), StorageError> {
        for prefix in [run.audit_prefix(), run.deletion_prefix()] {
            let mut keys = storage.list(&prefix).await?;
            keys.retain(|key| key.ends_with(CALLS));
            let mut read = stream::iter(keys)
                .map(async |key| storage.find::<WorkerResult<AccountCalls>>(&key).await)
                .buffered(AT_ONCE);
            while let Some(found) = read.next().await {
                for AccountCalls { account, calls } in found?.into_iter().flat_map(|found| found.accounts) {
                    self.audits.entry(account).or_default().calls.extend(calls);
                }
            }
        }
        Ok(())
    }

    async fn read_round(
        &mut self,
        storage: &Storage,
        run: &RunId,
        round: u32,
        last_chunk: u32,
        record: Pin,
    ) -> Result<(), StorageError> {
        let of = RoundId::new(run.clone(), round);
        let mut next = Some(record);
        for chunk in (0..=last_chunk).rev() {
            let Some(pin) = next.take() else { break };
            let record: AuditRecord = storage.read(&pin, &of.audit_record_key(chunk)).await?;
            let selected: SelectedAccounts = storage.read(&record.selection, &of.selection_key(chunk)).await?;
            self.units.extend(selected.units);
            let results = WorkerResults::of(storage, &of);
            let key = |batch| of.audit_key(chunk, batch);
            let audits = results.collect::<AuditedAccount>(record.outcomes, key).await;
            // A batch without a result has none to tell of: its accounts are unknown, and say so.
            audits.into_values().flatten().flat_map(|result| result.accounts).for_each(|audited| self.add(audited));
            next = record.previous;
        }
        Ok(())
    }

    fn add(&mut self, audited: AuditedAccount) {
        let AuditedAccount { account, outcome } = audited;
        let of_account = self.audits.entry(account.id).or_default();
        match outcome {
            AuditOutcome::Present(inventory) => {
                of_account.found.get_or_insert(inventory);
            }
            AuditOutcome::Clean | AuditOutcome::Unknown(_) | AuditOutcome::NotAttempted => {}
        }
    }
}
