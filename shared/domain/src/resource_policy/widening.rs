//! What a change of a policy opens, in plain words.
//!
//! Conservative: principals and conditions of a Deny are never taken as a reason that it kept nothing in check; disjoint
//! actions and disjoint resources are.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    PolicyDocument, PolicyOf, Widening, describe,
    locking::{Denial, Scope, is_owner},
    loss::Lost,
    public::{fixes_account, is_for_anybody},
    statement::{Effect, Listed, Principal, Statement},
    words::listed,
};

/// Says what a change opens; `None` stands for no policy.
///
/// Those that need force let somebody at the data whom a Deny kept out so far, or let others than the owner manage the
/// policy. The rest is said and no more: access that then rests on identity policies alone.
#[must_use]
pub fn widenings(before: Option<&PolicyDocument>, after: Option<&PolicyDocument>, of: PolicyOf<'_>) -> Vec<Widening> {
    let before = before.map(PolicyDocument::statements).unwrap_or_default();
    let after = after.map(PolicyDocument::statements).unwrap_or_default();
    let actions = actions(before.iter().chain(&after), of);
    let mut found = vec![];
    for allow in after.iter().filter(|statement| statement.effect == Effect::Allow) {
        let gives = |action: &&str| Lost::of(action, allow, &after, of).is_some();
        // An Allow that a Deny beside it keeps in check as a whole gives nobody anything: a locked policy that is put back.
        let is_in_check = !actions.iter().chain(of.management()).any(gives);
        if !is_in_check && !before.iter().any(|there| is_as_before(allow, there)) {
            let (who, what) = (describe::who(&allow.principals), describe::what(allow, of));
            found.push(forced(format!("{} is new and allows {who} {what}", allow.name())));
        }
    }
    for denial in before.iter().filter(|statement| statement.effect == Effect::Deny) {
        if !after.iter().any(|kept| kept.json == denial.json) {
            found.extend(opened(denial, &after, &actions, of));
        }
    }
    found
}

fn forced(words: String) -> Widening {
    Widening { words, needs_force: true }
}

/// What opens where a Deny goes or covers less.
fn opened(denial: &Statement<'_>, after: &[Statement<'_>], actions: &[&str], of: PolicyOf<'_>) -> Vec<Widening> {
    let lost = |action| Lost::of(action, denial, after, of);
    let data: Vec<Lost<'_>> = actions.iter().copied().filter_map(lost).collect();
    let management: Vec<Lost<'_>> = of.management().iter().copied().filter_map(lost).collect();
    let mut found = vec![];
    for allow in after.iter().filter(|statement| statement.effect == Effect::Allow) {
        let given: Vec<&str> = data.iter().filter(|lost| lost.is_given_by(allow, of)).map(|lost| lost.action).collect();
        let (name, who) = (allow.name(), describe::who(&allow.principals));
        if !given.is_empty() {
            let given = shortened(&given);
            found.push(forced(format!("{name} allows {who} {given}, which {} denied so far", denial.name())));
        }
        let given: Vec<&str> =
            management.iter().filter(|lost| lost.is_given_by(allow, of)).map(|lost| lost.action).collect();
        if !given.is_empty() && is_for_others(allow, of) {
            let given = listed(&given, "and");
            found.push(forced(format!(
                "{name} allows {who} to manage the policy ({given}), which {} denied so far",
                denial.name()
            )));
        }
    }
    let locks = Denial::of(denial, of).is_some_and(|denial| denial.locks());
    if found.is_empty() && (!data.is_empty() || !management.is_empty() && !locks) {
        found.push(Widening { words: said(denial, of), needs_force: false });
    }
    found
}

/// A Deny that goes without an Allow beside it.
fn said(denial: &Statement<'_>, of: PolicyOf<'_>) -> String {
    let (name, what) = (denial.name(), describe::what(denial, of));
    let is_for_everybody = Denial::of(denial, of).is_some_and(|denial| denial.scope != Scope::Nobody);
    if is_for_everybody {
        let owner = of.owner;
        return format!(
            "{name} no longer denies {what}: identities of account {owner} reach it again as far as their own policies allow"
        );
    }
    format!("{name}, which locks nobody out, no longer denies {what}")
}

/// The known data actions, and what the statements name beyond those.
fn actions<'a>(statements: impl Iterator<Item = &'a Statement<'a>>, of: PolicyOf<'_>) -> Vec<&'a str> {
    let known: Vec<&'static str> = of
        .known_actions()
        .iter()
        .chain(of.known_actions_inside())
        .copied()
        .filter(|action| !of.management().contains(action))
        .collect();
    let is_unknown = |pattern: &&str| {
        let mut all = known.iter().chain(of.management());
        !all.any(|action| super::action::is_of(pattern, action))
    };
    let named: BTreeSet<&'a str> =
        statements.flat_map(|statement| statement.actions.values().iter().copied()).filter(is_unknown).collect();
    known.iter().copied().chain(named).collect()
}

/// Whether an Allow stood there before, with the same principals or more.
fn is_as_before(allow: &Statement<'_>, there: &Statement<'_>) -> bool {
    if allow.json == there.json {
        return true;
    }
    let (Listed::In(now), Listed::In(before)) = (&allow.principals, &there.principals) else { return false };
    let rest = |statement: &Statement<'_>| -> Vec<(String, Value)> {
        let kept = statement.json.iter().filter(|(name, _)| *name != "Principal");
        kept.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    now.iter().all(|principal| before.contains(principal)) && rest(allow) == rest(there)
}

/// Whether an Allow is for anybody outside of the owner's account.
fn is_for_others(allow: &Statement<'_>, of: PolicyOf<'_>) -> bool {
    let owner = of.owner.to_string();
    if allow.conditions.iter().any(|condition| fixes_account(condition, &owner)) {
        return false;
    }
    if is_for_anybody(allow) {
        return true;
    }
    allow.principals.values().iter().any(|principal| match principal {
        Principal::Anybody | Principal::CanonicalUser(_) => true,
        Principal::Service(_) => false,
        Principal::Aws(name) | Principal::Federated(name) => {
            let account = name.split(':').nth(4).unwrap_or_default();
            !is_owner(name, of) && account != owner
        }
    })
}

fn shortened(actions: &[&str]) -> String {
    const MOST: usize = 5;
    let mut shown: Vec<String> = actions.iter().take(MOST).map(|&action| action.to_owned()).collect();
    if let Some(more) = actions.len().checked_sub(MOST).filter(|more| *more > 0) {
        shown.push(format!("{more} more actions"));
    }
    listed(&shown, "and")
}
