//! What was done to a policy, and what is there afterwards.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{LockOutKind, StoredKey};
use crate::{AccountId, Pin, Sha256, ids::unlock::UnlockId, people::Person, policy::PolicyText};

/// What became of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplyOutcome {
    /// AWS took it, or a fresh read shows it.
    Changed,
    /// An earlier attempt of this very request changed it.
    AlreadyChanged,
    NotChanged,
    /// AWS did not say, and nothing could be read afterwards.
    Unknown,
}

/// What a fresh read shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyState {
    AsPlanned,
    AsBefore,
    SomethingElse,
    /// It could not be read.
    Unknown,
}

impl PolicyState {
    /// What a policy that reads `now` is, where a change from `before` to `after` was planned.
    #[must_use]
    pub fn of(now: Option<&PolicyText>, before: Option<&PolicyText>, after: Option<&PolicyText>) -> Self {
        if is_same_policy(now, after) {
            Self::AsPlanned
        } else if is_same_policy(now, before) {
            Self::AsBefore
        } else {
            Self::SomethingElse
        }
    }

    /// Completes "the policy …".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AsPlanned => "is as it was planned",
            Self::AsBefore => "is as it was before",
            Self::SomethingElse => "is neither what it was before nor what was planned",
            Self::Unknown => "could not be read, so what it is now is not known",
        }
    }
}

/// What `apply` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlockResult {
    pub unlock: UnlockId,
    pub plan: Pin,
    pub at: Timestamp,
    /// None: this deployment asks for no approval.
    pub approved_by: Option<Person>,
    pub outcome: ApplyOutcome,
    pub state: PolicyState,
    /// The policy as it was before; none where nothing was stored, and so nothing changed.
    pub stored: Option<StoredKey>,
    pub summary: String,
    /// What can be asked for next: how to undo it, or what is possible where AWS refused.
    pub advice: Vec<String>,
}

/// What a later look showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlockVerified {
    pub unlock: UnlockId,
    pub plan: Pin,
    pub at: Timestamp,
    pub attempt: u32,
    pub state: PolicyState,
    pub sha256: Sha256,
    /// Who is locked out now.
    pub verdict: LockOutKind,
}

/// Whether two texts are the same policy.
///
/// Why not the same text: AWS gives a policy back without its white space, an account's id as its root's ARN, and a list
/// of one as it pleases.
#[must_use]
pub fn is_same_policy(one: Option<&PolicyText>, other: Option<&PolicyText>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            let read =
                |policy: &PolicyText| serde_json::from_str::<Value>(policy.as_str()).map(|value| normal(None, &value));
            one == other || matches!((read(one), read(other)), (Ok(one), Ok(other)) if one == other)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// A policy's JSON in one of the forms that mean the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Normal {
    Text(String),
    List(Vec<Normal>),
    Object(BTreeMap<String, Normal>),
}

/// `key`: the field whose value this is, or is an element of.
fn normal(key: Option<&str>, value: &Value) -> Normal {
    match value {
        Value::String(text) if key == Some("AWS") && text.parse::<AccountId>().is_ok() => {
            // Why always the partition `aws`: an account's id is written the same way on both sides of the comparison.
            Normal::Text(format!("arn:aws:iam::{text}:root"))
        }
        Value::String(text) => Normal::Text(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => Normal::Text(value.to_string()),
        Value::Array(values) => {
            let mut values: Vec<Normal> = values.iter().map(|value| normal(key, value)).collect();
            // INVARIANT: the order of statements counts, since people know them by it; that of every other list does not.
            if key != Some("Statement") {
                values.sort();
            }
            if values.len() == 1 { values.pop().unwrap_or(Normal::List(Vec::new())) } else { Normal::List(values) }
        }
        Value::Object(fields) => {
            Normal::Object(fields.iter().map(|(key, value)| (key.clone(), normal(Some(key), value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        is_same_policy(Some(&one.to_owned().into()), Some(&other.to_owned().into()))
    }

    #[test]
    fn knows_a_policy_again_in_the_forms_that_aws_gives_it() {
        let before = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": {"AWS": ["111122223333", "arn:aws:iam::444455556666:role/a"]}, "Action": ["s3:*"]}}"#;
        let after = r#"{"Version":"2012-10-17","Statement":[{"Action":"s3:*","Effect":"Deny","Principal":{"AWS":["arn:aws:iam::444455556666:role/a","arn:aws:iam::111122223333:root"]}}]}"#;
        assert!(same(before, after));
    }

    #[test]
    fn tells_different_policies_apart() {
        let policy = r#"{"Statement":[{"Effect":"Deny","Action":"s3:*"},{"Effect":"Allow","Action":"s3:GetObject"}]}"#;
        for other in [
            r#"{"Statement":[{"Effect":"Allow","Action":"s3:GetObject"},{"Effect":"Deny","Action":"s3:*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":"s3:*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":"s3:*"},{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"]}]}"#,
            "not JSON",
        ] {
            assert!(!same(policy, other), "{other}");
        }
        assert!(same("not JSON", "not JSON") && !same("not JSON", "nor this"));
        assert!(!is_same_policy(None, Some(&policy.to_owned().into())) && is_same_policy(None, None));
    }
}
