//! Principals of a statement.

use serde_json::Value;

use super::{
    subject::PolicySubject,
    values::{elements, not_strings, strings},
    words::quoted,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Principal<'a> {
    /// `"*"` and `{"AWS": "*"}`, which mean the same here.
    Anybody,
    /// An account, an ARN, or the unique id that AWS shows for what was deleted.
    Aws(&'a str),
    Service(&'a str),
    Federated(&'a str),
    CanonicalUser(&'a str),
}

/// Source: AWS IAM User Guide, "AWS JSON policy elements: Principal".
pub(in crate::policy) fn principals(value: &Value) -> Result<Vec<Principal<'_>>, String> {
    let kinds = match value {
        Value::String(anybody) if anybody == "*" => return Ok(vec![Principal::Anybody]),
        Value::Object(kinds) if !kinds.is_empty() => kinds,
        _ => return Err("is neither `*` nor an object of principals".to_owned()),
    };
    let mut principals = Vec::new();
    for (kind, named) in kinds {
        if elements(named).is_empty() {
            return Err("has an empty list".to_owned());
        }
        for name in strings(named).ok_or_else(not_strings)? {
            principals.push(principal(kind, name)?);
        }
    }
    Ok(principals)
}

fn principal<'a>(kind: &str, name: &'a str) -> Result<Principal<'a>, String> {
    let principal = match kind {
        "AWS" if name == "*" => return Ok(Principal::Anybody),
        "AWS" => Principal::Aws(name),
        "Service" => Principal::Service(name),
        "Federated" => Principal::Federated(name),
        "CanonicalUser" => Principal::CanonicalUser(name),
        unknown => return Err(format!("has an unknown kind {}", quoted(unknown))),
    };
    // Why refused: AWS takes no part of a name as a wildcard here, so what one would mean is unknown.
    if name.contains(['*', '?']) {
        return Err(format!("has a wildcard in {}", quoted(name)));
    }
    Ok(principal)
}

/// Whether it is the owner's account as a whole.
pub(in crate::policy) fn is_owner(name: &str, subject: PolicySubject<'_>) -> bool {
    let PolicySubject { resource: _, owner, partition } = subject;
    name == owner.to_string() || name == format!("arn:{partition}:iam::{owner}:root")
}

pub(in crate::policy) fn is_unique_id(name: &str) -> bool {
    ["AROA", "AIDA", "AGPA", "ANPA"].iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
    })
}
