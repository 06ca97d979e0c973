//! `report.json`: everything, for other programs and for evidence.

use rootwarden_aws::{Storage, StorageError};
use rootwarden_domain::Pin;
use rootwarden_report::Document;

use super::Places;

pub(super) const NAME: &str = "report.json";

/// What was written under the run's own name, and what failed.
pub(super) async fn write(
    storage: &Storage,
    places: &Places,
    document: &Document<'_>,
) -> (Option<Pin>, Result<(), StorageError>) {
    match serde_json::to_vec(document) {
        Ok(body) => places.write(storage, NAME, "application/json", body).await,
        Err(source) => (None, Err(StorageError::Malformed { key: NAME.to_owned(), source })),
    }
}
