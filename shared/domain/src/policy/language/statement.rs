//! A statement of a resource policy, read strictly.

use serde_json::{Map, Value};

use super::{
    condition::Condition,
    principal::{Principal, principals},
    values::{not_strings, strings},
    words::quoted,
};

/// A view of one statement.
#[derive(Debug)]
pub(in crate::policy) struct Statement<'a> {
    /// Counted from 1.
    pub(in crate::policy) number: usize,
    pub(in crate::policy) sid: Option<&'a str>,
    pub(in crate::policy) effect: Effect,
    pub(in crate::policy) principals: Listed<Principal<'a>>,
    pub(in crate::policy) actions: Listed<&'a str>,
    pub(in crate::policy) resources: Listed<&'a str>,
    pub(in crate::policy) conditions: Vec<Condition<'a>>,
    pub(in crate::policy) json: &'a Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Effect {
    Allow,
    Deny,
}

/// An element or its `Not…` form.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::policy) enum Listed<T> {
    In(Vec<T>),
    NotIn(Vec<T>),
}

impl<T> Listed<T> {
    pub(in crate::policy) fn values(&self) -> &[T] {
        match self {
            Self::In(values) | Self::NotIn(values) => values,
        }
    }
}

impl<'a> Statement<'a> {
    /// # Errors
    /// Why it is not understood, in one line.
    pub(in crate::policy) fn read(number: usize, json: &'a Value) -> Result<Self, String> {
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
    pub(in crate::policy) fn name(&self) -> String {
        match self.sid {
            Some(sid) if !sid.is_empty() => format!("Sid \"{}\"", quoted(sid).trim_matches('`')),
            Some(_) | None => format!("statement {}", self.number),
        }
    }
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
