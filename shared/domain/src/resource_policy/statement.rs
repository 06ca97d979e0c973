//! A statement of a resource policy, read strictly.

use serde_json::{Map, Value};

use super::{
    condition::Condition,
    values::{elements, strings},
    words::quoted,
};

/// A view of one statement.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) sid: Option<&'a str>,
    pub(super) effect: Effect,
    pub(super) principals: Listed<Principal<'a>>,
    pub(super) actions: Listed<&'a str>,
    pub(super) resources: Listed<&'a str>,
    pub(super) conditions: Vec<Condition<'a>>,
    pub(super) json: &'a Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// An element or its `Not…` form.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Listed<T> {
    In(Vec<T>),
    NotIn(Vec<T>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Principal<'a> {
    /// `"*"` and `{"AWS": "*"}`, which mean the same here.
    Anybody,
    /// An account, an ARN, or the unique id that AWS shows for what was deleted.
    Aws(&'a str),
    Service(&'a str),
    Federated(&'a str),
    CanonicalUser(&'a str),
}

impl<T> Listed<T> {
    pub(super) fn values(&self) -> &[T] {
        match self {
            Self::In(values) | Self::NotIn(values) => values,
        }
    }
}

impl<'a> Statement<'a> {
    /// # Errors
    /// Why it is not understood, in one line.
    pub(super) fn read(number: usize, json: &'a Value) -> Result<Self, String> {
        let json = json.as_object().ok_or("it is not an object")?;
        for name in json.keys() {
            let is_known = matches!(
                name.as_str(),
                "Sid"
                    | "Effect"
                    | "Principal"
                    | "NotPrincipal"
                    | "Action"
                    | "NotAction"
                    | "Resource"
                    | "NotResource"
                    | "Condition"
            );
            if !is_known {
                return Err(format!("it has an unknown element {}", quoted(name)));
            }
        }
        let sid = json.get("Sid").map(|sid| sid.as_str().ok_or("its Sid is not a string")).transpose()?;
        let effect = match json.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            Some(_) | None => return Err("its Effect is neither Allow nor Deny".to_owned()),
        };
        Ok(Self {
            number,
            sid,
            effect,
            principals: element(json, "Principal", "NotPrincipal", principals)?,
            actions: element(json, "Action", "NotAction", |value| strings(value).ok_or_else(not_strings))?,
            resources: element(json, "Resource", "NotResource", |value| strings(value).ok_or_else(not_strings))?,
            conditions: json.get("Condition").map(Condition::read_all).transpose()?.unwrap_or_default(),
            json,
        })
    }

    /// What people find it by: `Sid "DenyAll"`, or `statement 2`.
    pub(super) fn name(&self) -> String {
        match self.sid {
            Some(sid) if !sid.is_empty() => format!("Sid \"{}\"", quoted(sid).trim_matches('`')),
            Some(_) | None => format!("statement {}", self.number),
        }
    }
}

fn not_strings() -> String {
    "is neither a string nor a list of strings".to_owned()
}

/// Reads one of a pair of elements, of which exactly one has to stand there.
fn element<'a, T>(
    json: &'a Map<String, Value>,
    name: &str,
    not_name: &str,
    read: impl Fn(&'a Value) -> Result<Vec<T>, String>,
) -> Result<Listed<T>, String> {
    match (json.get(name), json.get(not_name)) {
        (Some(value), None) => read(value).map(Listed::In).map_err(|why| format!("its {name} {why}")),
        (None, Some(value)) => read(value).map(Listed::NotIn).map_err(|why| format!("its {not_name} {why}")),
        (None, None) => Err(format!("it has neither {name} nor {not_name}")),
        (Some(_), Some(_)) => Err(format!("it has both {name} and {not_name}")),
    }
}

/// Source: AWS IAM User Guide, "AWS JSON policy elements: Principal".
fn principals(value: &Value) -> Result<Vec<Principal<'_>>, String> {
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
