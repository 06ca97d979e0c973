//! Events on the default bus, for other automation: of what is new, and of what was deleted.

use rootwarden_aws::{Entry, EventBus, EventsError};
use rootwarden_report::{Document, events};

pub(super) const NAME: &str = "events";

/// Where events go, and which report they name.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) bus: EventBus,
    pub(crate) bucket: String,
}

/// Why not all events of a run were sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EventsNotSentError {
    #[error("an event cannot be written as JSON: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error(transparent)]
    NotTaken(#[from] EventsError),
}

impl Events {
    pub(super) async fn put(&self, folder: &str, document: &Document<'_>) -> Result<(), EventsNotSentError> {
        let report = format!("s3://{}/{folder}/{}", self.bucket, super::json::NAME);
        let events = events::of_run(document, &report)?;
        let entries: Vec<Entry> = events
            .into_iter()
            .map(|event| Entry { detail_type: event.kind.detail_type(), detail: event.detail })
            .collect();
        Ok(self.bus.put(&entries).await?)
    }
}
