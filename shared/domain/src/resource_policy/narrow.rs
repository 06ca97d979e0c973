//! Gives the policy back to administrators: the locking statements no longer cover its management, or go.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Change, PolicyDocument, PolicyOf, Reach, analysis::is_locked, edit::without_management, limits::exceeded_limit,
    locking::Denial, statement::Statement,
};

/// The smallest change: each locking Deny within reach no longer covers reading, writing and deleting the policy.
///
/// All else stays in force and as it is written. A policy that locks nobody out comes back unchanged.
#[must_use]
pub fn narrow(document: &PolicyDocument, of: PolicyOf<'_>, reach: Reach) -> Change {
    let mut sids: BTreeSet<String> =
        document.statements().iter().filter_map(|statement| statement.sid.map(str::to_owned)).collect();
    change(document, of, reach, |statement| without_management(statement, of, &mut sids))
}

/// Removes the locking statements within reach as wholes, with whatever else they denied.
#[must_use]
pub fn drop_locking(document: &PolicyDocument, of: PolicyOf<'_>, reach: Reach) -> Change {
    change(document, of, reach, |statement| (vec![], vec![format!("{} goes as a whole", statement.name())]))
}

fn change(
    document: &PolicyDocument,
    of: PolicyOf<'_>,
    reach: Reach,
    mut edit: impl FnMut(&Statement<'_>) -> (Vec<Value>, Vec<String>),
) -> Change {
    if !is_locked(document, of) {
        let notes = vec!["the policy locks nobody out, so nothing is changed".to_owned()];
        return Change { after: Some(document.clone()), notes };
    }
    let (mut statements, mut notes) = (vec![], vec![]);
    let mut is_changed = false;
    for statement in document.statements() {
        if Denial::of(&statement, of).is_some_and(|denial| denial.is_within(reach)) {
            let (edited, said) = edit(&statement);
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
        Some(after) => notes.extend(exceeded_limit(after, of)),
        None => notes.push("no statement is left, so the policy is deleted".to_owned()),
    }
    Change { after, notes }
}
