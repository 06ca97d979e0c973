//! What holds for a while: recovery windows and exemptions, with their ends.

use std::collections::BTreeMap;

use jiff::Timestamp;
use maud::{Markup, html};
use rootwarden_domain::AccountId;

use super::{link, name};
use crate::{
    document::{Document, OpenWindow},
    text::seconds,
};

pub(super) fn ends(document: &Document<'_>) -> Markup {
    let names: BTreeMap<AccountId, &str> =
        document.accounts.iter().filter_map(|account| Some((account.id, account.name?))).collect();
    let called = |id: AccountId| names.get(&id).copied();
    html! {
        @if !(document.kept_open.is_empty() && document.recovery_windows.is_empty() && document.exemptions.is_empty()) {
            section aria-labelledby="ends" {
                h2 #ends { "Recovery windows and exemptions" }
                table .ends .cards {
                    thead { tr { th scope="col" { "Account" } th scope="col" { "What" } th scope="col" { "Until" } th scope="col" { "Reason" } } }
                    tbody {
                        @for account in &document.kept_open {
                            (row(account.account, called(account.account), "kept open after its recovery window", Some(account.ended_at), account.because))
                        }
                        @for window in &document.recovery_windows {
                            (row(window.account, called(window.account), &opened(window), Some(window.until), window.reason))
                        }
                        @for exemption in &document.exemptions {
                            (row(exemption.account, called(exemption.account), "exemption", exemption.until, exemption.reason))
                        }
                    }
                }
            }
        }
    }
}

fn opened(window: &OpenWindow<'_>) -> String {
    format!(
        "recovery window, open: asked for by {}, approved by {}, ticket {}",
        window.requested_by, window.approved_by, window.ticket
    )
}

fn row(id: AccountId, called: Option<&str>, what: &str, until: Option<Timestamp>, reason: &str) -> Markup {
    html! {
        tr {
            th scope="row" { (link(id, called)) }
            td { (name(what)) }
            td { @match until { Some(until) => time datetime=(until) { (seconds(until)) }, None => "no end" } }
            td { (name(reason)) }
        }
    }
}
