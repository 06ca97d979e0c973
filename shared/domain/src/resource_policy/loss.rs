//! What a Deny covered before a change and is covered by none after it.

use super::{
    PolicyOf, action,
    locking::{Names, names},
    pattern,
    statement::{Effect, Listed, Principal, Statement},
};

/// A part of what is inside a bucket: what is of a pattern and of none of the excluded ones.
#[derive(Debug, Clone)]
struct Part {
    pattern: String,
    excluded: Vec<String>,
}

/// An action that is no longer denied, as a name or as a pattern that no known action is of.
#[derive(Debug)]
pub(super) struct Lost<'a> {
    pub(super) action: &'a str,
    /// On the bucket or the queue itself.
    on_resource: bool,
    /// And on these parts of what is inside.
    inside: Vec<Part>,
}

impl<'a> Lost<'a> {
    /// What `denial` covered of an action, without what `after` still denies. Of an Allow, what it gives in spite of that.
    ///
    /// Conservative: only a Deny for the same principals under the same conditions, or for everybody without any, counts
    /// as keeping what it covers.
    pub(super) fn of(
        action: &'a str,
        denial: &Statement<'_>,
        after: &[Statement<'_>],
        of: PolicyOf<'_>,
    ) -> Option<Self> {
        if !action::may_include(&denial.actions, action) {
            return None;
        }
        let keepers: Vec<&Statement<'_>> =
            after.iter().filter(|kept| is_as_strict(kept, denial) && action::includes(&kept.actions, action)).collect();
        let arn = of.arn();
        let acts_inside = !of.known_actions().contains(&action);
        let acts_on_resource = !of.known_actions_inside().contains(&action);
        let on_resource = acts_on_resource
            && names(&denial.resources, &arn) != Names::No
            && !keepers
                .iter()
                .any(|kept| kept.resources == denial.resources || names(&kept.resources, &arn) == Names::Yes);
        let inside = if acts_inside { parts(denial, of) } else { vec![] };
        let kept: Vec<Part> = keepers.iter().flat_map(|kept| parts(kept, of)).collect();
        let inside: Vec<Part> = inside.into_iter().filter(|part| !kept.iter().any(|kept| kept.covers(part))).collect();
        (on_resource || !inside.is_empty()).then_some(Self { action, on_resource, inside })
    }

    /// Whether an Allow gives any of it.
    pub(super) fn is_given_by(&self, allow: &Statement<'_>, of: PolicyOf<'_>) -> bool {
        action::may_include(&allow.actions, self.action)
            && (self.on_resource && names(&allow.resources, &of.arn()) != Names::No
                || parts(allow, of).iter().any(|given| self.inside.iter().any(|lost| lost.meets(given))))
    }
}

/// Whether one Deny reaches everybody whom another does, whenever that one does.
fn is_as_strict(kept: &Statement<'_>, denial: &Statement<'_>) -> bool {
    let is_for_all = matches!(&kept.principals, Listed::In(all) if all.contains(&Principal::Anybody));
    let is_same = kept.principals == denial.principals && kept.json.get("Condition") == denial.json.get("Condition");
    kept.effect == Effect::Deny && (is_same || is_for_all && kept.conditions.is_empty())
}

/// What a statement takes in of what is inside the bucket.
fn parts(statement: &Statement<'_>, of: PolicyOf<'_>) -> Vec<Part> {
    let Some(inside) = of.inside() else { return vec![] };
    let reaches_inside = |resource: &&&str| pattern::intersect(&pattern::widest(resource), &inside);
    match &statement.resources {
        Listed::In(resources) => resources
            .iter()
            .filter(reaches_inside)
            .map(|&resource| {
                let is_all = !pattern::has_variable(resource) && pattern::covers(resource, &inside);
                let pattern = if is_all { inside.clone() } else { resource.to_owned() };
                Part { pattern, excluded: vec![] }
            })
            .collect(),
        Listed::NotIn(resources) => {
            let excluded = resources.iter().filter(reaches_inside).map(|&resource| resource.to_owned()).collect();
            vec![Part { pattern: inside, excluded }]
        }
    }
}

impl Part {
    /// Whether it holds all of another; a policy variable counts as one text, the same in both.
    fn covers(&self, other: &Self) -> bool {
        let is_excluded_there = |excluded: &String| {
            other.excluded.iter().any(|there| pattern::covers(there, excluded))
                || !pattern::intersect(&pattern::widest(excluded), &pattern::widest(&other.pattern))
        };
        pattern::covers(&self.pattern, &other.pattern) && self.excluded.iter().all(is_excluded_there)
    }

    /// Whether they may have anything in common.
    fn meets(&self, other: &Self) -> bool {
        let (one, two) = (pattern::widest(&self.pattern), pattern::widest(&other.pattern));
        let excludes = |excluded: &[String], pattern: &str| {
            excluded.iter().any(|excluded| !pattern::has_variable(excluded) && pattern::covers(excluded, pattern))
        };
        pattern::intersect(&one, &two) && !excludes(&self.excluded, &two) && !excludes(&other.excluded, &one)
    }
}
