//! What is asked of each statement once, rather than once for each action and each other statement.
//!
//! Why: a policy of 20 KB may hold a hundred statements with a hundred resources each, and patterns are slow to compare.

use std::{cell::RefCell, collections::HashMap};

use crate::policy::language::{
    action,
    inside::{Part, parts},
    resource::{Names, names},
    statement::{Listed, Statement},
    subject::PolicySubject,
};

/// The place of a part in the table: the same for equal parts.
pub(super) type PartId = usize;

/// Every action and every part that the statements of a change are about, and how the parts lie to each other.
pub(super) struct Table<'a> {
    subject: PolicySubject<'a>,
    pub(super) actions: Vec<Action<'a>>,
    parts: Vec<Part>,
    places: HashMap<Part, PartId>,
    /// By action pattern: of which actions it is certainly, and of which perhaps.
    patterns: HashMap<String, (Vec<bool>, Vec<bool>)>,
    covered: RefCell<HashMap<(PartId, PartId), bool>>,
    met: RefCell<HashMap<(PartId, PartId), bool>>,
}

/// An action, as a name or as a pattern that no known action is of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Action<'a> {
    pub(super) name: &'a str,
    pub(super) is_management: bool,
    pub(super) acts_on_resource: bool,
    pub(super) acts_inside: bool,
}

/// A statement, with what its elements take in. Actions go by their places in the table.
pub(super) struct Facts<'a> {
    pub(super) statement: &'a Statement<'a>,
    pub(super) includes: Vec<bool>,
    pub(super) may_include: Vec<bool>,
    pub(super) on_resource: Names,
    pub(super) parts: Vec<PartId>,
}

impl<'a> Table<'a> {
    pub(super) fn new(data_actions: impl IntoIterator<Item = &'a str>, subject: PolicySubject<'a>) -> Self {
        let management = subject.management().iter().copied();
        let actions = data_actions.into_iter().map(|name| (name, false)).chain(management.map(|name| (name, true)));
        let actions = actions.map(|(name, is_management)| Action {
            name,
            is_management,
            acts_on_resource: !subject.known_actions_inside().contains(&name),
            acts_inside: !subject.known_actions().contains(&name),
        });
        Self {
            subject,
            actions: actions.collect(),
            parts: vec![],
            places: HashMap::new(),
            patterns: HashMap::new(),
            covered: RefCell::default(),
            met: RefCell::default(),
        }
    }

    pub(super) fn facts(&mut self, statement: &'a Statement<'a>) -> Facts<'a> {
        let none = vec![false; self.actions.len()];
        let (mut covered, mut met) = (none.clone(), none);
        for pattern in statement.actions.values() {
            let (covers, meets) = self.of_pattern(pattern);
            covered.iter_mut().zip(covers).for_each(|(all, one)| *all |= *one);
            met.iter_mut().zip(meets).for_each(|(all, one)| *all |= *one);
        }
        let not = |included: Vec<bool>| included.into_iter().map(|one| !one).collect();
        let (includes, may_include) = match &statement.actions {
            Listed::In(_) => (covered, met),
            Listed::NotIn(_) => (not(met), not(covered)),
        };
        let parts = parts(statement, self.subject).into_iter().map(|part| self.place(part)).collect();
        Facts { statement, includes, may_include, on_resource: names(&statement.resources, &self.subject.arn()), parts }
    }

    fn of_pattern(&mut self, pattern: &str) -> &(Vec<bool>, Vec<bool>) {
        let actions = &self.actions;
        self.patterns.entry(pattern.to_ascii_lowercase()).or_insert_with_key(|pattern| {
            let names = || actions.iter().map(|action| action.name);
            (
                names().map(|name| action::covers(pattern, name)).collect(),
                names().map(|name| action::intersect(pattern, name)).collect(),
            )
        })
    }

    fn place(&mut self, part: Part) -> PartId {
        if let Some(place) = self.places.get(&part) {
            return *place;
        }
        let place = self.parts.len();
        self.parts.push(part.clone());
        self.places.insert(part, place);
        place
    }

    /// Whether one part holds all of another.
    pub(super) fn covers(&self, one: PartId, other: PartId) -> bool {
        self.remembered(&self.covered, (one, other), Part::covers)
    }

    /// Whether two parts may have anything in common.
    pub(super) fn meets(&self, one: PartId, other: PartId) -> bool {
        self.remembered(&self.met, (one.min(other), one.max(other)), Part::meets)
    }

    fn remembered(
        &self,
        memory: &RefCell<HashMap<(PartId, PartId), bool>>,
        pair: (PartId, PartId),
        compare: fn(&Part, &Part) -> bool,
    ) -> bool {
        let compared = || match (self.parts.get(pair.0), self.parts.get(pair.1)) {
            (Some(one), Some(other)) => compare(one, other),
            (None, _) | (_, None) => false,
        };
        *memory.borrow_mut().entry(pair).or_insert_with(compared)
    }
}
