//! What the audit of a chunk left behind, in one object: the plan is made of it, and of those before it.

use rootwarden_domain::{
    BatchOutcome, Pin, RunId,
    artifact::{AuditRecord, outcomes},
};
use rootwarden_lambda::FunctionError;
use serde::Deserialize;
use tracing::info;

use crate::AuditAccounts;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordInput {
    run: RunId,
    round: u32,
    chunk: u32,
    /// What was audited.
    selection: Pin,
    /// What the map answered.
    #[serde(deserialize_with = "outcomes")]
    outcomes: Vec<Option<BatchOutcome>>,
    /// The record of the chunk before this one.
    previous: Option<Pin>,
}

impl AuditAccounts {
    /// Writes down how each batch of the chunk ended. It judges nothing: whoever reads the record looks whether it fits.
    ///
    /// Writing it again, with the same content, makes another version with the same SHA-256, and the last answer is the one
    /// that counts.
    pub(crate) async fn record(&self, input: RecordInput) -> Result<Pin, FunctionError> {
        let RecordInput { run, round, chunk, selection, outcomes, previous } = input;
        let record = AuditRecord { run, round, chunk, selection, outcomes, previous };
        let of = record.round_id();
        let pin = self.storage.write(of.audit_record_key(chunk), &record).await?;
        let batches = record.outcomes.len();
        info!(run.id = %of.run, round, chunk, batches,
            "Recorded the audit of {batches} batches for {of}, chunk {chunk}");
        Ok(pin)
    }
}
