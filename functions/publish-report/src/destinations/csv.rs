//! `report.csv`: one account a row, for a spreadsheet.

use rootwarden_aws::{Storage, StorageError};
use rootwarden_report::{Document, csv::csv};

use super::Places;

pub(super) const NAME: &str = "report.csv";

pub(super) async fn write(storage: &Storage, places: &Places, document: &Document<'_>) -> Result<(), StorageError> {
    let body = csv(document).map_err(|error| StorageError::Unreadable(format!("cannot write {NAME}: {error}")))?;
    places.write(storage, NAME, "text/csv; charset=utf-8", body).await.1
}
