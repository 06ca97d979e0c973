//! The chunks of a round's selection, each with what its audit left behind.

use rootwarden_domain::{
    BatchOutcome, Pin, RunId,
    run::{audit::AuditedAccount, plan::AuditedChunk, selection::SelectedAccounts},
    text::input::InvalidInput,
};
use rootwarden_lambda::FunctionError;
use rootwarden_root_access::WorkerResults;

use crate::PlanDeletions;

type Audits = Vec<Option<BatchOutcome>>;

impl PlanDeletions {
    /// Walks the chain of chunks from its last one to its first.
    ///
    /// A chunk holds the audits of the chunk two before it; those of the last two come as `audits` and `audits_before`.
    pub(crate) async fn chunks(
        &self,
        run: &RunId,
        round: u32,
        last: &Pin,
        audits: Audits,
        audits_before: Audits,
    ) -> Result<(AuditedChunk, Vec<AuditedChunk>), FunctionError> {
        let first = self.chunk(run, round, None, last, audits).await?;
        let mut further = Vec::new();
        let mut next_audits = audits_before;
        let (mut previous, mut number) = (first.selected.previous.clone(), first.selected.chunk);
        let mut kept = first.selected.audits.clone();
        while let Some(pin) = previous {
            let expected = number
                .checked_sub(1)
                .ok_or_else(|| InvalidInput::new("input", "`selection`: the chain goes on before its first chunk"))?;
            let mut chunk = self.chunk(run, round, Some(expected), &pin, std::mem::take(&mut next_audits)).await?;
            next_audits = std::mem::replace(&mut kept, std::mem::take(&mut chunk.selected.audits));
            (previous, number) = (chunk.selected.previous.clone(), expected);
            further.push(chunk);
        }
        if number != 0 {
            return Err(InvalidInput::new("input", format!("`selection`: the chain ends at chunk {number}")).into());
        }
        Ok((first, further))
    }

    async fn chunk(
        &self,
        run: &RunId,
        round: u32,
        expected: Option<u32>,
        pin: &Pin,
        audits: Audits,
    ) -> Result<AuditedChunk, FunctionError> {
        // The key of the last chunk says which one it is; of the others the chain says it.
        let number = expected.map_or_else(|| number_in(run, round, &pin.key), Ok)?;
        let selected: SelectedAccounts = self.storage.read(pin, &run.selection_key(round, number)).await?;
        if (&selected.run, selected.round, selected.chunk) != (run, round, number) {
            return Err(InvalidInput::new("input", format!("`selection` is not of run `{run}`, round {round}")).into());
        }
        let results = WorkerResults::of(&self.storage, run, round);
        let audits = results.collect::<AuditedAccount>(audits, |batch| run.audit_key(round, number, batch)).await;
        Ok(AuditedChunk { selected, audits })
    }
}

fn number_in(run: &RunId, round: u32, key: &str) -> Result<u32, InvalidInput> {
    let name = key.rsplit('/').next().and_then(|name| name.strip_suffix(".json")).unwrap_or_default();
    name.parse().map_err(|_| {
        InvalidInput::new("input", format!("`selection`: `{key}` is no chunk of run `{run}`, round {round}"))
    })
}
