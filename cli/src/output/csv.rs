//! Everything that is written as CSV, in one form: as `report.csv` is, for a spreadsheet.
//!
//! An account id stands in groups of four, so that it keeps its leading zeros; what begins like a formula gets an apostrophe
//! before it. Lines end as RFC 4180 says.

use rootwarden_report::csv::{as_cell, in_groups, writer};

use super::{AccountRow, CredentialRow, Rows};
use crate::exit::Ended;

/// What is said of a credential, in the order of its columns.
pub const CREDENTIAL: [&str; 7] =
    ["credential_kind", "credential_id", "credential_state", "created_at", "last_used_at", "last_used", "note"];

/// Records under a header, as CSV.
///
/// # Errors
/// It cannot be written.
pub fn csv<R: IntoIterator<Item = String>>(
    header: impl IntoIterator<Item = &'static str>,
    records: impl IntoIterator<Item = R>,
) -> Result<String, Ended> {
    let failed = |error: &dyn std::fmt::Display| Ended::Unfinished(format!("cannot write CSV: {error}"));
    let mut writer = writer();
    writer.write_record(header.into_iter().collect::<Vec<_>>()).map_err(|error| failed(&error))?;
    for record in records {
        let cells: Vec<String> = record.into_iter().map(|text| cell(&text)).collect();
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

fn cell(text: &str) -> String {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { in_groups(text) } else { as_cell(text) }
}

/// A report: a line for each credential, and one for each account without any.
pub(super) fn of_report(rows: &Rows) -> Result<String, Ended> {
    let records = rows.accounts.iter().flat_map(|account| {
        let of_each = account.credentials.iter().map(|credential| record(account, Some(credential)));
        let of_none = account.credentials.is_empty().then(|| record(account, None));
        of_each.chain(of_none)
    });
    csv(["account", "name", "status", "reason"].into_iter().chain(CREDENTIAL), records)
}

fn record(account: &AccountRow, credential: Option<&CredentialRow>) -> Vec<String> {
    let mut record = vec![
        account.account.to_string(),
        account.name.clone().unwrap_or_default(),
        account.status.to_owned(),
        account.reason.clone().unwrap_or_default(),
    ];
    record.extend(credential.map(of_credential).unwrap_or_default());
    record
}

/// The cells of a credential, under [`CREDENTIAL`].
pub fn of_credential(credential: &CredentialRow) -> [String; 7] {
    let CredentialRow { kind, id, state, created_at, age_days: _, last_used_at, last_used, note } = credential;
    let time = |at: &Option<jiff::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    [
        (*kind).to_owned(),
        id.clone().unwrap_or_default(),
        state.clone().unwrap_or_default(),
        time(created_at),
        time(last_used_at),
        last_used.unwrap_or_default().to_owned(),
        note.clone().unwrap_or_default(),
    ]
}
