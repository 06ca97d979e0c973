//! What statements take in of what is inside a bucket.

use super::{
    pattern, resource,
    statement::{Listed, Statement},
    subject::PolicySubject,
};

/// A part of what is inside a bucket: what is of a pattern and of none of the excluded ones.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::policy) struct Part {
    pattern: String,
    excluded: Vec<String>,
}

/// Whether a statement takes in anything inside the bucket.
pub(in crate::policy) fn touches_inside(statement: &Statement<'_>, subject: PolicySubject<'_>) -> bool {
    !parts(statement, subject).is_empty()
}

/// What a statement takes in of what is inside the bucket.
pub(in crate::policy) fn parts(statement: &Statement<'_>, subject: PolicySubject<'_>) -> Vec<Part> {
    let Some(inside) = subject.inside() else { return vec![] };
    let reaches_inside = |resource: &&&str| pattern::intersect(&resource::widest(resource), &inside);
    match &statement.resources {
        Listed::In(resources) => resources
            .iter()
            .filter(reaches_inside)
            .map(|&resource| {
                let is_all = resource::is_certain(resource) && pattern::covers(resource, &inside);
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
    /// A policy variable counts as one text, the same in both.
    pub(in crate::policy) fn covers(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        let is_excluded_there = |excluded: &String| {
            other.excluded.iter().any(|there| pattern::covers(there, excluded))
                || !pattern::intersect(&resource::widest(excluded), &resource::widest(&other.pattern))
        };
        pattern::covers(&self.pattern, &other.pattern) && self.excluded.iter().all(is_excluded_there)
    }

    pub(in crate::policy) fn meets(&self, other: &Self) -> bool {
        let (one, two) = (resource::widest(&self.pattern), resource::widest(&other.pattern));
        let excludes = |excluded: &[String], pattern: &str| {
            excluded.iter().any(|excluded| resource::is_certain(excluded) && pattern::covers(excluded, pattern))
        };
        pattern::intersect(&one, &two) && !excludes(&self.excluded, &two) && !excludes(&other.excluded, &one)
    }
}
