//! Accounts in which nothing is deleted, each with the reason why.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::Error};
use serde_json::Value;

use crate::{AccountId, input::InvalidInput};

/// Why nothing is deleted in an account, and until when. Written as a reason alone, or as `{"reason": …, "until": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exemption {
    pub reason: String,
    /// From this moment on the exemption no longer counts; without it, it never ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl<'de> Deserialize<'de> for Exemption {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Dated {
            reason: String,
            until: Option<Timestamp>,
        }

        // Why through a value: an untagged enum would not name the field that is wrong.
        let Dated { reason, until } = match Value::deserialize(deserializer)? {
            Value::String(reason) => Dated { reason, until: None },
            other => serde_json::from_value(other).map_err(D::Error::custom)?,
        };
        if reason.trim().is_empty() {
            return Err(D::Error::custom("an exemption needs a reason"));
        }
        Ok(Self { reason, until })
    }
}

impl Exemption {
    fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// Where the exemptions lie that people write into the bucket, one object for each account.
pub const PREFIX: &str = "exemptions/";

/// Where the exemption of an account lies in the bucket.
#[must_use]
pub fn key(account: AccountId) -> String {
    format!("{PREFIX}{account}.json")
}

/// The account that an object under [`PREFIX`] is about.
///
/// # Errors
/// A name that says none: what cannot be read may have been meant to protect an account.
pub fn account_of(key: &str) -> Result<AccountId, InvalidInput> {
    let name = key.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(".json")).unwrap_or_default();
    name.parse().map_err(|_| InvalidInput::new("exemptions", format!("`{key}` is not named after an account")))
}

/// Exempt accounts, by the deployment and by people. An account is exempt if either says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exemptions(BTreeMap<AccountId, Vec<Exemption>>);

impl Exemptions {
    /// Reads `{"111122223333": "why", "444455556666": {"reason": "why", "until": "2026-12-31T00:00:00Z"}, …}`.
    ///
    /// # Errors
    /// Anything else, a duplicate account and an empty reason are refused: with exemptions that cannot be read,
    /// nothing may be deleted.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let entries: Entries =
            serde_json::from_str(text).map_err(|error| InvalidInput::new("exemptions", error.to_string()))?;
        let mut exemptions = BTreeMap::new();
        for (account, exemption) in entries.0 {
            if exemptions.insert(account, vec![exemption]).is_some() {
                return Err(InvalidInput::new("exemptions", format!("account `{account}` stands there twice")));
            }
        }
        Ok(Self(exemptions))
    }

    /// Adds what somebody wrote into the bucket.
    pub fn add(&mut self, account: AccountId, exemption: Exemption) {
        self.0.entry(account).or_default().push(exemption);
    }

    /// Why nothing is deleted in `account`, if it is exempt at `now`.
    #[must_use]
    pub fn reason(&self, account: AccountId, now: Timestamp) -> Option<&str> {
        let exemptions = self.0.get(&account)?;
        exemptions.iter().find(|exemption| exemption.holds(now)).map(|exemption| exemption.reason.as_str())
    }
}

/// The entries as they stand in the text: a JSON object would silently keep the last of two equal keys.
struct Entries(Vec<(AccountId, Exemption)>);

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
    fn knows_why_an_account_is_exempt_and_until_when() {
        let text = r#"{"111122223333": "break-glass", "444455556666": {"reason": "recovery", "until": "2026-11-22T02:00:00Z"}}"#;
        let exemptions = Exemptions::parse(text).unwrap();
        let reason = |account: &str, now: &str| exemptions.reason(account.parse().unwrap(), now.parse().unwrap());
        assert_eq!(reason("111122223333", "2099-01-01T00:00:00Z"), Some("break-glass"));
        assert_eq!(reason("444455556666", "2026-11-22T01:59:59Z"), Some("recovery"));
        assert_eq!(reason("444455556666", "2026-11-22T02:00:00Z"), None);
        assert_eq!(reason("777788889999", "2026-11-22T02:00:00Z"), None);
    }

    #[test]
    fn an_account_is_exempt_if_either_source_says_so() {
        let account: AccountId = "111122223333".parse().unwrap();
        let mut exemptions =
            Exemptions::parse(r#"{"111122223333": {"reason": "old", "until": "2020-01-01T00:00:00Z"}}"#).unwrap();
        exemptions.add(account, Exemption { reason: "new".into(), until: None });
        assert_eq!(exemptions.reason(account, "2026-11-22T02:00:00Z".parse().unwrap()), Some("new"));
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
            r#"{"111122223333": {"reason": "a", "til": "2026-11-22T02:00:00Z"}}"#,
            r#"{"111122223333": {"reason": "a", "until": "tomorrow"}}"#,
            r#"{"111122223333": {"until": "2026-11-22T02:00:00Z"}}"#,
            r#"{"111122223333": "a", "111122223333": "b"}"#,
        ] {
            assert!(Exemptions::parse(wrong).is_err(), "{wrong}");
        }
        assert!(account_of("exemptions/README.md").is_err());
        assert_eq!(account_of(&key("111122223333".parse().unwrap())), Ok("111122223333".parse().unwrap()));
    }
}
