//! Accounts as data: one compact row each, for the page's script, which shows them in windows.

use serde::Serialize;

use crate::{
    document::{Account, Document, StatusName, Unit},
    text::shown,
};

/// What the script reads.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    units: Vec<String>,
    statuses: Vec<Words>,
    /// Id, name, unit and status by their positions; -1 where there is no unit.
    accounts: Vec<Compact>,
}

#[derive(Debug, Serialize)]
struct Words {
    name: &'static str,
    words: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Compact(String, String, isize, usize);

impl Data {
    pub(super) fn of(document: &Document<'_>, accounts: Vec<Compact>) -> Self {
        let units = document.units.iter().map(|unit| called(unit).unwrap_or_default()).collect();
        let statuses =
            StatusName::ALL.into_iter().map(|status| Words { name: status.name(), words: status.words() }).collect();
        Self { units, statuses, accounts }
    }

    /// As the content of a script element: no text in it can end the element, or begin a comment.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string(self)?.replace('<', "\\u003c"))
    }
}

impl Compact {
    pub(super) fn of(account: &Account<'_>, unit: Option<usize>) -> Self {
        let unit = unit.and_then(|unit| isize::try_from(unit).ok()).unwrap_or(-1);
        let status = StatusName::ALL.iter().position(|status| *status == account.status).unwrap_or_default();
        Self(account.id.to_string(), account.name.map(shown).unwrap_or_default(), unit, status)
    }

    /// How many bytes it takes at most.
    pub(super) fn len(&self) -> usize {
        let Self(id, name, _, _) = self;
        // A character that JSON or the page writes out takes six bytes.
        let written_out = name.chars().filter(|character| matches!(character, '"' | '\\' | '<')).count();
        id.len() + name.len() + 5 * written_out + "[\"\",\"\",12345,10],".len()
    }
}

/// What people call a unit: its name, or its id where that has not been read.
pub(super) fn called(unit: &Unit<'_>) -> Option<String> {
    unit.name.or(unit.id).map(shown)
}
