//! `findings.ocsf.jsonl`: the findings of a run for whoever collects them in OCSF, one a line.

use rootwarden_aws::{Storage, StorageError};
use rootwarden_report::{Document, findings::ocsf::lines};

use super::Places;

pub(super) const NAME: &str = "findings.ocsf.jsonl";

pub(super) async fn write(
    storage: &Storage,
    places: &Places,
    document: &Document<'_>,
    region: &str,
) -> Result<(), StorageError> {
    match lines(document, region) {
        Ok(body) => places.write(storage, NAME, "application/x-ndjson", body).await.1,
        Err(source) => Err(StorageError::Malformed { key: NAME.to_owned(), source }),
    }
}
