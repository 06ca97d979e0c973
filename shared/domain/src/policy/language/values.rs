//! The JSON of policies: one string may stand where a list may.

use serde_json::{Map, Value};

/// The members of a list, or the one value that stands for such a list.
pub(in crate::policy) fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        single => std::slice::from_ref(single),
    }
}

/// A string, or a list of strings with at least one.
pub(in crate::policy) fn strings(value: &Value) -> Option<Vec<&str>> {
    let values: Option<Vec<&str>> = elements(value).iter().map(Value::as_str).collect();
    values.filter(|values| !values.is_empty())
}

pub(in crate::policy) fn list(values: impl IntoIterator<Item = impl Into<String>>) -> Value {
    Value::Array(values.into_iter().map(|value| Value::String(value.into())).collect())
}

/// A copy in which one element has another name and value, at the place where it stood.
pub(in crate::policy) fn with_element(
    object: &Map<String, Value>,
    name: &str,
    new_name: &str,
    new_value: &Value,
) -> Value {
    let replaced = object.iter().map(|(key, value)| {
        if key == name { (new_name.to_owned(), new_value.clone()) } else { (key.clone(), value.clone()) }
    });
    Value::Object(replaced.collect())
}

pub(in crate::policy) fn not_strings() -> String {
    "is neither a string nor a list of strings".to_owned()
}
