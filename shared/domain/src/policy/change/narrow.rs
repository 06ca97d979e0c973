//! Gives the policy back to administrators: the locking statements no longer cover its management, or go.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{edit::without_management, limits::exceeded_limit};
use crate::policy::{
    language::{document::PolicyDocument, statement::Statement, subject::PolicySubject},
    lock_out::{
        LockOut,
        analysis::{is_locked, verdict},
        locking::Denial,
    },
};

/// Which locking statements a change touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those that leave out nobody, and those that together leave out nobody.
    Everyone,
    /// Also those with an exception, which may be the way somebody still gets in: only with force.
    AlsoWithExceptions,
}

/// A policy after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `None`: no statement is left, so the policy is deleted.
    pub after: Option<PolicyDocument>,
    /// What a person should know of it, one line each.
    pub notes: Vec<String>,
}

/// The smallest change: each locking Deny within reach no longer covers reading, writing and deleting the policy.
///
/// All else stays in force and as it is written. A policy that locks nobody out comes back unchanged.
#[must_use]
pub fn narrow(document: &PolicyDocument, subject: PolicySubject<'_>, reach: Reach) -> Change {
    let mut sids: BTreeSet<String> =
        document.statements().iter().filter_map(|statement| statement.sid.map(str::to_owned)).collect();
    change(document, subject, reach, |statement| without_management(statement, subject, &mut sids))
}

/// Removes the locking statements within reach as wholes, with whatever else they denied.
#[must_use]
pub fn drop_locking(document: &PolicyDocument, subject: PolicySubject<'_>, reach: Reach) -> Change {
    change(document, subject, reach, |statement| (vec![], vec![format!("{} goes as a whole", statement.name())]))
}

fn change(
    document: &PolicyDocument,
    subject: PolicySubject<'_>,
    reach: Reach,
    mut edit: impl FnMut(&Statement<'_>) -> (Vec<Value>, Vec<String>),
) -> Change {
    if !is_locked(document, subject) {
        let notes = vec!["the policy locks nobody out, so nothing is changed".to_owned()];
        return Change { after: Some(document.clone()), notes };
    }
    let (mut statements, mut notes) = (vec![], vec![]);
    let mut is_changed = false;
    let there = document.statements();
    for (statement, is_within) in there.iter().zip(within(&there, subject, reach)) {
        if is_within {
            let (edited, said) = edit(statement);
            statements.extend(edited);
            notes.extend(said);
            is_changed = true;
        } else {
            statements.push(Value::Object(statement.json.clone()));
        }
    }
    if !is_changed {
        notes.push("every locking statement leaves somebody out, so none is changed without force".to_owned());
    }
    let after = if is_changed { document.with_statements(statements) } else { Some(document.clone()) };
    match &after {
        Some(after) => notes.extend(exceeded_limit(after, subject)),
        None => notes.push("no statement is left, so the policy is deleted".to_owned()),
    }
    Change { after, notes }
}

/// Which statements a change touches.
///
/// Statements with exceptions are left to force, unless all of them together still let nobody in: then each is a part of
/// the lock.
fn within(statements: &[Statement<'_>], subject: PolicySubject<'_>, reach: Reach) -> Vec<bool> {
    let denials: Vec<Option<Denial>> = statements.iter().map(|statement| Denial::of(statement, subject)).collect();
    let is_locking = |denial: &Denial| match reach {
        Reach::Everyone => denial.locks_everyone(),
        Reach::AlsoWithExceptions => denial.locks(),
    };
    let left = denials.iter().flatten().filter(|denial| !is_locking(denial));
    let is_still_locked = verdict(&left.collect::<Vec<_>>(), subject) == LockOut::Everyone;
    let is_within = |denial: &Denial| is_locking(denial) || is_still_locked && denial.locks();
    denials.iter().map(|denial| denial.as_ref().is_some_and(is_within)).collect()
}
