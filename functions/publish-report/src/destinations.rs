//! Where a run is told. Each destination is one file; one that fails is named in the report, and fails no other.

mod csv;
mod history;
mod html;
mod json;

use bytes::Bytes;
use rootwarden_aws::{Storage, StorageError};
use rootwarden_report::{
    Document, History,
    document::{Missing, Scope},
};
use tracing::error;

/// Tells of a run everywhere, and says what could not be written.
///
/// The JSON comes after the other formats, since it names those that failed; what is kept for the next run comes last.
pub(crate) async fn publish(
    storage: &Storage,
    folder: &str,
    mut document: Document<'_>,
    history: Option<&History>,
) -> Vec<Missing> {
    let mut failed = Vec::new();
    let places = Places::of(folder, document.scope);
    for (name, outcome) in [
        (csv::NAME, csv::write(storage, &places, &document).await),
        (html::NAME, html::write(storage, &places, &document).await),
    ] {
        failed.extend(missing(name, outcome));
    }
    document.missing.extend(failed.iter().cloned());
    failed.extend(missing(json::NAME, json::write(storage, &places, &document).await));
    if let Some(history) = history {
        failed.extend(missing(history::NAME, history::write(storage, history, &document).await));
    }
    failed
}

fn missing(what: &str, outcome: Result<(), StorageError>) -> Option<Missing> {
    let error = outcome.err()?;
    error!("The report is not written as {what}: {error}");
    Some(Missing { what: what.to_owned(), why: error.to_string() })
}

/// Where each format is written: under the run's own name, and as the latest one if it is over the whole organization.
///
/// Why not each run's as the latest: a run over one new account would hide all the others from whoever looks.
#[derive(Debug)]
struct Places(Vec<String>);

impl Places {
    fn of(folder: &str, scope: Scope) -> Self {
        let mut folders = vec![folder.to_owned()];
        match scope {
            Scope::Organization => folders.push("reports/latest".to_owned()),
            Scope::Selection => {}
        }
        Self(folders)
    }

    /// Writes the same to each place: to all that can be written, whatever one of them says.
    async fn write(
        &self,
        storage: &Storage,
        name: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<(), StorageError> {
        // Shared, and not copied: it may have many megabytes.
        let body = Bytes::from(body);
        let mut outcome = Ok(());
        for folder in &self.0 {
            let written = storage.write_bytes(&format!("{folder}/{name}"), content_type, body.clone()).await;
            outcome = outcome.and(written);
        }
        outcome
    }
}
