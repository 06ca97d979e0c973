//! `report.json`: everything, for other programs and for evidence.

use rootwarden_aws::{Storage, StorageError};
use rootwarden_report::Document;

use super::Places;

pub(super) const NAME: &str = "report.json";

pub(super) async fn write(storage: &Storage, places: &Places, document: &Document<'_>) -> Result<(), StorageError> {
    let body =
        serde_json::to_vec(document).map_err(|source| StorageError::Malformed { key: NAME.to_owned(), source })?;
    places.write(storage, NAME, "application/json", body).await
}
