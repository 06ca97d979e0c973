//! What a Deny covered before a change and is covered by none after it.

use super::facts::{Facts, PartId, Table};
use crate::policy::language::{
    principal::Principal,
    resource::Names,
    statement::{Effect, Listed, Statement},
};

/// An action that is no longer denied.
#[derive(Debug)]
pub(super) struct Lost {
    /// Its place in the table.
    pub(super) action: usize,
    /// On the bucket or the queue itself.
    pub(super) on_resource: bool,
    /// And on these parts of what is inside.
    pub(super) inside: Vec<PartId>,
}

/// What `denial` covered of every action, without what `after` still denies. Of an Allow, what it gives in spite of that.
///
/// Conservative: only a Deny for the same principals under the same conditions, or for everybody without any, counts
/// as keeping what it covers.
pub(super) fn lost(denial: &Facts<'_>, after: &[Facts<'_>], table: &Table<'_>) -> Vec<Lost> {
    let keepers: Vec<&Facts<'_>> = after.iter().filter(|kept| is_as_strict(kept.statement, denial.statement)).collect();
    let is_kept = |by: &[&Facts<'_>], action: usize| by.iter().any(|kept| says(&kept.includes, action));
    let keep_resource: Vec<&Facts<'_>> = keepers
        .iter()
        .copied()
        .filter(|kept| kept.on_resource == Names::Yes || kept.statement.resources == denial.statement.resources)
        .collect();
    let keep_parts: Vec<(PartId, Vec<&Facts<'_>>)> = denial
        .parts
        .iter()
        .map(|part| {
            let covers = |kept: &&Facts<'_>| kept.parts.iter().any(|there| table.covers(*there, *part));
            (*part, keepers.iter().copied().filter(covers).collect())
        })
        .collect();
    let mut all = vec![];
    for (place, action) in table.actions.iter().enumerate().filter(|(place, _)| says(&denial.may_include, *place)) {
        let on_resource = action.acts_on_resource && denial.on_resource != Names::No && !is_kept(&keep_resource, place);
        let is_lost = |(_, by): &&(PartId, Vec<&Facts<'_>>)| action.acts_inside && !is_kept(by, place);
        let inside: Vec<PartId> = keep_parts.iter().filter(is_lost).map(|(part, _)| *part).collect();
        if on_resource || !inside.is_empty() {
            all.push(Lost { action: place, on_resource, inside });
        }
    }
    all
}

/// Which of what is lost an Allow gives, by the actions' places.
pub(super) fn given_by(allow: &Facts<'_>, lost: &[Lost], table: &Table<'_>) -> Vec<usize> {
    let meets = |part: &PartId| allow.parts.iter().any(|there| table.meets(*there, *part));
    lost.iter()
        .filter(|lost| says(&allow.may_include, lost.action))
        .filter(|lost| lost.on_resource && allow.on_resource != Names::No || lost.inside.iter().any(meets))
        .map(|lost| lost.action)
        .collect()
}

fn says(included: &[bool], place: usize) -> bool {
    included.get(place).copied().unwrap_or(false)
}

/// Whether one Deny reaches everybody whom another does, whenever that one does.
fn is_as_strict(kept: &Statement<'_>, denial: &Statement<'_>) -> bool {
    let is_for_all = matches!(&kept.principals, Listed::In(all) if all.contains(&Principal::Anybody));
    let is_same = || kept.principals == denial.principals && kept.json.get("Condition") == denial.json.get("Condition");
    kept.effect == Effect::Deny && (is_for_all && kept.conditions.is_empty() || is_same())
}
