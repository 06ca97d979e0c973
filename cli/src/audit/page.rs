//! `--html`: the page of a run's report, of what one command has read.
//!
//! What a deployment knows beside it – earlier runs, units, calls, what it stored – is not known here, and the page says so.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, Inventory,
    run::{exemption::Exemptions, report::Report},
};
use rootwarden_report::{
    Document, History, Subject,
    document::{ActsThrough, Audited, Missing, Places},
    html::html,
};

use crate::{exit::Ended, terminal};

/// What a page is made of.
#[derive(Debug)]
pub struct Page<'a> {
    pub report: &'a Report,
    pub inventories: &'a BTreeMap<AccountId, Inventory>,
    pub exemptions: &'a Exemptions,
    pub list_is_whole: bool,
    pub planned_at: Timestamp,
    pub now: Timestamp,
}

/// # Errors
/// There is something already.
pub fn require_new(path: Option<&PathBuf>) -> Result<(), Ended> {
    match path.filter(|path| path.exists()) {
        Some(path) => Err(Ended::Usage(format!("`{}` is there already: nothing is written over", path.display()))),
        None => Ok(()),
    }
}

impl Page<'_> {
    /// Writes a new file that nobody else may read.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Ended> {
        let failed =
            |why: &dyn std::fmt::Display| Ended::Unfinished(format!("cannot write `{}`: {why}", path.display()));
        let text = self.text().map_err(|error| failed(&error))?;
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = file.map_err(|error| failed(&error))?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed(&error))?;
        terminal::note(&format!("the page is in `{}`", path.display()));
        Ok(())
    }

    fn text(&self) -> Result<String, serde_json::Error> {
        let (history, places) = (History::default(), Places::default());
        let found = |(account, inventory): (&AccountId, &Inventory)| {
            (*account, Audited { found: Some(inventory.clone()), calls: Vec::new() })
        };
        let audits: BTreeMap<AccountId, Audited> = self.inventories.iter().map(found).collect();
        let missing = self.missing();
        let document = Document::of(Subject {
            report: self.report,
            scope: self.report.scope.into(),
            planned_at: self.planned_at,
            published_at: self.now,
            acts_through: ActsThrough::OwnCredentials,
            history: &history,
            places: &places,
            exemptions: self.exemptions,
            audits: &audits,
            missing: &missing,
            rests_on: &[],
        });
        html(&document)
    }

    fn missing(&self) -> Vec<Missing> {
        if self.list_is_whole {
            return Vec::new();
        }
        let why = "the list of accounts was not read to its end";
        vec![Missing { what: "more accounts".to_owned(), why: why.to_owned() }]
    }
}
