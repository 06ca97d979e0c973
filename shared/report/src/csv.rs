//! The report as CSV (RFC 4180), one account a row, to be opened in a spreadsheet.
//!
//! A spreadsheet takes a cell that begins with one of a few characters for a formula, and twelve digits for a number, which
//! loses leading zeros. So the first gets an apostrophe before it, and account ids stand in groups of four, as AWS's console
//! shows them. Limits: held against the grammar and these rules, and not tried in a spreadsheet.

use crate::{
    document::{Account, Document},
    text::{seconds, shown},
};

pub(crate) const COLUMNS: [&str; 12] = [
    "account",
    "name",
    "organizational_unit",
    "organizational_unit_id",
    "status",
    "change",
    "since",
    "credentials_present",
    "credentials_deleted",
    "why",
    "to_do",
    "command",
];

/// What a spreadsheet takes for the beginning of a formula, in the forms of all scripts.
/// Source: OWASP, "CSV Injection"; the full-width forms are taken by Excel with Japanese settings.
pub(crate) const FORMULA: [char; 9] = ['=', '+', '-', '@', '|', '＝', '＋', '－', '＠'];

/// The rows, in the order of the document.
///
/// # Errors
/// It cannot be written.
pub fn csv(document: &Document<'_>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = writer();
    writer.write_record(COLUMNS)?;
    let names: std::collections::BTreeMap<&str, &str> =
        document.units.iter().filter_map(|unit| Some((unit.id?, unit.name?))).collect();
    for account in &document.accounts {
        let unit = account.unit.and_then(|unit| names.get(unit).copied());
        writer.write_record(row(account, unit))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A writer as RFC 4180 has it. What it writes goes through [`as_cell`] or [`in_groups`] first.
#[must_use]
pub fn writer() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new())
}

fn row(account: &Account<'_>, unit: Option<&str>) -> [String; 12] {
    let next = account.next.as_ref();
    [
        in_groups(&account.id.to_string()),
        as_cell(account.name.unwrap_or_default()),
        as_cell(unit.unwrap_or_default()),
        as_cell(account.unit.unwrap_or_default()),
        account.status.name().to_owned(),
        account.change.map(|change| change.name().to_owned()).unwrap_or_default(),
        account.since.map(seconds).unwrap_or_default(),
        as_cell(&account.evidence.left.join("; ")),
        as_cell(&account.evidence.deleted().collect::<Vec<_>>().join("; ")),
        as_cell(&account.why),
        as_cell(next.map(|next| next.what.as_ref()).unwrap_or_default()),
        as_cell(next.and_then(|next| next.command.as_deref()).unwrap_or_default()),
    ]
}

/// `1111-2222-3333`: no spreadsheet takes it for a number.
#[must_use]
pub fn in_groups(id: &str) -> String {
    let digits: Vec<char> = id.chars().collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A text that no spreadsheet takes for a formula, on one line.
#[must_use]
pub fn as_cell(text: &str) -> String {
    let text = shown(text);
    if text.starts_with(FORMULA) { format!("'{text}") } else { text }
}
