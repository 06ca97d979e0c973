//! `audit`: what is there, with the statuses of a run's report.

mod denials;
mod exemptions;
mod page;
mod planned;
mod reading;

use rootwarden_domain::{
    Mode, Sha256,
    recovery::RecoveryWindows,
    run::{
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
    origin::Origin,
    output::{Listed, Rows, counted, show},
    progress::Progress,
    stop::Reason,
    terminal,
};

pub use exemptions::ExemptionFile;
pub use planned::{Planned, plan};
pub use reading::{Reading, read};

/// What makes two audits of one identity the same: then the second one goes on where the first was stopped.
#[derive(Debug, Serialize)]
pub struct Options<'a> {
    pub request: &'a Request,
    pub exemptions: Option<Sha256>,
    pub protect_keys_used_within_days: u16,
}

pub async fn run(arguments: AuditArguments, context: &Context) -> Result<Exit, Ended> {
    page::require_new(arguments.html.as_ref())?;
    let exemptions = ExemptionFile::read(arguments.rules.exempt.as_deref())?;
    let request = arguments.selection.request(Mode::Report);
    let access = Access::open(&context.access).await?;
    exemptions.require_members(&access).await?;
    let protect_keys_used_within_days = arguments.rules.protect_keys_used_within_days;
    let options = Options { request: &request, exemptions: exemptions.sha256, protect_keys_used_within_days };
    let journal = open_journal("audit", &access, &options, request.mode, arguments.fresh, context).await?;
    let ended = Box::pin(look(&arguments, &access, &request, &exemptions, &journal, context)).await;
    journal.end(&ended, &context.stop, access.clock.now())?;
    ended
}

async fn look(
    arguments: &AuditArguments,
    access: &Access,
    request: &Request,
    exemptions: &ExemptionFile,
    journal: &RunJournal,
    context: &Context,
) -> Result<Exit, Ended> {
    let AuditArguments { selection: _, rules, all, exit_zero, fresh: _, html } = arguments;
    let exemptions = &exemptions.exemptions;
    let progress = Progress::new("audited", context.progress_seconds);
    let reading = progress.shown_while(Box::pin(read(access, request, journal, &progress, context))).await?;
    let list_is_whole = reading.list_is_whole;
    let Planned { plan, inventories } = plan(reading, exemptions, &RecoveryWindows::default(), rules, access);
    let planned_at = plan.planned_at;
    let report = Report::add_round(None, plan, ApprovalOutcome::NotNeeded, [].into(), 0);
    let listed = if *all { Listed::All } else { Listed::WithoutClean };
    let now = access.clock.now();
    let rows = Rows::of(&report, &inventories, list_is_whole, now);
    show(&rows, listed, &context.terminal)?;
    if let Some(path) = html {
        let (report, inventories) = (&report, &inventories);
        page::Page { report, inventories, exemptions, list_is_whole, planned_at, now }.write(path)?;
    }
    tell_of_the_rest(&report, list_is_whole, "audit", context);
    let exit = ending(&report, list_is_whole, context);
    Ok(if *exit_zero && exit == Exit::Found { Exit::Well } else { exit })
}

/// The journal of a command that reads accounts in `mode`; says so if it goes on where another one was stopped.
pub async fn open_journal(
    command: &str,
    access: &Access,
    options: &impl Serialize,
    mode: Mode,
    fresh: bool,
    context: &Context,
) -> Result<RunJournal, Ended> {
    let origin = Origin::of(access, &context.access).await;
    let begin = if fresh { Begin::Anew } else { Begin::WhereItWasLeft };
    let journal = RunJournal::open(command, &origin, options, begin, access.clock.now())?;
    let (read, worked_on) = (journal.audited_count(mode), journal.deletions().count());
    let mut parts = Vec::new();
    if read > 0 {
        let verb = if read == 1 { "was" } else { "were" };
        parts.push(format!("{} {verb} read", counted(read, "account")));
    }
    if worked_on > 0 {
        parts.push(format!("in {} something was done, which is read again", counted(worked_on, "account")));
    }
    if !parts.is_empty() {
        let (parts, since) = (parts.join(", and "), journal.begun_at.strftime("%H:%M UTC"));
        terminal::note(&format!(
            "going on where the last `rootwarden {command}` was stopped: since {since}, {parts}; --fresh begins anew"
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
        Some(Reason::AccessLost(why)) => {
            note(&format!("stopped: {why}"));
            note(&format!("the same `rootwarden {command}` goes on where this one ended"));
        }
        None if report.counts().unknown > 0 => {
            note("say the same again to look at what is unknown once more");
        }
        Some(Reason::DeniedEverywhere(_)) | None => {}
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
    let counts = [
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
    let some = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let mut parts =
        vec![format!("{}: {}", counted(report.accounts.len(), "account"), some.collect::<Vec<_>>().join(", "))];
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
        Some(Reason::DeniedEverywhere(_)) => Exit::Refused,
        None if !list_is_whole => Exit::Unfinished,
        None => Exit::of_report(report),
    }
}
