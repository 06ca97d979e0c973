//! A payload that may be anything, so that what is not JSON is refused by us and not by the runtime's own error type.

use rootwarden_domain::text::input::InputError;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::FunctionError;

#[derive(Debug)]
pub(crate) struct Event(Result<Value, String>);

impl Event {
    pub(crate) fn into_json(self) -> Result<Value, FunctionError> {
        self.0.map_err(|why| InputError::new("payload", format!("not JSON: {why}")).into())
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Value::deserialize(deserializer).map_err(|error| error.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rootwarden_domain::ErrorKind;

    #[test]
    fn refuses_what_is_not_json_in_one_line() {
        let event: Event =
            Event::deserialize(&mut serde_json::Deserializer::from_slice(b"delete\neverything")).unwrap();
        let error = event.into_json().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().starts_with("invalid payload: not JSON"), "{error}");
        assert!(!error.to_string().contains('\n'));
    }
}
