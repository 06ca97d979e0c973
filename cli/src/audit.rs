//! `audit`: what is there, with the statuses of a run's report.

mod page;
mod planned;
mod reading;

use std::{fs, path::Path};

use rootwarden_domain::{
    Mode,
    recovery::RecoveryWindows,
    run::{
        exemption::Exemptions,
        report::{ApprovalOutcome, Counts, Report},
        selection::Request,
    },
};
use serde::Serialize;

use crate::{
    access::Access,
    arguments::AuditArguments,
    context::Context,
    exit::{Ended, Exit},
    journal::{Begin, RunJournal},
    output::{Listed, Rows, show},
    progress::Progress,
    stop::Reason,
    terminal,
};

pub use planned::{Planned, plan};
pub use reading::{Reading, read};

/// What makes two commands the same: then the second one goes on where the first was interrupted.
#[derive(Debug, Serialize)]
pub struct Identity<'a> {
    pub caller_account: String,
    pub endpoint_url: Option<&'a str>,
    pub request: &'a Request,
}

pub async fn run(arguments: AuditArguments, context: &Context) -> Result<Exit, Ended> {
    let AuditArguments { selection, rules, all, exit_zero, fresh, html } = arguments;
    page::require_new(html.as_ref())?;
    let exemptions = exemptions(rules.exempt.as_deref())?;
    let request = selection.request(Mode::Report);
    let access = Access::open(&context.access).await?;
    let journal = open_journal("audit", &access, &request, fresh, context)?;
    let progress = Progress::new("audited", context.progress_seconds);
    let reading = progress.shown_while(Box::pin(read(&access, &request, &journal, &progress, context))).await?;
    let list_is_whole = reading.list_is_whole;
    let Planned { plan, inventories } = plan(reading, &exemptions, &RecoveryWindows::default(), &rules, &access);
    let planned_at = plan.planned_at;
    let report = Report::add_round(None, plan, ApprovalOutcome::NotNeeded, [].into(), 0);
    let listed = if all { Listed::All } else { Listed::WithoutClean };
    let now = access.clock.now();
    let rows = Rows::of(&report, &inventories, list_is_whole, now);
    show(&rows, listed, &context.terminal)?;
    if let Some(path) = &html {
        let (report, inventories, exemptions) = (&report, &inventories, &exemptions);
        page::Page { report, inventories, exemptions, list_is_whole, planned_at, now }.write(path)?;
    }
    tell_of_the_rest(&report, list_is_whole, "audit", context);
    let exit = ending(&report, list_is_whole, context);
    if exit < Exit::Unfinished {
        journal.remove();
    }
    Ok(if exit_zero && exit == Exit::Found { Exit::Well } else { exit })
}

/// The exemptions in a file; none without one.
pub fn exemptions(file: Option<&Path>) -> Result<Exemptions, Ended> {
    let Some(path) = file else { return Ok(Exemptions::default()) };
    let failed = |why: &dyn std::fmt::Display| Ended::Usage(format!("exemptions in `{}`: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
    Exemptions::parse(&text).map_err(|error| failed(&error))
}

pub fn open_journal(
    command: &str,
    access: &Access,
    request: &Request,
    fresh: bool,
    context: &Context,
) -> Result<RunJournal, Ended> {
    let caller_account = access.caller.account.to_string();
    let identity = Identity { caller_account, endpoint_url: context.access.endpoint_url.as_deref(), request };
    let begin = if fresh { Begin::Anew } else { Begin::WhereItWasLeft };
    let journal = RunJournal::open(command, &identity, begin, access.clock.now())?;
    if journal.audited_count() > 0 {
        let (count, since) = (journal.audited_count(), journal.begun_at.strftime("%H:%M UTC"));
        terminal::note(&format!(
            "going on where the last `rootwarden {command}` was interrupted: {count} accounts were read since {since}; --fresh begins anew"
        ));
    }
    Ok(journal)
}

/// What a table does not say: one line that counts, and how to go on.
pub fn tell_of_the_rest(report: &Report, list_is_whole: bool, command: &str, context: &Context) {
    let note = |line: &str| terminal::note(line);
    note(&summary(report));
    if !list_is_whole {
        note("the list of accounts was not read to its end: there are more accounts than these");
    }
    match context.stop.reason() {
        Some(Reason::Interrupted) => {
            note(&format!("interrupted: the same `rootwarden {command}` goes on where this one ended"));
        }
        Some(Reason::AccessLost(why)) => note(&format!("stopped: {why}")),
        None if report.counts().unknown > 0 => {
            note(&format!("the same `rootwarden {command}` looks again at what is unknown"));
        }
        None => {}
    }
}

/// E.g. `9 accounts: 2 clean, 7 found`.
fn summary(report: &Report) -> String {
    let Counts {
        clean,
        cleaned,
        found,
        exempt,
        protected,
        unknown,
        denied_by_service_control_policy: _,
        failed,
        ineligible,
        excluded,
        not_approved,
        paused,
    } = report.counts();
    let counted = [
        (clean, "clean"),
        (cleaned, "cleaned"),
        (found, "with root credentials"),
        (exempt, "exempt"),
        (excluded, "excluded"),
        (protected, "protected"),
        (not_approved, "not approved"),
        (paused, "paused"),
        (failed, "failed"),
        (unknown, "unknown"),
        (ineligible, "ineligible"),
    ];
    let some = counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let mut parts = vec![format!("{} accounts: {}", report.accounts.len(), some.collect::<Vec<_>>().join(", "))];
    parts.extend(report.nobody_selected.map(|why| format!("nobody was selected: {why}")));
    let missing = report.not_in_organization.iter();
    parts.extend(missing.map(|account| format!("account {account} is not in the organization")));
    parts.join("; ")
}

/// How a command with this report ends.
pub fn ending(report: &Report, list_is_whole: bool, context: &Context) -> Exit {
    match context.stop.reason() {
        Some(Reason::Interrupted) => Exit::Interrupted,
        Some(Reason::AccessLost(_)) => Exit::Unfinished,
        None if !list_is_whole => Exit::Unfinished,
        None => Exit::of_report(report),
    }
}
