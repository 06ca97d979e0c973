//! What a person has to do, with the commands.

use std::collections::BTreeMap;

use maud::{Markup, html};
use rootwarden_domain::AccountId;

use super::{link, name};
use crate::{
    document::{Document, Task},
    text::{accounts, number},
};

/// So many accounts are named beside a task; the list of accounts has all.
const NAMED: usize = 6;

pub(super) fn tasks(document: &Document<'_>) -> Markup {
    let names: BTreeMap<AccountId, &str> =
        document.accounts.iter().filter_map(|account| Some((account.id, account.name?))).collect();
    let is_nothing = document.tasks.is_empty()
        && document.not_created.is_empty()
        && document.unfinished_creations.is_empty()
        && document.not_in_organization.is_empty();
    html! {
        section aria-labelledby="tasks" {
            h2 #tasks { "What to do" }
            @if is_nothing { p { "Nothing." } }
            @else {
                @if document.tasks.iter().any(|task| task.command.is_some()) {
                    p .about {
                        "Put your own words for WHY and TICKET. The functions " code { "request" } " and " code { "decide" }
                        " are defined in docs/operating.md."
                    }
                }
                ol .tasks {
                    @for one in &document.tasks { (task(one, &names)) }
                    @for id in document.not_in_organization {
                        li { "Look why account " code { (id) } " was asked for: it is not in the organization." }
                    }
                    @for failed in &document.not_created {
                        li { "An account was not created after all: " (name(failed)) "." }
                    }
                    @for request in &document.unfinished_creations {
                        li { "The creation " code { (request) } " did not end in time: look what became of it." }
                    }
                }
            }
        }
    }
}

fn task(task: &Task, names: &BTreeMap<AccountId, &str>) -> Markup {
    let Task { status, accounts: ids, what, command } = task;
    html! {
        li {
            p {
                span .status .(status.name()) { (status.words()) } " "
                strong { (accounts(ids.len())) } ": " (what)
            }
            ul .named {
                @for id in ids.iter().take(NAMED) { li { (link(*id, names.get(id).copied())) } }
                @if ids.len() > NAMED { li .more { "and " (number(ids.len() - NAMED)) " more" } }
            }
            @if let Some(command) = command { pre tabindex="0" { code { (command) } } }
        }
    }
}
