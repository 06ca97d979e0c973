//! Reading our own inputs strictly: an unknown field, mode or action is refused with its name.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::line::one_line;

/// A value that is not what its place expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is {why}")]
pub struct ValueError {
    value: String,
    why: Cow<'static, str>,
}

/// How much of a value is shown: the longest ARN of a queue (126 characters) is, whole.
const SHOWN: usize = 160;

impl ValueError {
    /// Keeps the beginning of the value, on one line: it ends up in an error and a log.
    #[must_use]
    pub fn new(value: &str, expected: &'static str) -> Self {
        Self::because(value, format!("not {expected}"))
    }

    /// A value that is something else, which is known: `why` completes "it is …", and says what to give instead.
    #[must_use]
    pub fn because(value: &str, why: impl Into<Cow<'static, str>>) -> Self {
        let mut shown: String = value.chars().take(SHOWN).flat_map(char::escape_default).collect();
        if value.chars().nth(SHOWN).is_some() {
            shown.push('…');
        }
        Self { value: shown, why: why.into() }
    }
}

/// An input that was refused. One line, naming the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {what}: {why}")]
pub struct InputError {
    what: &'static str,
    why: String,
}

impl InputError {
    #[must_use]
    pub fn new(what: &'static str, why: impl ToString) -> Self {
        Self { what, why: why.to_string() }
    }
}

/// Reads `input` as a `T`; `what` names the input in the refusal.
///
/// # Errors
/// `InputError` with the path of the offending field.
pub fn parse<T: DeserializeOwned>(what: &'static str, input: Value) -> Result<T, InputError> {
    serde_path_to_error::deserialize(input).map_err(|error| {
        let path = error.path().to_string();
        let why = one_line(&error.into_inner().to_string());
        // What is wrong with a field's name says the name itself; where it stands is then said once.
        let place = if why.starts_with("unknown field ") {
            path.rsplit_once('.').map_or(".", |(place, _)| place)
        } else {
            &path
        };
        if place == "." { InputError::new(what, why) } else { InputError::new(what, format!("`{place}`: {why}")) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::checked_text;
    use serde_json::json;

    checked_text! {
        AccountId, expects "an account id (12 digits)",
        |value| value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit())
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[expect(dead_code, reason = "only parsed")]
        account: AccountId,
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        let error = parse::<Example>("request", json!({"account": "11112222333"})).unwrap_err();
        assert_eq!(error.to_string(), "invalid request: `account`: `11112222333` is not an account id (12 digits)");
    }

    #[test]
    fn refuses_an_unknown_field_by_its_name() {
        let error = parse::<Example>("request", json!({"account": "111122223333", "dry_run": true})).unwrap_err();
        assert_eq!(error.to_string(), "invalid request: unknown field `dry_run`, expected `account`");
    }

    #[test]
    fn a_value_that_is_too_long_to_be_shown_says_that_it_goes_on() {
        let value = "x".repeat(SHOWN);
        assert_eq!(ValueError::new(&value, "an id").to_string(), format!("`{value}` is not an id"));
        assert_eq!(ValueError::new(&format!("{value}x"), "an id").to_string(), format!("`{value}…` is not an id"));
    }

    #[test]
    fn refuses_what_is_not_an_object() {
        let error = parse::<Example>("request", json!("delete everything")).unwrap_err();
        assert!(error.to_string().starts_with("invalid request: invalid type: string"), "{error}");
    }
}
