//! Security Hub CSPM: what changed since the findings that it has.

use rootwarden_aws::{SecurityHub, Storage, StorageError, security_hub::BATCH};
use rootwarden_report::{
    Document,
    findings::{
        asff::Publisher,
        sent::{KEY, Sent, Wanted},
    },
};

pub(super) const NAME: &str = "Security Hub findings";

/// Where findings are sent, from whom, and of which accounts.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) hub: SecurityHub,
    pub(crate) publisher: Publisher,
    pub(crate) wanted: Wanted,
}

/// Why Security Hub does not have all findings, or may get some again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FindingsNotSentError {
    #[error("{not_taken} of {all} were not taken: {why}")]
    NotTaken { not_taken: usize, all: usize, why: String },
    #[error("they were sent, but that could not be written down, so that they are sent again: {0}")]
    Unrecorded(StorageError),
}

impl Findings {
    /// What is kept of earlier runs and cannot be read counts as nothing: then everything is sent again, and not nothing.
    pub(super) async fn send(&self, storage: &Storage, document: &Document<'_>) -> Result<(), FindingsNotSentError> {
        let sent = storage.find::<Sent>(KEY).await.ok().flatten().unwrap_or_default();
        let to_send = sent.to_send(document, self.wanted);
        if to_send.is_empty() {
            return Ok(());
        }
        let (all, mut taken, mut why) = (to_send.len(), Vec::new(), None);
        for batch in to_send.chunks(BATCH) {
            let findings: Vec<_> = batch.iter().map(|one| one.finding(&self.publisher)).collect();
            let imported = self.hub.import(&findings).await;
            taken
                .extend(batch.iter().zip(imported.taken).filter(|(_, is_taken)| *is_taken).map(|(one, _)| one.clone()));
            why = imported.why_not.or(why);
        }
        let outcome = match all - taken.len() {
            0 => Ok(()),
            not_taken => Err(FindingsNotSentError::NotTaken { not_taken, all, why: why.unwrap_or_default() }),
        };
        let kept = storage.write(KEY.to_owned(), &sent.after(taken)).await;
        outcome.and(kept.map(drop).map_err(FindingsNotSentError::Unrecorded))
    }
}
