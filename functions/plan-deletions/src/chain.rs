//! The chunks of a round, each with what its audit left behind.

use rootwarden_aws::{Storage, WorkerResults};
use rootwarden_domain::{
    Pin, RoundId,
    artifact::AuditRecord,
    run::{audit::AuditedAccount, plan::AuditedChunk, selection::SelectedAccounts},
    text::input::InputError,
};
use rootwarden_lambda::FunctionError;

/// Reads what the audits of a round left behind.
#[derive(Debug)]
pub(crate) struct AuditChain {
    storage: Storage,
}

impl AuditChain {
    pub(crate) fn new(storage: Storage) -> Self {
        Self { storage }
    }

    /// Walks the chain of audit records from `audited`, of chunk `last`, to chunk 0: the last chunk, and the others, the
    /// latest first.
    ///
    /// INVARIANT (I1, I2): the chain is whole. Every record is of this round and of its place in it, each audited the very
    /// selection that the chunk after it went on from, and nothing was left to be listed after the last one. So no chunk is
    /// missing, and none was audited from anything that was not selected in this round.
    pub(crate) async fn read(
        &self,
        round: &RoundId,
        last: u32,
        audited: Pin,
    ) -> Result<(AuditedChunk, Vec<AuditedChunk>), FunctionError> {
        let (newest, mut record) = self.chunk(round, last, &audited).await?;
        if newest.selected.next_token.is_some() {
            return Err(broken(format!("chunk {last} is not the last one: the list of accounts goes on")));
        }
        let (mut number, mut goes_on_from) = (last, newest.selected.previous.clone());
        let mut earlier = Vec::new();
        loop {
            let (pin, before) = match (record.previous.take(), number.checked_sub(1)) {
                (Some(pin), Some(before)) => (pin, before),
                (None, None) => break,
                (None, Some(_)) => return Err(broken(format!("the chain ends at chunk {number}"))),
                (Some(_), None) => return Err(broken("the chain goes on before chunk 0")),
            };
            let (chunk, found) = self.chunk(round, before, &pin).await?;
            if goes_on_from.as_ref() != Some(&found.selection) {
                return Err(broken(format!("chunk {number} does not go on from what was audited as chunk {before}")));
            }
            let of = |chunk: &AuditedChunk| (chunk.selected.mode, chunk.selected.management_account);
            if of(&chunk) != of(&newest) || chunk.selected.request != newest.selected.request {
                return Err(broken(format!("chunk {before} was selected for another request")));
            }
            (number, goes_on_from, record) = (before, chunk.selected.previous.clone(), found);
            earlier.push(chunk);
        }
        if goes_on_from.is_some() {
            return Err(broken("chunk 0 goes on from another chunk"));
        }
        Ok((newest, earlier))
    }

    /// One chunk: what was selected, and what each of its batches left behind. And the record that says so.
    async fn chunk(
        &self,
        round: &RoundId,
        number: u32,
        pin: &Pin,
    ) -> Result<(AuditedChunk, AuditRecord), FunctionError> {
        let mut record: AuditRecord = self.storage.read(pin, &round.audit_record_key(number)).await?;
        if (&record.round_id(), record.chunk) != (round, number) {
            return Err(broken(format!("`{}` is not of {round}, chunk {number}", pin.key)));
        }
        let selection = &record.selection;
        let selected: SelectedAccounts = self.storage.read(selection, &round.selection_key(number)).await?;
        if (&selected.round_id(), selected.chunk) != (round, number) {
            return Err(broken(format!("`{}` is not of {round}, chunk {number}", selection.key)));
        }
        let outcomes = std::mem::take(&mut record.outcomes);
        let results = WorkerResults::of(&self.storage, round);
        let audits = results.collect::<AuditedAccount>(outcomes, |batch| round.audit_key(number, batch)).await;
        Ok((AuditedChunk { selected, audits }, record))
    }
}

fn broken(why: impl std::fmt::Display) -> FunctionError {
    InputError::new("input", format!("`audited`: {why}")).into()
}
