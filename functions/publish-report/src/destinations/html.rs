//! `report.html`: one page for people.

use rootwarden_aws::{Storage, StorageError};
use rootwarden_report::{Document, html::html};

use super::Places;

pub(super) const NAME: &str = "report.html";

pub(super) async fn write(storage: &Storage, places: &Places, document: &Document<'_>) -> Result<(), StorageError> {
    let body = html(document).map_err(|error| StorageError::Unreadable(format!("cannot write {NAME}: {error}")))?;
    places.write(storage, NAME, "text/html; charset=utf-8", body.into_bytes()).await.1
}
