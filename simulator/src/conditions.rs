//! The Condition block of a statement.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::policy::{OneOrMany, wildcard_matches};

/// Whether something in a statement holds for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Yes,
    No,
    /// Not understood: an Allow must not match by it, a Deny must.
    Unreadable,
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Holds {
    /// No beats Unreadable: a part that surely does not hold settles the statement.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unreadable, _) | (_, Self::Unreadable) => Self::Unreadable,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unreadable => Self::Unreadable,
        }
    }
}

/// The condition keys of a request (names in lower case), each with its one value.
type Context = BTreeMap<&'static str, String>;

/// Whether a whole Condition block holds: every operator, for every key.
pub(crate) fn hold(block: &BTreeMap<String, BTreeMap<String, OneOrMany<Value>>>, context: &Context) -> Holds {
    let mut all = Holds::Yes;
    for (operator, keys) in block {
        for (key, values) in keys {
            all = all.and(holds(operator, key, values, context));
        }
    }
    all
}

fn holds(operator: &str, key: &str, values: &OneOrMany<Value>, context: &Context) -> Holds {
    let found = context.get(key.to_ascii_lowercase().as_str());
    let Some(values) = texts(values, context) else { return Holds::Unreadable };
    let (quantifier, operator) = match operator.split_once(':') {
        Some((quantifier, operator)) => (Some(quantifier), operator),
        None => (None, operator),
    };
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    if operator == "Null" {
        return null(quantifier, if_exists, &values, found.is_none());
    }
    let Some((compare, negated)) = comparison(operator) else { return Holds::Unreadable };
    // Why: every key of ours has one value, so ForAnyValue and ForAllValues differ only where the key is missing.
    let when_missing = match (quantifier, if_exists) {
        (Some("ForAllValues"), _) | (None, true) => true,
        (Some("ForAnyValue"), _) => false,
        (None, false) => negated,
        (Some(_), _) => return Holds::Unreadable,
    };
    match found {
        None => Holds::from(when_missing),
        Some(found) => Holds::from(values.iter().any(|value| compare(value, found)) != negated),
    }
}

fn null(quantifier: Option<&str>, if_exists: bool, values: &[String], missing: bool) -> Holds {
    match (quantifier, if_exists, values) {
        (None, false, [value]) if value.eq_ignore_ascii_case("true") => Holds::from(missing),
        (None, false, [value]) if value.eq_ignore_ascii_case("false") => Holds::from(!missing),
        _ => Holds::Unreadable,
    }
}

/// Compares a policy's value with a request's.
type Comparison = fn(&str, &str) -> bool;

/// The comparison of an operator, and whether the operator negates it.
fn comparison(operator: &str) -> Option<(Comparison, bool)> {
    let comparison: (Comparison, bool) = match operator {
        "StringEquals" => (|value, found| value == found, false),
        "StringNotEquals" => (|value, found| value == found, true),
        "Bool" | "StringEqualsIgnoreCase" => (str::eq_ignore_ascii_case, false),
        "StringNotEqualsIgnoreCase" => (str::eq_ignore_ascii_case, true),
        "StringLike" => (wildcard_matches, false),
        "StringNotLike" => (wildcard_matches, true),
        // The two forms of Arn operators behave alike.
        "ArnEquals" | "ArnLike" => (arn_matches, false),
        "ArnNotEquals" | "ArnNotLike" => (arn_matches, true),
        _ => return None,
    };
    Some(comparison)
}

/// Matches the six fields of an ARN one by one, so that a wildcard does not reach across a colon.
fn arn_matches(pattern: &str, arn: &str) -> bool {
    let patterns: Vec<&str> = pattern.splitn(6, ':').collect();
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    patterns.len() == 6
        && fields.len() == 6
        && patterns.iter().zip(fields).all(|(pattern, field)| wildcard_matches(pattern, field))
}

/// The values as texts, variables filled in; `None` if one is neither text, number nor boolean.
fn texts(values: &OneOrMany<Value>, context: &Context) -> Option<Vec<String>> {
    values
        .as_slice()
        .iter()
        .map(|value| match value {
            Value::String(text) => substitute(text, context),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        })
        .collect()
}

/// Fills in policy variables such as `${aws:PrincipalAccount}`; `None` if one is unknown.
pub(crate) fn substitute(text: &str, context: &Context) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, variable)) = rest.split_once("${") {
        let (name, after) = variable.split_once('}')?;
        filled.push_str(before);
        match name {
            "*" | "?" | "$" => filled.push_str(name),
            name => filled.push_str(context.get(name.to_ascii_lowercase().as_str())?),
        }
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}
