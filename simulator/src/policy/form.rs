//! The form of a resource policy, as S3 and SQS check it before they take one.

use serde_json::{Map, Value};

/// What is wrong with a document's form.
pub(crate) enum Rejection {
    Missing(&'static str),
    NoStatement,
    Version,
    Unknown(String),
    Effect(String),
    Form,
}

/// What a service checks in a statement.
pub(crate) struct CheckedStatement<'a> {
    /// Kind and name, e.g. `AWS` and an ARN; `*` alone stands as kind `AWS`.
    pub(crate) principals: Vec<(&'a str, &'a str)>,
    pub(crate) actions: Vec<&'a str>,
    pub(crate) resources: Vec<&'a str>,
    /// `Action`, not `NotAction`.
    pub(crate) names_actions: bool,
    /// `Resource`, not `NotResource`.
    pub(crate) names_resources: bool,
}

/// The statements of a document, each with all its elements.
pub(crate) fn checked_statements(document: &Value) -> Result<Vec<CheckedStatement<'_>>, Rejection> {
    let document = document.as_object().ok_or(Rejection::Form)?;
    reject_unknown(document, &["Version", "Id", "Statement"])?;
    if document.get("Version").is_some_and(|version| version != "2012-10-17" && version != "2008-10-17") {
        return Err(Rejection::Version);
    }
    let statements = match document.get("Statement").ok_or(Rejection::Missing("Statement"))? {
        Value::Array(statements) if statements.is_empty() => return Err(Rejection::NoStatement),
        Value::Array(statements) => statements.as_slice(),
        statement => std::slice::from_ref(statement),
    };
    statements.iter().map(read).collect()
}

fn read(statement: &Value) -> Result<CheckedStatement<'_>, Rejection> {
    let statement = statement.as_object().ok_or(Rejection::Form)?;
    let elements =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    reject_unknown(statement, &elements)?;
    match statement.get("Effect").ok_or(Rejection::Missing("Effect"))?.as_str() {
        Some("Allow" | "Deny") => {}
        Some(effect) => return Err(Rejection::Effect(effect.to_owned())),
        None => return Err(Rejection::Form),
    }
    let (principals, _) = one_of(statement, "Principal", "NotPrincipal")?;
    let (actions, names_actions) = one_of(statement, "Action", "NotAction")?;
    let (resources, names_resources) = one_of(statement, "Resource", "NotResource")?;
    Ok(CheckedStatement {
        principals: read_principals(principals)?,
        actions: texts(actions)?,
        resources: texts(resources)?,
        names_actions,
        names_resources,
    })
}

/// The one of two elements that is there, and whether it is the first.
fn one_of<'a>(
    statement: &'a Map<String, Value>,
    name: &'static str,
    negated: &str,
) -> Result<(&'a Value, bool), Rejection> {
    match (statement.get(name), statement.get(negated)) {
        (Some(value), None) => Ok((value, true)),
        (None, Some(value)) => Ok((value, false)),
        (Some(_), Some(_)) => Err(Rejection::Form),
        (None, None) => Err(Rejection::Missing(name)),
    }
}

fn read_principals(element: &Value) -> Result<Vec<(&str, &str)>, Rejection> {
    if element == "*" {
        return Ok(vec![("AWS", "*")]);
    }
    let kinds = element.as_object().ok_or(Rejection::Form)?;
    let mut principals = Vec::new();
    for (kind, names) in kinds {
        principals.extend(texts(names)?.into_iter().map(|name| (kind.as_str(), name)));
    }
    Ok(principals)
}

fn reject_unknown(object: &Map<String, Value>, known: &[&str]) -> Result<(), Rejection> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(Rejection::Unknown(unknown.clone())),
        None => Ok(()),
    }
}

fn texts(value: &Value) -> Result<Vec<&str>, Rejection> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    texts.filter(|texts| !texts.is_empty()).ok_or(Rejection::Form)
}
