//! The report as one page: nothing is loaded from anywhere, and without JavaScript or on paper it says the same of every
//! account that is not clean.
//!
//! Names and texts from outside reach the page through maud, which escapes them, or as JSON in which `<` is written out. The
//! page's policy lets its own script and style run, known by their hashes, and nothing else.

mod accounts;
mod changes;
mod charts;
mod command;
mod data;
mod ends;
mod header;
mod row;
mod statuses;
mod tasks;

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rootwarden_domain::AccountId;
use sha2::{Digest, Sha256};

use crate::{
    document::{ActsThrough, Document},
    text::shown,
};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// Runs before the rows are there: they are not laid out before it is known which of them are shown.
const STARTING: &str = r#"document.documentElement.classList.add("js", "starting")"#;

/// The page has no more bytes than that, however many accounts are not clean: those that come last are data too, then.
pub const LARGEST_PAGE_BYTES: usize = 15_000_000;

/// The page.
///
/// # Errors
/// What the page's script reads cannot be written as JSON.
pub fn html(document: &Document<'_>) -> Result<String, serde_json::Error> {
    let accounts = accounts::accounts(document)?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Rootwarden: " (document.run) }
                style { (PreEscaped(STYLE)) }
                script { (PreEscaped(STARTING)) }
            }
            body {
                a .skip href="#accounts" { "Skip to the accounts" }
                (header::header(document))
                main {
                    (tasks::tasks(document))
                    (changes(document))
                    (statuses::statuses(document))
                    @if let ActsThrough::Deployment { .. } = document.acts_through { (charts::charts(document)) }
                    (ends::ends(document))
                    (accounts)
                }
                footer {
                    (footer(document))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    Ok(page.into_string())
}

/// What changed since the last run; where no run is remembered, what the page does not know.
fn changes(document: &Document<'_>) -> Markup {
    match document.acts_through {
        ActsThrough::Deployment { .. } => changes::changes(document),
        ActsThrough::OwnCredentials => html! {
            section .keep aria-labelledby="alone" {
                h2 #alone { "What this page does not know" }
                p {
                    "It is of " code { "rootwarden audit" } ", which remembers no earlier run: what is new, gone or unchanged is not known. "
                    "In which organizational unit an account stands was not kept, and of the calls nothing was. For a deployment's pause, "
                    "exemptions and recovery windows nobody looked."
                }
            }
        },
    }
}

fn footer(document: &Document<'_>) -> Markup {
    html! {
        @match document.acts_through {
            ActsThrough::Deployment { .. } => p {
                "Everything that this page says, with the evidence of each account, is in " code { "report.json" }
                " beside it. " code { "report.csv" } " has one account a row."
            },
            ActsThrough::OwnCredentials => p {
                "This page is all that there is of this report: nothing of what it rests on was stored. "
                code { "rootwarden audit --output json" } " and " code { "--output csv" } " have every account for other programs."
            },
        }
    }
}

/// Nothing is loaded, sent or run but the page's own script and style.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'sha256-{}' 'sha256-{}'; style-src 'sha256-{}'",
        hash(STARTING),
        hash(SCRIPT),
        hash(STYLE)
    )
}

/// A name from outside, kept apart from the text around it, whichever way it is written.
fn name(name: &str) -> Markup {
    html! { bdi { (shown(name)) } }
}

/// An account that the page's list has a row for.
fn link(id: AccountId, called: Option<&str>) -> Markup {
    html! {
        a href={ "#a" (id) } { code { (id) } }
        @if let Some(called) = called { " " (name(called)) }
    }
}
