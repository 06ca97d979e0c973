//! Reading our own inputs strictly: an unknown field, mode or action is refused with its name.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::text::visible;

/// A value that is not what its place expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {expected}")]
pub struct InvalidValue {
    value: String,
    expected: &'static str,
}

impl InvalidValue {
    /// Keeps at most 80 characters of the value, on one line: it ends up in an error and a log.
    #[must_use]
    pub fn new(value: &str, expected: &'static str) -> Self {
        let value = value.chars().take(80).flat_map(char::escape_default).collect();
        Self { value, expected }
    }
}

/// An input that was refused. One line, naming the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {what}: {why}")]
pub struct InvalidInput {
    what: &'static str,
    why: String,
}

impl InvalidInput {
    #[must_use]
    pub fn new(what: &'static str, why: impl ToString) -> Self {
        Self { what, why: why.to_string() }
    }
}

/// Reads `input` as a `T`; `what` names the input in the refusal.
///
/// # Errors
/// `InvalidInput` with the path of the offending field.
pub fn parse<T: DeserializeOwned>(what: &'static str, input: Value) -> Result<T, InvalidInput> {
    serde_path_to_error::deserialize(input).map_err(|error| {
        let path = error.path().to_string();
        let why = one_line(&error.into_inner().to_string());
        if path == "." { InvalidInput::new(what, why) } else { InvalidInput::new(what, format!("`{path}`: {why}")) }
    })
}

/// A text that came from outside, on one line, of bounded length, with every character seen.
#[must_use]
pub fn one_line(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect();
    visible(&line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[expect(dead_code, reason = "only parsed")]
        account: crate::AccountId,
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        let error = parse::<Example>("request", json!({"account": "11112222333"})).unwrap_err();
        assert_eq!(error.to_string(), "invalid request: `account`: `11112222333` is not an account id (12 digits)");
    }

    #[test]
    fn refuses_an_unknown_field_by_its_name() {
        let error = parse::<Example>("request", json!({"account": "111122223333", "dry_run": true})).unwrap_err();
        assert_eq!(error.to_string(), "invalid request: `dry_run`: unknown field `dry_run`, expected `account`");
    }

    #[test]
    fn refuses_what_is_not_an_object() {
        let error = parse::<Example>("request", json!("delete everything")).unwrap_err();
        assert!(error.to_string().starts_with("invalid request: invalid type: string"), "{error}");
    }
}
