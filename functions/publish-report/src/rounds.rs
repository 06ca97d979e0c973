//! What the rounds of a run were about: where its accounts stand, and whether it is over the whole organization.
//!
//! It lies in the selections, which the audit records of the rounds pin. For people alone: nothing goes by it.

use std::collections::BTreeMap;

use rootwarden_aws::{Storage, StorageError};
use rootwarden_domain::{
    AccountId, Pin, RunId,
    artifact::AuditRecord,
    aws::organizational_unit::OrganizationalUnitId,
    run::{
        report::{AuditedRound, Report},
        selection::SelectedAccounts,
    },
};
use rootwarden_report::document::Scope;

/// What the selections of all rounds say.
#[derive(Debug)]
pub(crate) struct Rounds {
    pub(crate) scope: Scope,
    pub(crate) units: BTreeMap<AccountId, OrganizationalUnitId>,
}

impl Default for Rounds {
    /// Where nothing is known, a run is not taken for one over the whole organization.
    fn default() -> Self {
        Self { scope: Scope::Selection, units: BTreeMap::new() }
    }
}

impl Rounds {
    /// Reads the selections of every round, from the last chunk of each to the first. What was read stays, also where
    /// something cannot be read: that is the second part.
    pub(crate) async fn read(storage: &Storage, report: &Report) -> (Self, Option<StorageError>) {
        let mut rounds = Self::default();
        for AuditedRound { round, last_chunk, record } in &report.audited {
            if let Err(error) = rounds.read_round(storage, &report.run, *round, *last_chunk, record.clone()).await {
                return (rounds, Some(error));
            }
        }
        (rounds, None)
    }

    async fn read_round(
        &mut self,
        storage: &Storage,
        run: &RunId,
        round: u32,
        last_chunk: u32,
        record: Pin,
    ) -> Result<(), StorageError> {
        let mut next = Some(record);
        for chunk in (0..=last_chunk).rev() {
            let Some(pin) = next.take() else { break };
            let record: AuditRecord = storage.read(&pin, &run.audit_record_key(round, chunk)).await?;
            let selected: SelectedAccounts = storage.read(&record.selection, &run.selection_key(round, chunk)).await?;
            if selected.is_whole_organization() {
                self.scope = Scope::Organization;
            }
            self.units.extend(selected.units);
            next = record.previous;
        }
        Ok(())
    }
}
