//! A report as CSV: a line for each credential, and one for each account without any.

use csv::Writer;

use super::{AccountRow, CredentialRow, Rows};
use crate::exit::Ended;

const HEADER: [&str; 11] = [
    "account",
    "name",
    "status",
    "reason",
    "credential_kind",
    "credential_id",
    "credential_state",
    "created_at",
    "last_used_at",
    "last_used",
    "note",
];

pub(super) fn text(rows: &Rows) -> Result<String, Ended> {
    let failed = |error: &dyn std::fmt::Display| Ended::Unfinished(format!("cannot write CSV: {error}"));
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(HEADER).map_err(|error| failed(&error))?;
    for account in &rows.accounts {
        if account.credentials.is_empty() {
            writer.write_record(record(account, None)).map_err(|error| failed(&error))?;
        }
        for credential in &account.credentials {
            writer.write_record(record(account, Some(credential))).map_err(|error| failed(&error))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

fn record(account: &AccountRow, credential: Option<&CredentialRow>) -> [String; 11] {
    let text = |value: Option<&String>| value.map(|value| unspoken(value)).unwrap_or_default();
    let time = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    [
        account.account.to_string(),
        text(account.name.as_ref()),
        account.status.to_owned(),
        text(account.reason.as_ref()),
        credential.map(|credential| credential.kind.to_owned()).unwrap_or_default(),
        text(credential.and_then(|credential| credential.id.as_ref())),
        text(credential.and_then(|credential| credential.state.as_ref())),
        time(credential.and_then(|credential| credential.created_at)),
        time(credential.and_then(|credential| credential.last_used_at)),
        credential.and_then(|credential| credential.last_used).unwrap_or_default().to_owned(),
        text(credential.and_then(|credential| credential.note.as_ref())),
    ]
}

/// A text that no spreadsheet takes for a formula: an account's name is its administrator's to choose.
///
/// Source: OWASP, "CSV Injection".
pub(super) fn unspoken(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() }
}
