//! What a person has to do, with the commands.

use std::collections::BTreeMap;

use maud::{Markup, html};
use rootwarden_domain::AccountId;

use super::{command::shell, link, name};
use crate::{
    document::{ACCOUNTS_IN_A_COMMAND, ActsThrough, Document, NextStep, StillOpen, Task},
    text::{accounts, number},
};

/// So many accounts are named beside a task; the list of accounts has all.
const NAMED: usize = 6;

pub(super) fn tasks(document: &Document<'_>) -> Markup {
    let names: BTreeMap<AccountId, &str> =
        document.accounts.iter().filter_map(|account| Some((account.id, account.name?))).collect();
    let is_nothing = document.tasks.is_empty()
        && document.kept_open.is_empty()
        && document.not_created.is_empty()
        && document.unfinished_creations.is_empty()
        && document.not_in_organization.is_empty();
    html! {
        section aria-labelledby="tasks" {
            h2 #tasks { "What to do" }
            @if is_nothing { p { "Nothing." } }
            @else {
                p .about { (about(document)) }
                ol .tasks {
                    @for one in &document.tasks { (task(one, &names)) }
                    @for one in &document.kept_open { (kept_open(one, &names)) }
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
            (shell(command.as_deref()))
            @if let (Some(command), Some(last)) = (command, ids.get(ACCOUNTS_IN_A_COMMAND - 1)) {
                @if ids.len() > ACCOUNTS_IN_A_COMMAND && command.contains(&last.to_string()) {
                    p .more { "It names the first " (ACCOUNTS_IN_A_COMMAND) " of " (accounts(ids.len())) "." }
                }
            }
        }
    }
}

/// An account that somebody has to close again.
fn kept_open(open: &StillOpen<'_>, names: &BTreeMap<AccountId, &str>) -> Markup {
    let StillOpen { account, because, requested_by: _, ended_at: _, next: NextStep { what, command } } = open;
    html! {
        li {
            p { span .status .protected { "kept open" } " " strong { (accounts(1)) } ": " (what) }
            ul .named { li { (link(*account, names.get(account).copied())) ": " (name(because)) } }
            (shell(command.as_deref()))
        }
    }
}

/// What the commands are.
fn about(document: &Document<'_>) -> Markup {
    html! {
        @match document.acts_through {
            ActsThrough::Deployment { .. } => {
                "The commands are those of the command line. Put your own words for WHY and TICKET, in quotes."
            },
            ActsThrough::OwnCredentials => {
                "The commands act with your own credentials, and ask before they delete. Nobody else approves."
            },
        }
    }
}
