//! Accounts in which nothing is deleted, each with the reason why.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{AccountId, input::InvalidInput};

/// Exempt accounts and their reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exemptions(BTreeMap<AccountId, String>);

impl Exemptions {
    /// Reads `{"111122223333": "why", …}`.
    ///
    /// # Errors
    /// Anything else, a duplicate account and an empty reason are refused: with exemptions that cannot be read,
    /// nothing may be deleted.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let entries: Entries =
            serde_json::from_str(text).map_err(|error| InvalidInput::new("exemptions", error.to_string()))?;
        let mut reasons = BTreeMap::new();
        for (account, reason) in entries.0 {
            if reason.trim().is_empty() {
                return Err(InvalidInput::new("exemptions", format!("account `{account}` has no reason")));
            }
            if reasons.insert(account, reason).is_some() {
                return Err(InvalidInput::new("exemptions", format!("account `{account}` stands there twice")));
            }
        }
        Ok(Self(reasons))
    }

    /// Why nothing is deleted in `account`, if it is exempt.
    #[must_use]
    pub fn reason(&self, account: AccountId) -> Option<&str> {
        self.0.get(&account).map(String::as_str)
    }
}

/// The entries as they stand in the text: a JSON object would silently keep the last of two equal keys.
struct Entries(Vec<(AccountId, String)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Entries;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object from account ids to reasons")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_why_an_account_is_exempt() {
        let exemptions = Exemptions::parse(r#"{"111122223333": "break-glass"}"#).unwrap();
        assert_eq!(exemptions.reason("111122223333".parse().unwrap()), Some("break-glass"));
        assert_eq!(exemptions.reason("444455556666".parse().unwrap()), None);
    }

    #[test]
    fn refuses_what_it_cannot_read_whole() {
        for wrong in [
            "",
            "[]",
            "null",
            r#"{"11112222333": "short id"}"#,
            r#"{"111122223333": " "}"#,
            r#"{"111122223333": 1}"#,
            r#"{"111122223333": "a", "111122223333": "b"}"#,
        ] {
            assert!(Exemptions::parse(wrong).is_err(), "{wrong}");
        }
    }
}
