//! What people say in a request: why, and the ticket that it belongs to.

use serde::{Deserialize, Serialize};

use crate::text::checked_text;

/// Why a person wants something, in their own words: 1 to 1000 characters, not blank.
///
/// Without control characters, since others read it in their terminals before they decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Reason(String);

impl Reason {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = &'static str;

    fn try_from(reason: String) -> Result<Self, &'static str> {
        if reason.trim().is_empty() {
            return Err("a reason is needed");
        }
        if reason.chars().any(|character| character.is_control() && !character.is_whitespace()) {
            return Err("a reason has no control characters");
        }
        if reason.chars().count() > 1000 {
            return Err("a reason has 1000 characters at most");
        }
        Ok(Self(reason))
    }
}

checked_text! {
    /// The ticket that the request belongs to, in the words of the organization.
    Ticket, expects "a ticket (1 to 100 printable characters on one line)",
    |value| {
        !value.trim().is_empty() && value.chars().count() <= 100 && !value.chars().any(char::is_control)
    }
}
