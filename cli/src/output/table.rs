//! A report as a table for people: as wide as the terminal.

use comfy_table::{Cell, Color, ContentArrangement, Table};

use super::{AccountRow, CredentialRow, Listed, Rows, fitted};

/// A table with a header, without lines that get in the way of copying.
pub fn column_table(header: &[&str], is_coloured: bool) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if is_coloured {
        table.enforce_styling();
    }
    table.set_header(header.iter().map(|name| name.to_uppercase()));
    table
}

/// How a word for a state is coloured.
pub fn tone_of(word: &str) -> Option<Color> {
    match word {
        "clean" | "cleaned" | "ok" => Some(Color::Green),
        "found" | "unknown" | "failed" | "not_approved" | "paused" => Some(Color::Red),
        "exempt" | "protected" | "excluded" | "not checked" => Some(Color::Yellow),
        _ => None,
    }
}

pub(super) fn table(rows: &Rows, listed: Listed, is_coloured: bool) -> String {
    let mut table = column_table(&["account", "name", "status", "credential", "age", "last used", "note"], is_coloured);
    let is_listed = |row: &&AccountRow| listed == Listed::All || row.status != "clean";
    let mut is_empty = true;
    for account in rows.accounts.iter().filter(is_listed) {
        is_empty = false;
        let status = match tone_of(account.status).filter(|_| is_coloured) {
            Some(tone) => Cell::new(account.status).fg(tone),
            None => Cell::new(account.status),
        };
        let name = account.name.as_deref().unwrap_or_default();
        let mut first = vec![Cell::new(account.account), Cell::new(name), status];
        if account.credentials.is_empty() || account.reason.is_some() {
            let reason = account.reason.as_deref().unwrap_or_default();
            first.extend([Cell::new(""), Cell::new(""), Cell::new(""), Cell::new(reason)]);
            table.add_row(std::mem::take(&mut first));
        }
        for credential in &account.credentials {
            let mut cells = std::mem::take(&mut first);
            cells.resize_with(3, || Cell::new(""));
            cells.extend(cells_of(credential));
            table.add_row(cells);
        }
    }
    if is_empty {
        return String::new();
    }
    fitted(table, is_coloured)
}

/// What a table says of a credential: which it is, its age, its last use, and a note.
pub fn cells_of(credential: &CredentialRow) -> [Cell; 4] {
    let kind = credential.kind.replace('_', " ").replace("mfa", "MFA");
    let named = credential.id.as_ref().map_or(kind.clone(), |id| format!("{kind} {id}"));
    let named = match credential.state.as_deref() {
        Some(state) if state != "Active" => format!("{named} ({state})"),
        Some(_) | None => named,
    };
    let age = credential.age_days.map(|days| format!("{days} d")).unwrap_or_default();
    let last_used = match (credential.last_used, credential.last_used_at) {
        (_, Some(at)) => at.strftime("%Y-%m-%d").to_string(),
        (Some(word), None) => word.to_owned(),
        (None, None) => String::new(),
    };
    [Cell::new(named), Cell::new(age), Cell::new(last_used), Cell::new(credential.note.as_deref().unwrap_or_default())]
}
