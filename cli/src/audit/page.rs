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
    run::{
        exemption::Exemptions,
        report::Report,
        selection::{Request, Selection},
    },
};
use rootwarden_report::{
    Document, History, Subject,
    document::{Audited, Missing, NextStep, Places, Scope, StatusName, Task},
    html::html,
};

use crate::{exit::Ended, terminal};

/// A command for more accounts would be longer than a shell's line should be.
const ACCOUNTS_IN_A_COMMAND: usize = 20;

/// What a page is made of.
#[derive(Debug)]
pub struct Page<'a> {
    pub report: &'a Report,
    pub request: &'a Request,
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
        let mut document = Document::of(Subject {
            report: self.report,
            scope: if self.request.selection == Selection::All && self.list_is_whole {
                Scope::Organization
            } else {
                Scope::Selection
            },
            planned_at: self.planned_at,
            published_at: self.now,
            bucket: "",
            history: &history,
            places: &places,
            exemptions: self.exemptions,
            audits: &audits,
            missing: &missing,
            rests_on: &[],
        });
        // A deployment's commands are of no use to somebody who has none.
        for task in &mut document.tasks {
            let Task { status, accounts, what, command } = task;
            (*what, *command) = next(*status, accounts);
        }
        for account in &mut document.accounts {
            if account.next.is_some() {
                let (what, command) = next(account.status, &[account.id]);
                account.next = Some(NextStep { what: what.into(), command });
            }
        }
        html(&document)
    }

    fn missing(&self) -> Vec<Missing> {
        let missing = |what: &str, why: &str| Missing { what: what.to_owned(), why: why.to_owned() };
        let mut all = vec![
            missing("what changed since another run", "the command line remembers none"),
            missing("units, calls and stored evidence", "only a deployment's run keeps them"),
            missing("a deployment's pause, exemptions and recovery windows", "none was looked for"),
        ];
        if !self.list_is_whole {
            all.push(missing("more accounts", "the list of accounts was not read to its end"));
        }
        all
    }
}

/// What a person does about accounts of a status, with this command.
fn next(status: StatusName, accounts: &[AccountId]) -> (String, Option<String>) {
    let named = |command: &str| {
        let named = accounts.iter().take(ACCOUNTS_IN_A_COMMAND).map(ToString::to_string).collect::<Vec<_>>().join(" ");
        Some(format!("rootwarden {command} {named}"))
    };
    match status {
        StatusName::Found => {
            ("Have the root credentials deleted, or exempt the accounts with --exempt.".to_owned(), named("delete"))
        }
        StatusName::Unknown | StatusName::Failed => {
            ("Mend the causes that are named beside the accounts, then look again.".to_owned(), named("audit"))
        }
        StatusName::Protected => ("Find out who uses each key, and make it inactive.".to_owned(), None),
        StatusName::NotApproved
        | StatusName::Paused
        | StatusName::Cleaned
        | StatusName::Exempt
        | StatusName::Excluded
        | StatusName::Ineligible
        | StatusName::Clean => ("Nothing is to be done here.".to_owned(), None),
    }
}
