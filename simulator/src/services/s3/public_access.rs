//! Whether S3 would call a policy public.
//!
//! Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of 'public'": an Allow
//! for everyone, unless one of some condition keys is held to fixed values.

use serde_json::Value;

/// The keys that tie an Allow down; in lower case.
const RESTRICTING_KEYS: [&str; 16] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

pub(super) fn is_public(document: &Value) -> bool {
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    };
    statements.iter().any(is_public_statement)
}

fn is_public_statement(statement: &Value) -> bool {
    let means_everyone = match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (_, Some(_)) => true,
        (Some(Value::Object(kinds)), None) => kinds.get("AWS").is_some_and(names_everyone),
        (Some(principal), None) => names_everyone(principal),
        (None, None) => false,
    };
    statement.get("Effect").and_then(Value::as_str) == Some("Allow") && means_everyone && !is_restricted(statement)
}

fn names_everyone(names: &Value) -> bool {
    texts(names).any(|name| name == "*")
}

fn is_restricted(statement: &Value) -> bool {
    let Some(operators) = statement.get("Condition").and_then(Value::as_object) else { return false };
    operators.iter().any(|(operator, keys)| {
        let operator = operator.strip_prefix("ForAnyValue:").unwrap_or(operator);
        let ties_down = matches!(
            operator,
            "StringEquals" | "StringEqualsIgnoreCase" | "StringLike" | "ArnEquals" | "ArnLike" | "IpAddress"
        );
        ties_down
            && keys.as_object().is_some_and(|keys| {
                keys.iter().any(|(key, values)| {
                    let key = key.to_ascii_lowercase();
                    RESTRICTING_KEYS.contains(&key.as_str()) && texts(values).all(|value| is_fixed(operator, value))
                })
            })
    })
}

/// Whether a value says who or where: no wildcard, no variable, no range wider than /8 (IPv6: /32).
fn is_fixed(operator: &str, value: &str) -> bool {
    if operator != "IpAddress" {
        // An ARN with a wildcard in its last field still says the account.
        let of_arn = value.rsplit_once(':').filter(|_| value.starts_with("arn:"));
        let fixed = of_arn.map_or(value, |(account, _)| account);
        return !fixed.contains(['*', '?']) && !value.contains("${");
    }
    let widest = if value.contains(':') { 32 } else { 8 };
    value.split_once('/').is_none_or(|(_, prefix)| prefix.parse::<u32>().is_ok_and(|prefix| prefix >= widest))
}

fn texts(values: &Value) -> impl Iterator<Item = &str> {
    let values = match values {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    values.iter().filter_map(Value::as_str)
}
