//! The text of a policy as somebody put it.

use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A policy of a bucket or a queue, kept as the text that was put.
///
/// Two are equal if they say the same JSON, or are the same text. In a world's JSON it is an object if the text is one.
#[derive(Clone, Debug, Eq)]
pub struct PolicyText(String);

impl PolicyText {
    fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.0).ok().filter(Value::is_object)
    }
}

impl PartialEq for PolicyText {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.json().is_some_and(|json| other.json() == Some(json))
    }
}

impl Deref for PolicyText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for PolicyText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for PolicyText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A string stands for its text, everything else for its JSON.
impl From<Value> for PolicyText {
    fn from(policy: Value) -> Self {
        match policy {
            Value::String(text) => Self(text),
            policy => Self(policy.to_string()),
        }
    }
}

impl Serialize for PolicyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.json() {
            Some(json) => json.serialize(serializer),
            None => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for PolicyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            policy @ (Value::String(_) | Value::Object(_)) => Ok(policy.into()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                Err(serde::de::Error::custom("a policy is an object, a string or null"))
            }
        }
    }
}
