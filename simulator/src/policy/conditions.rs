//! The Condition block of a statement.

use std::collections::BTreeMap;

use serde_json::Value;

use super::context;
use super::context::Context;
use super::holds::Holds;
use super::one_or_many::OneOrMany;
use super::operators::{Comparison, comparison, is_of_type};

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

/// How a request's values are compared was captured from IAM (September 2026): radkawar/stackd
/// `testdata/aws/iam/condition_{ip,sets,strings,values}.json`; a table of it lies with the policy analysis.
fn holds(operator: &str, key: &str, values: &OneOrMany<Value>, context: &Context) -> Holds {
    let found = context.get(key);
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
    // Why before the key is looked at: a value that cannot be read is no less so where the key is missing.
    if values.iter().any(|value| compare(value, "").is_none()) {
        return Holds::Unreadable;
    }
    // A value of another type meets neither an operator nor its negation.
    let matches = |found: &String| is_of_type(operator, found) && matches_one_of(compare, &values, found) != negated;
    match (quantifier, found) {
        (Some("ForAllValues"), None) => Holds::Yes,
        (Some("ForAllValues"), Some(found)) => Holds::from(found.iter().all(matches)),
        (Some("ForAnyValue"), None) => Holds::from(if_exists),
        (None, None) => Holds::from(negated || if_exists),
        // Without a quantifier a key of several values meets nothing.
        (None, Some(_)) if context::has_several_values(key) => Holds::No,
        (Some("ForAnyValue") | None, Some(found)) => Holds::from(found.iter().any(matches)),
        (Some(_), _) => Holds::Unreadable,
    }
}

fn matches_one_of(compare: Comparison, values: &[String], found: &str) -> bool {
    values.iter().any(|value| compare(value, found) == Some(true))
}

fn null(quantifier: Option<&str>, if_exists: bool, values: &[String], missing: bool) -> Holds {
    match (quantifier, if_exists, values) {
        (None, false, [value]) if value.eq_ignore_ascii_case("true") => Holds::from(missing),
        (None, false, [value]) if value.eq_ignore_ascii_case("false") => Holds::from(!missing),
        _ => Holds::Unreadable,
    }
}

/// The values as texts, variables filled in; `None` if one is neither text, number nor boolean.
fn texts(values: &OneOrMany<Value>, context: &Context) -> Option<Vec<String>> {
    values
        .as_slice()
        .iter()
        .map(|value| match value {
            Value::String(text) => context.substitute(text),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        })
        .collect()
}
