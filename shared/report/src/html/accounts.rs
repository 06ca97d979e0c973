//! The list of accounts: a row for each that is not clean, and the others as data that the page's script shows.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};

use super::{
    LARGEST_PAGE_BYTES,
    data::{Compact, Data, called},
    row::row,
};
use crate::{
    document::{Account, ActsThrough, Document, StatusName},
    text::{counted, number},
};

/// What is kept free for everything but the accounts: pictures, tasks, exemptions.
const AROUND_BYTES: usize = 1_500_000;

pub(super) fn accounts(document: &Document<'_>) -> Result<Markup, serde_json::Error> {
    let positions: BTreeMap<Option<&str>, usize> =
        document.units.iter().enumerate().map(|(position, unit)| (unit.id, position)).collect();
    let unit = |account: &Account<'_>| positions.get(&account.unit).copied();
    let compact: Vec<Compact> = document.accounts.iter().map(|account| Compact::of(account, unit(account))).collect();
    let mut left =
        LARGEST_PAGE_BYTES.saturating_sub(AROUND_BYTES).saturating_sub(compact.iter().map(Compact::len).sum::<usize>());
    let (mut rows, mut data, mut rest) = (String::new(), Vec::new(), 0);
    for (account, compact) in document.accounts.iter().zip(compact) {
        if account.status == StatusName::Clean {
            data.push(compact);
            continue;
        }
        let unit = unit(account).and_then(|position| document.units.get(position)).and_then(called);
        let row = row(account, unit.as_deref()).into_string();
        match left.checked_sub(row.len()) {
            Some(still_left) if rest == 0 => {
                left = still_left;
                rows.push_str(&row);
            }
            Some(_) | None => {
                rest += 1;
                data.push(compact);
            }
        }
    }
    let clean = document.counts.clean as usize;
    let data = Data::of(document, data).text()?;
    Ok(html! {
        section .list aria-labelledby="accounts" {
            h2 #accounts tabindex="-1" { "Accounts" }
            @if rest > 0 {
                p .note {
                    "More accounts are not clean than a page can carry: " (counted(rest, "account stands", "accounts stand"))
                    " here by name and status alone. " (table_of_all(document)) " has all of each."
                }
            }
            @if clean > 0 {
                p .elsewhere {
                    (counted(clean, "clean account is", "clean accounts are")) " not in this list. With JavaScript it has them too; "
                    (table_of_all(document)) " has them always."
                }
            }
            (controls(document))
            table .accounts .cards .alone[document.acts_through == ActsThrough::OwnCredentials] {
                caption .hidden { "Accounts, those that need a person first" }
                thead { tr {
                    @for column in ["Account", "Name", "Unit", "Status", "Since", "Why", "What to do"] { th scope="col" { (column) } }
                } }
                tbody { (PreEscaped(rows)) }
            }
            p .windows hidden {
                button type="button" #earlier { "Earlier" } " "
                button type="button" #later { "Later" }
            }
            script type="application/json" #data { (PreEscaped(data)) }
        }
    })
}

/// Where every account stands, whatever is shown.
fn table_of_all(document: &Document<'_>) -> &'static str {
    match document.acts_through {
        ActsThrough::Deployment { .. } => "report.csv",
        ActsThrough::OwnCredentials => "rootwarden audit --output csv",
    }
}

/// Shown by the script alone.
fn controls(document: &Document<'_>) -> Markup {
    html! {
        form .controls hidden {
            label { "Search " input type="search" #search autocomplete="off" spellcheck="false"; }
            label {
                "Status "
                select #status {
                    option value="" { "all" }
                    @for status in StatusName::ALL {
                        @let count = document.counts.of(status);
                        @if count > 0 { option value=(status.name()) { (status.words()) " (" (number(count as usize)) ")" } }
                    }
                }
            }
            @if let ActsThrough::Deployment { .. } = document.acts_through { (of_units_and_changes(document)) }
            output #shown for="search status unit change" {}
        }
    }
}

/// What only a deployment's run knows of.
fn of_units_and_changes(document: &Document<'_>) -> Markup {
    html! {
        label {
            "Unit "
            select #unit {
                option value="" { "all" }
                @for (position, unit) in document.units.iter().enumerate() {
                    option value=(position) { (called(unit).unwrap_or_else(|| "directly under the root".to_owned())) }
                }
            }
        }
        label {
            "Change "
            select #change {
                option value="" { "all" }
                @for change in ["new", "changed", "unchanged"] { option value=(change) { (change) } }
            }
        }
    }
}
