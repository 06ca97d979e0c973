//! The one message of a run: what to do first, then what is new, then where to read on. What stays is counted and not told again.
//!
//! It is held against the last run over the whole organization, as the report is. For people on a phone: a handful of lines.

mod chat;
mod links;
mod remarks;

use std::str::FromStr;

use rootwarden_domain::text::input::InputError;

pub use links::{Links, Place};
use remarks::remarks;

use crate::{
    document::{Account, Change, Document},
    history::{History, NoticeOutcome, Said},
    status::StatusName,
    text::shown,
};

/// So many accounts, tasks and remarks are named each; the report has all.
const NAMED: usize = 5;
/// The longest name, and the longest line, in characters.
const LONGEST_NAME: usize = 50;
const LONGEST_LINE: usize = 240;

/// Of which runs people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticesOfRuns {
    /// Of those that found something new that a person should know.
    Problems,
    Always,
    Never,
}

impl FromStr for NoticesOfRuns {
    type Err = InputError;

    fn from_str(text: &str) -> Result<Self, InputError> {
        match text {
            "problems" => Ok(Self::Problems),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            other => Err(InputError::new("value", format!("`{other}` is none of `problems`, `always`, `never`"))),
        }
    }
}

/// A message, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// ASCII, on one line, at most 100 characters. Source: Amazon SNS API Reference, `Publish`, Subject.
    pub subject: String,
    pub text: String,
    /// The same as AWS's chat integration renders it: JSON.
    pub chat: String,
}

/// What is said of a run, if anything is worth saying.
///
/// `decided`: what became of its request for approval, where nothing was deleted because of it: those who were asked wait to hear it.
#[must_use]
pub fn notice(
    document: &Document<'_>,
    wanted: NoticesOfRuns,
    history: &History,
    decided: Option<&str>,
    links: &Links,
) -> Option<Notice> {
    let before = history.before(document.run).said;
    let mut remarks = remarks(document);
    remarks.retain(|remark| !before.remarks.contains(&remark.key));
    let accounts: Vec<&Account<'_>> = document.accounts.iter().filter(|account| is_news(account)).collect();
    let was_not_sent = before.notice == NoticeOutcome::Failed;
    let has_news = !accounts.is_empty() || !remarks.is_empty() || was_not_sent || decided.is_some();
    match wanted {
        NoticesOfRuns::Never => return None,
        NoticesOfRuns::Problems if !has_news => return None,
        NoticesOfRuns::Problems | NoticesOfRuns::Always => {}
    }
    let subject = subject(document, accounts.len(), remarks.len());
    let mut to_do: Vec<String> =
        document.tasks.iter().take(NAMED).map(|task| task_line(task.status, &task.what, task.accounts.len())).collect();
    to_do.extend(further(document.tasks.len(), "tasks"));
    let mut news: Vec<String> = accounts.iter().take(NAMED).map(|account| account_line(account)).collect();
    news.extend(further(accounts.len(), "accounts"));
    let mut said: Vec<String> = decided.map(|decided| cut(&shown(decided), LONGEST_LINE)).into_iter().collect();
    said.extend(remarks.iter().take(NAMED).map(|remark| cut(&shown(&remark.text), LONGEST_LINE)));
    said.extend(further(remarks.len(), "remarks"));
    if was_not_sent {
        said.push("the notice of the run before could not be sent: its report has what was new in it".to_owned());
    }
    let parts = Parts { to_do, news, said, counts: counts(document) };
    let text = parts.text(links);
    let chat = chat::chat(document, &subject, &parts, links);
    Some(Notice { subject, text, chat })
}

/// What is kept of it, so that the next run does not say the same again. `notice`: what became of the message.
#[must_use]
pub fn said(document: &Document<'_>, notice: NoticeOutcome) -> Said {
    Said { remarks: remarks(document).into_iter().map(|remark| remark.key).collect(), notice }
}

/// The paragraphs of a message, as lines.
struct Parts {
    to_do: Vec<String>,
    news: Vec<String>,
    said: Vec<String>,
    counts: Vec<String>,
}

impl Parts {
    fn text(&self, links: &Links) -> String {
        let Self { to_do, news, said, counts } = self;
        let paragraph = |title: &str, lines: &[String]| {
            if lines.is_empty() { String::new() } else { format!("{title}\n- {}\n\n", lines.join("\n- ")) }
        };
        let Links { report, command, execution } = links;
        // What to do stands first, also where it is nothing.
        let first = match (to_do.is_empty(), said.is_empty()) {
            (false, _) => paragraph("What to do:", to_do),
            (true, false) => "What to do: read the remarks below.\n\n".to_owned(),
            (true, true) => "What to do: nothing.\n\n".to_owned(),
        };
        [
            first,
            paragraph("New:", news),
            paragraph("Also:", said),
            format!("{}\n\n", counts.join("\n")),
            format!("Report: {report}\n{command}\nRun: {execution}\n"),
        ]
        .concat()
    }
}

fn is_news(account: &Account<'_>) -> bool {
    match account.change {
        Some(Change::New | Change::Changed) => true,
        Some(Change::Unchanged) | None => false,
    }
}

fn subject(document: &Document<'_>, news: usize, remarks: usize) -> String {
    let findings = document.counts.findings();
    let need = if findings == 1 { "account needs" } else { "accounts need" };
    match (findings, remarks) {
        (0, 0) if document.settled => "Rootwarden: nothing to do".to_owned(),
        (0, _) => "Rootwarden: a run needs a look".to_owned(),
        (_, _) => format!("Rootwarden: {findings} {need} a person, {news} new"),
    }
}

fn task_line(status: StatusName, what: &str, accounts: usize) -> String {
    format!("{what} ({}: {accounts})", status.words())
}

fn account_line(account: &Account<'_>) -> String {
    let name = account.name.map(|name| format!(" {}", cut(&shown(name), LONGEST_NAME))).unwrap_or_default();
    cut(&format!("{}{name}: {}: {}", account.id, account.status.words(), shown(&account.why)), LONGEST_LINE)
}

/// What is not named.
fn further(all: usize, what: &str) -> Option<String> {
    match all.saturating_sub(NAMED) {
        0 => None,
        1 => Some(format!("and one more {}", what.trim_end_matches('s'))),
        more => Some(format!("and {more} more {what}")),
    }
}

/// How all stands, in two lines at most.
fn counts(document: &Document<'_>) -> Vec<String> {
    let changes = &document.changes;
    let stays = match (changes.unchanged.len(), changes.gone.len()) {
        (0, 0) => None,
        (unchanged, gone) => Some(format!("Found before and still so: {unchanged}. No longer: {gone}.")),
    };
    let named = StatusName::ALL.into_iter().map(|status| (status, document.counts.of(status)));
    let named: Vec<String> =
        named.filter(|(_, count)| *count > 0).map(|(status, count)| format!("{count} {}", status.words())).collect();
    let accounts = format!("Accounts: {}.", if named.is_empty() { "none".to_owned() } else { named.join(", ") });
    stays.into_iter().chain([accounts]).collect()
}

/// No more than so many characters.
fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}
