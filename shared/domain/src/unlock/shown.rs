//! A plan for people: who is locked out, what is to be done, and the change as a diff.

use std::fmt::Write;

use similar::TextDiff;

use super::{Force, Opens, Planned, PlannedChange, UnlockPlan};
use crate::{
    policy::{Analysis, Exception, LockOut, PolicyDocument, PolicyText, StatementFinding},
    text::{line::one_line, visible_lines},
};

/// The plan as people read it before they decide.
pub(super) fn text_for_people(plan: &UnlockPlan) -> String {
    // INVARIANT: nothing that a person wrote into a request or a policy is hidden or turned around.
    visible_lines(&write_plan(plan))
}

/// Writing into a string does not fail, so what `writeln!` answers is dropped, here and below.
fn write_plan(plan: &UnlockPlan) -> String {
    let UnlockPlan { unlock, account, resource, region, action, requested_by, reason, ticket, before, .. } = plan;
    let mut text = String::new();
    let _ = writeln!(text, "{unlock}: {} {resource} in account {account}, Region {region}", action.name());
    // Why on one line: what a person wrote must not look like a part of the plan.
    let _ = writeln!(text, "Asked by {requested_by}, ticket {ticket}: {}", one_line(reason.as_str()));
    let _ = writeln!(text, "\nWho is locked out of the policy as it is (SHA-256 {}):", plan.before_sha256);
    write_lock_out(&mut text, plan.analysis.as_ref());
    match &plan.planned {
        Planned::InspectOnly => {
            let _ = writeln!(text, "\nThe policy:\n{}", pretty(before.as_ref()));
        }
        Planned::NothingToChange(why) => {
            let _ = writeln!(text, "\nThere is nothing to change: {why}.\n\nThe policy:\n{}", pretty(before.as_ref()));
        }
        Planned::NotPossible { why, details } => {
            let _ = writeln!(text, "\nIt is not done: {why}.");
            for detail in details {
                let _ = writeln!(text, "- {detail}");
            }
            let _ = writeln!(text, "\nThe policy:\n{}", pretty(before.as_ref()));
        }
        Planned::Change(change) => write_change(&mut text, before.as_ref(), change),
    }
    text
}

fn write_change(text: &mut String, before: Option<&PolicyText>, change: &PlannedChange) {
    let PlannedChange { after, analysis, notes, opens, force } = change;
    let with_force = match force {
        Force::Given => " (asked for with force)",
        Force::NotGiven => "",
    };
    let _ = writeln!(text, "\nWho is locked out afterwards{with_force}:");
    write_lock_out(text, analysis.as_ref());
    let _ = writeln!(text, "\nWhat it opens:");
    match opens {
        Opens::Known(new_access) if new_access.is_empty() => {
            let _ = writeln!(text, "- nothing but the policy itself");
        }
        Opens::Known(new_access) => {
            for new_access in new_access {
                let _ = writeln!(text, "- {}", new_access.words);
            }
        }
        Opens::CannotBeSaid(why) => {
            let _ = writeln!(text, "- that cannot be said: {why}");
        }
    }
    if !notes.is_empty() {
        let _ = writeln!(text, "\nNotes:");
        for note in notes {
            let _ = writeln!(text, "- {note}");
        }
    }
    let (before, after) = (pretty(before), pretty(after.as_ref()));
    let diff = TextDiff::from_lines(&before, &after);
    let _ = writeln!(
        text,
        "\n{}",
        diff.unified_diff().context_radius(5).header("the policy as it is", "the policy afterwards")
    );
}

fn write_lock_out(text: &mut String, analysis: Option<&Analysis>) {
    let Some(Analysis { verdict, findings, way_left }) = analysis else {
        let _ = writeln!(text, "- nobody: there is no policy");
        return;
    };
    let mut listed: &[Exception] = &[];
    let _ = match verdict {
        LockOut::Everyone => writeln!(text, "- everyone"),
        LockOut::EveryoneExcept(exceptions) => {
            listed = exceptions;
            writeln!(text, "- everyone except these, if there is anybody (which cannot be read from here):")
        }
        LockOut::Nobody if way_left.is_some() => writeln!(text, "- nobody, though it can only be deleted"),
        LockOut::Nobody => writeln!(text, "- nobody: whoever IAM allows can change it"),
        LockOut::NotModelled(why) => writeln!(text, "- that cannot be said: {why}"),
    };
    write_exceptions(text, listed);
    if let Some(way_left) = way_left {
        let _ = writeln!(text, "- {way_left}");
    }
    for StatementFinding { statement, words, exceptions } in findings {
        let _ = writeln!(text, "- {statement}: {words}");
        // Why not all: those that are listed above need not be listed twice.
        let more: Vec<Exception> = exceptions.iter().filter(|one| !listed.contains(one)).cloned().collect();
        write_exceptions(text, &more);
    }
}

fn write_exceptions(text: &mut String, exceptions: &[Exception]) {
    for Exception { who, likelihood, why } in exceptions {
        let _ = writeln!(text, "  - {who}: {} – {why}", likelihood.words());
    }
}

/// A policy with its lines set apart; as it is if it cannot be read as one.
fn pretty(policy: Option<&PolicyText>) -> String {
    let Some(policy) = policy else { return "(no policy)\n".to_owned() };
    let text = PolicyDocument::parse(policy.as_str()).map_or_else(
        |_| {
            let json = serde_json::from_str::<serde_json::Value>(policy.as_str());
            json.ok()
                .and_then(|json| serde_json::to_string_pretty(&json).ok())
                .unwrap_or_else(|| policy.as_str().to_owned())
        },
        |document| document.pretty(),
    );
    format!("{text}\n")
}
