//! What is new, gone and unchanged since the last run over the whole organization.

use std::collections::BTreeMap;

use maud::{Markup, html};
use rootwarden_domain::AccountId;

use super::link;
use crate::{
    document::{Changes, Document, GoneAccount, StatusName},
    text::{number, seconds},
};

/// So many accounts are named under each figure; the list of accounts has all.
const NAMED: usize = 5;

pub(super) fn changes(document: &Document<'_>) -> Markup {
    let Changes { new, changed, unchanged, gone } = &document.changes;
    let names: BTreeMap<AccountId, &str> =
        document.accounts.iter().filter_map(|account| Some((account.id, account.name?))).collect();
    let links = |ids: &[AccountId]| {
        html! {
            @for id in ids.iter().take(NAMED) { li { (link(*id, names.get(id).copied())) } }
            (more(ids.len()))
        }
    };
    html! {
        section .keep aria-labelledby="changes" {
            h2 #changes { "Since the last run" }
            @match &document.compared_with {
                Some(run) => p .about {
                    "Compared with " code { (run.run) } " of " time datetime=(run.at) { (seconds(run.at)) } "."
                },
                None => p .about { "There is no earlier run over the whole organization to compare with." },
            }
            @if !document.stopped.is_empty() {
                p .about {
                    @for (position, run) in document.stopped.iter().enumerate() {
                        @if position > 0 { ", " } code { (run) }
                    }
                    @if document.stopped.len() == 1 { " was" } @else { " were" }
                    " stopped before the last round, and told nobody: what was found then counts as new here."
                }
            }
            ul .tiles {
                li .tile .new { (figure(new.len(), "new")) ul { (links(new)) } }
                @if !changed.is_empty() {
                    li .tile .changed { (figure(changed.len(), "changed")) ul { (links(changed)) } }
                }
                li .tile .gone { (figure(gone.len(), "gone")) ul { (gone_accounts(gone)) } }
                li .tile .unchanged { (figure(unchanged.len(), "unchanged")) ul { (links(unchanged)) } }
            }
        }
    }
}

fn figure(count: usize, word: &str) -> Markup {
    html! { p .figure { b { (number(count)) } " " (word) } }
}

fn more(count: usize) -> Markup {
    html! {
        @if count > NAMED { li .more { "and " (number(count - NAMED)) " more" } }
    }
}

fn gone_accounts(gone: &[GoneAccount<'_>]) -> Markup {
    html! {
        @for one in gone.iter().take(NAMED) {
            li { (link(one.id, one.name)) ", was " (one.was.words()) ", " (now(one.is)) }
        }
        (more(gone.len()))
    }
}

fn now(is: Option<StatusName>) -> String {
    match is {
        Some(status) => format!("is {}", status.words()),
        None => "is not in the run any more".to_owned(),
    }
}
