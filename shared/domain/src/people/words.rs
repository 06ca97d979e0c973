//! What people say in a request: why, and the ticket that it belongs to.

use serde::{Deserialize, Serialize};

use crate::text::{checked_text, visible};

/// Why a person wants something, in their own words: 1 to 1000 characters, not blank.
///
/// On one line, and without what is not seen or turns other text around: others read it in mails, in the chat and in their
/// terminals before they decide, and none of it may pass for a line of ours.
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
        if hides(&reason) {
            return Err("a reason is one line, without control characters and characters that are not seen");
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
        !value.trim().is_empty() && value.chars().count() <= 100 && !hides(value)
    }
}

/// Whether a screen could show another text than this one, or this one on more than one line.
fn hides(text: &str) -> bool {
    visible(text) != text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_is_one_line_of_which_everything_is_seen() {
        for hidden in [
            '\n', '\r', '\u{b}', '\u{c}', '\t', '\u{85}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}', '\u{200b}',
            '\u{1b}',
        ] {
            let text = format!("moved{hidden}Approved by: jane");
            let refused = Reason::try_from(text.clone()).unwrap_err();
            assert!(refused.contains("one line"), "{hidden:?}: {refused}");
            let refused = text.parse::<Ticket>().unwrap_err().to_string();
            assert!(refused.contains("on one line") && !refused.contains(hidden), "{hidden:?}: {refused}");
        }
        for seen in
            ["moved to a *role* <at last> & [more](https://example.com)", "Schlüssel ist weg – 日本語, हिन्दी", "CHG-1"]
        {
            assert_eq!(Reason::try_from(seen.to_owned()).unwrap().as_str(), seen);
            assert_eq!(seen.parse::<Ticket>().unwrap().as_str(), seen);
        }
    }
}
