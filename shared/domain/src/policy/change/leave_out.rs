//! Leaves parts of a policy out, where AWS does not take it whole any more.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::policy::language::{
    document::PolicyDocument,
    principal::{Principal, is_unique_id},
    statement::Statement,
    values::{elements, strings},
    words::{listed, quoted},
};

/// The policy without these principals (their exact values) and these statements (their Sid, or `statement 2`).
///
/// A statement whose Principal loses its last value goes. `None`: no statement is left.
///
/// # Errors
/// A name that does not stand there, with those that do; and a `NotPrincipal` that would lose its last value, for it would
/// then reach everybody. Each in one line.
pub fn leave_out(
    document: &PolicyDocument,
    principals: &[String],
    statements: &[String],
) -> Result<Option<PolicyDocument>, String> {
    check_names(document, principals, statements)?;
    let mut kept = vec![];
    for statement in document.statements() {
        let number = format!("statement {}", statement.number);
        let named = |name: &String| statement.sid == Some(name) || *name == number || *name == statement.name();
        if statements.iter().any(named) {
            continue;
        }
        kept.extend(without_principals(statement.json, principals, &statement.name())?);
    }
    Ok(document.with_statements(kept))
}

fn check_names(document: &PolicyDocument, principals: &[String], statements: &[String]) -> Result<(), String> {
    let there = document.statements();
    let values: BTreeSet<&str> =
        there.iter().flat_map(|statement| statement.principals.values()).filter_map(value).collect();
    if let Some(unknown) = principals.iter().find(|name| !values.contains(name.as_str())) {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        let values = if values.is_empty() { "none by name".to_owned() } else { listed(&values, "and") };
        return Err(format!("the policy has no principal {}; it has {values}", quoted(unknown)));
    }
    let is_there = |name: &String| {
        there
            .iter()
            .any(|one| one.sid == Some(name) || *name == format!("statement {}", one.number) || *name == one.name())
    };
    if let Some(unknown) = statements.iter().find(|name| !is_there(name)) {
        let names: Vec<String> = there.iter().map(Statement::name).collect();
        let names = if names.is_empty() { "none".to_owned() } else { listed(&names, "and") };
        return Err(format!("the policy has no statement {}; it has {names}", quoted(unknown)));
    }
    Ok(())
}

fn value<'a>(principal: &Principal<'a>) -> Option<&'a str> {
    match *principal {
        Principal::Anybody => None,
        Principal::Aws(name)
        | Principal::Service(name)
        | Principal::Federated(name)
        | Principal::CanonicalUser(name) => Some(name),
    }
}

/// `None`: nobody is left whom the statement is about.
fn without_principals(json: &Map<String, Value>, names: &[String], statement: &str) -> Result<Option<Value>, String> {
    let mut json = json.clone();
    for element in ["Principal", "NotPrincipal"] {
        let Some(Value::Object(kinds)) = json.get_mut(element) else { continue };
        let mut left = Map::new();
        for (kind, values) in std::mem::take(kinds) {
            let is_kept = |value: &&Value| !value.as_str().is_some_and(|value| names.iter().any(|name| name == value));
            let kept: Vec<Value> = elements(&values).iter().filter(is_kept).cloned().collect();
            if kept.len() == elements(&values).len() {
                left.insert(kind, values);
            } else if !kept.is_empty() {
                left.insert(kind, Value::Array(kept));
            }
        }
        if left.is_empty() && element == "NotPrincipal" {
            return Err(format!(
                "{statement} would have no NotPrincipal left, and so reach everybody: leave it out as a whole"
            ));
        }
        if left.is_empty() {
            return Ok(None);
        }
        *kinds = left;
    }
    Ok(Some(Value::Object(json)))
}

/// The principals that are unique ids: what AWS shows in the place of a role, a user or a group that was deleted, and does
/// not take back.
///
/// Source: AWS IAM User Guide, "IAM identifiers", unique ID prefixes.
#[must_use]
pub fn gone_principals(document: &PolicyDocument) -> Vec<String> {
    let mut gone: Vec<String> = vec![];
    for statement in document.json_statements() {
        let kinds = ["Principal", "NotPrincipal"].into_iter().filter_map(|element| statement.get(element)?.get("AWS"));
        for name in kinds.filter_map(strings).flatten() {
            if is_unique_id(name) && !gone.iter().any(|there| there == name) {
                gone.push(name.to_owned());
            }
        }
    }
    gone
}
