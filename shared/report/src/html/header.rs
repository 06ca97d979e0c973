//! The first lines: whether a person is needed, and what the page is about.

use maud::{Markup, html};
use rootwarden_domain::Mode;

use super::name;
use crate::{
    document::{Document, PreflightLine, PreflightOutcome, Scope},
    text::{accounts, counted, seconds},
};

pub(super) fn header(document: &Document<'_>) -> Markup {
    html! {
        header {
            p .product { "Rootwarden" }
            h1 { (headline(document)) }
            dl .facts {
                div { dt { "Run" } dd { code { (document.run) } } }
                div { dt { "Looked at" } dd { (accounts(document.accounts.len())) ", " (scope(document.scope)) } }
                @if document.counts.cleaned > 0 {
                    div {
                        dt { "Cleaned in this run" }
                        dd { (accounts(document.counts.cleaned as usize)) ", " (credentials(document.in_short().credentials_deleted)) }
                    }
                }
                div { dt { "Mode" } dd { (mode(document.mode)) } }
                div { dt { "As of" } dd { time datetime=(document.planned_at) { (seconds(document.planned_at)) } } }
            }
            @if document.another_round_follows {
                p .note { "This run is not over: some accounts are looked at again, and this report is written anew then." }
            }
            @for line in &document.preflight {
                p .note { (name(&preflight(line))) }
            }
            @for missing in &document.missing {
                p .note { "Missing here: " (name(&missing.what)) ". " (name(&missing.why)) "." }
            }
        }
    }
}

fn preflight(line: &PreflightLine<'_>) -> String {
    match line.outcome {
        PreflightOutcome::Found => format!("Before the run: {}.", line.text),
        // Its text says that it was not checked.
        PreflightOutcome::NotChecked => format!("Before the run, {}.", line.text),
    }
}

fn headline(document: &Document<'_>) -> String {
    let findings = document.counts.findings() as usize;
    if let Some(why) = &document.nobody_selected {
        return format!("No account was looked at: {why}");
    }
    if findings > 0 {
        let verb = if findings == 1 { "needs" } else { "need" };
        return format!("{} {verb} a person", accounts(findings));
    }
    if document.settled { "No account needs a person".to_owned() } else { "This run needs a person".to_owned() }
}

fn credentials(count: usize) -> String {
    counted(count, "root credential deleted", "root credentials deleted")
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Organization => "the whole organization",
        Scope::Selection => "a part of the organization",
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Report => "report: nothing is deleted",
        Mode::Enforce => "enforce: what is found is deleted",
    }
}
