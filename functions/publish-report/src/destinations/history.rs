//! What the next run is held against. Only a run over the whole organization changes it.

use rootwarden_aws::{Storage, StorageError};
use rootwarden_domain::Pin;
use rootwarden_report::{
    Document, History,
    document::Scope,
    history::{KEY, NoticeOutcome},
    notice::said,
};

pub(super) const NAME: &str = "history.json";

/// `report`: what was written as the run's `report.json`. `notice`: what became of its notice.
pub(super) async fn write(
    storage: &Storage,
    history: &History,
    document: &Document<'_>,
    report: Option<&Pin>,
    notice: NoticeOutcome,
) -> Result<(), StorageError> {
    match document.scope {
        Scope::Selection => Ok(()),
        Scope::Organization => {
            storage.write(KEY.to_owned(), &document.remembered(history, report, said(document, notice))).await.map(drop)
        }
    }
}
