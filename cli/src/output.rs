//! A report as a table, as JSON and as CSV.

mod csv;
mod deployment;
mod fitted;
mod listing;
mod rows;
mod table;

use crate::{
    arguments::Format,
    exit::Ended,
    terminal::{self, Terminal},
};

pub use csv::{CREDENTIAL, csv, of_credential};
pub use deployment::DeploymentSeen;
pub use fitted::fitted;
pub use listing::Listing;
pub use rows::{AccountRow, CredentialRow, Rows, of_inventory};
pub use table::{cells_of, column_table, tone_of};

/// Which accounts a table lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    All,
    /// Of a large organization nobody wants to read thousands of times that all is well.
    WithoutClean,
}

/// Writes a report to standard output. JSON and CSV have every account.
///
/// # Errors
/// It cannot be written.
pub fn show(rows: &Rows, listed: Listed, on: &Terminal) -> Result<(), Ended> {
    match on.format() {
        Format::Table => terminal::say(&table::table(rows, listed, on.is_coloured())),
        Format::Json => terminal::say(&json(rows)?),
        Format::Csv => terminal::say(&csv::of_report(rows)?),
    }
}

/// E.g. `1 account`, `2 accounts`.
pub fn counted(count: usize, what: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {what}{end}")
}

/// As JSON with an end of line.
///
/// # Errors
/// It cannot be written as JSON.
pub fn json(value: &impl serde::Serialize) -> Result<String, Ended> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Ended::Unfinished(error.to_string()))?;
    Ok(text + "\n")
}
