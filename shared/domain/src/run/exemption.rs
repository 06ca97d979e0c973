//! Accounts in which nothing is deleted, each with the reason why.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::Error};
use serde_json::Value;

use crate::{
    AccountId,
    text::{input::InputError, line::one_line},
};

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

/// What an object says that lies where people write exemptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExemptionObject {
    Readable(Exemption),
    /// Why it cannot be read as an exemption.
    Unreadable(String),
}

/// How much of a key or of an error a reason repeats: it stands beside each credential of each account that is protected.
const SHOWN: usize = 80;

/// Where the exemptions lie that people write into the bucket, one object for each account.
pub const PREFIX: &str = "exemptions/";

/// Where the exemption of an account lies in the bucket.
#[must_use]
pub fn key(account: AccountId) -> String {
    format!("{PREFIX}{account}.json")
}

/// The account that an object under [`PREFIX`] is about; `None` if its name says none.
#[must_use]
pub fn account_of(key: &str) -> Option<AccountId> {
    key.strip_prefix(PREFIX)?.strip_suffix(".json")?.parse().ok()
}

/// Exempt accounts, by the deployment and by people. An account is exempt if either says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exemptions {
    exempt: BTreeMap<AccountId, Vec<Exemption>>,
    /// Objects that are named after an account and cannot be read.
    unreadable: BTreeMap<AccountId, String>,
    /// Objects whose name says no account, by their keys: an exemption, if it can be read as one.
    nameless: BTreeMap<String, Option<Exemption>>,
}

impl Exemptions {
    /// Reads `{"111122223333": "why", "444455556666": {"reason": "why", "until": "2026-12-31T00:00:00Z"}, …}`. People write it, so
    /// ids may stand in groups of four (`1111-2222-3333`).
    ///
    /// # Errors
    /// Anything else, a duplicate account and an empty reason are refused: with exemptions that cannot be read,
    /// nothing may be deleted.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let entries: Entries =
            serde_json::from_str(text).map_err(|error| InputError::new("exemptions", error.to_string()))?;
        let mut exemptions = BTreeMap::new();
        for (account, exemption) in entries.0 {
            if exemptions.insert(account, vec![exemption]).is_some() {
                return Err(InputError::new("exemptions", format!("account `{account}` stands there twice")));
            }
        }
        Ok(Self { exempt: exemptions, ..Self::default() })
    }

    /// Adds what somebody wrote for an account.
    pub fn add(&mut self, account: AccountId, exemption: Exemption) {
        self.exempt.entry(account).or_default().push(exemption);
    }

    /// These and `others`: an account is exempt if either says so.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        let Self { exempt, unreadable, nameless } = others;
        for (account, exemptions) in exempt {
            self.exempt.entry(account).or_default().extend(exemptions);
        }
        self.unreadable.extend(unreadable);
        self.nameless.extend(nameless);
        self
    }

    /// Adds an object of the bucket, which lies at `key`.
    pub fn add_object(&mut self, key: &str, object: ExemptionObject) {
        match (account_of(key), object) {
            (Some(account), ExemptionObject::Readable(exemption)) => self.add(account, exemption),
            (Some(account), ExemptionObject::Unreadable(why)) => {
                self.unreadable.insert(account, one_line(&why).chars().take(SHOWN).collect());
            }
            (None, ExemptionObject::Readable(exemption)) => {
                self.nameless.insert(key.to_owned(), Some(exemption));
            }
            (None, ExemptionObject::Unreadable(_)) => {
                self.nameless.insert(key.to_owned(), None);
            }
        }
    }

    /// Why nothing is deleted in `account`, if it is exempt at `now`.
    #[must_use]
    pub fn reason(&self, account: AccountId, now: Timestamp) -> Option<&str> {
        let exemptions = self.exempt.get(&account)?;
        exemptions.iter().find(|exemption| exemption.holds(now)).map(|exemption| exemption.reason.as_str())
    }

    /// Every account that an exemption names, whether it still holds or not.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.exempt.keys().copied()
    }

    /// Every exemption that holds at `now`, with its account. One that has ended is none, and what cannot be read is not here.
    pub fn holding(&self, now: Timestamp) -> impl Iterator<Item = (AccountId, &Exemption)> {
        let each = self.exempt.iter().flat_map(|(account, all)| all.iter().map(|exemption| (*account, exemption)));
        each.filter(move |(_, exemption)| exemption.holds(now))
    }

    /// Why nothing is deleted in `account` until a person has mended an object, and how to.
    ///
    /// INVARIANT: what cannot be read protects what it could have been meant for: one account if its name says which,
    /// every account if it says none. An object of such a name whose exemption has ended protects nothing any more, which
    /// is how it is mended, since nobody can delete it.
    #[must_use]
    pub fn protected(&self, account: AccountId, now: Timestamp) -> Option<String> {
        if let Some(why) = self.unreadable.get(&account) {
            return Some(format!("`{}` cannot be read as an exemption ({why}): write over it", key(account)));
        }
        self.nameless_at(now).map(|key| {
            let key: String = key.chars().take(SHOWN).collect();
            format!(
                "`{key}` is named after no account and may protect any: write over it with an exemption that has ended"
            )
        })
    }

    /// An object whose name says no account, and which may protect any at `now`.
    #[must_use]
    pub fn nameless_at(&self, now: Timestamp) -> Option<&str> {
        let protects = |exemption: &Option<Exemption>| exemption.as_ref().is_none_or(|exemption| exemption.holds(now));
        self.nameless.iter().find(|(_, exemption)| protects(exemption)).map(|(key, _)| key.as_str())
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
                while let Some((typed, exemption)) = map.next_entry::<String, Exemption>()? {
                    entries.push((AccountId::from_typed(&typed).map_err(A::Error::custom)?, exemption));
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
    fn an_id_may_be_grouped_as_people_write_it() {
        let exemptions = Exemptions::parse(r#"{"1111-2222-3333": "break-glass"}"#).unwrap();
        let account = "111122223333".parse().unwrap();
        assert_eq!(exemptions.accounts().collect::<Vec<_>>(), [account]);
        assert_eq!(exemptions.reason(account, NOW.parse().unwrap()), Some("break-glass"));
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
    fn exemptions_of_two_sources_count_together() {
        let (own, deployed) =
            (r#"{"111122223333": "own"}"#, r#"{"111122223333": "deployed", "444455556666": "deployed"}"#);
        let both = Exemptions::parse(own).unwrap().and(Exemptions::parse(deployed).unwrap());
        let reason = |account: &str| both.reason(account.parse().unwrap(), "2026-11-22T02:00:00Z".parse().unwrap());
        assert_eq!((reason("111122223333"), reason("444455556666")), (Some("own"), Some("deployed")));
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
            r#"{"111122223333": "a", "1111-2222-3333": "b"}"#,
            r#"{"1111-22223333": "a"}"#,
        ] {
            assert!(Exemptions::parse(wrong).is_err(), "{wrong}");
        }
    }

    const NOW: &str = "2026-11-22T02:00:00Z";

    fn protected(key: &str, object: ExemptionObject) -> [Option<String>; 2] {
        let mut exemptions = Exemptions::default();
        exemptions.add_object(key, object);
        ["111122223333", "444455556666"]
            .map(|account| exemptions.protected(account.parse().unwrap(), NOW.parse().unwrap()))
    }

    fn exemption(until: Option<&str>) -> ExemptionObject {
        let until = until.map(|until| until.parse().unwrap());
        ExemptionObject::Readable(Exemption { reason: "why".into(), until })
    }

    fn unreadable(why: &str) -> ExemptionObject {
        ExemptionObject::Unreadable(why.to_owned())
    }

    #[test]
    fn what_cannot_be_read_holds_back_the_account_that_it_is_named_after_and_no_other() {
        let [named, other] = protected("exemptions/111122223333.json", unreadable("not\nJSON"));
        let why = "`exemptions/111122223333.json` cannot be read as an exemption (not JSON): write over it";
        assert_eq!((named.as_deref(), other), (Some(why), None));
    }

    #[test]
    fn what_is_named_after_no_account_holds_back_every_account_until_it_has_ended() {
        for key in [
            "exemptions/11112222333.json",
            "exemptions/11112222333a.json",
            "exemptions/1111222233334.json",
            "exemptions/111122223333.JSON",
            "exemptions/111122223333.json.json",
            "exemptions/team/111122223333.json",
            "exemptions/\u{661}11122223333.json",
            "exemptions/README.md",
            "exemptions/",
        ] {
            for object in [unreadable("not JSON"), exemption(None), exemption(Some("2026-11-22T02:00:01Z"))] {
                let [one, other] = protected(key, object);
                assert!(one.is_some_and(|why| why.contains(key) && why.contains("has ended")), "{key}");
                assert!(other.is_some(), "{key}");
            }
            assert_eq!(protected(key, exemption(Some(NOW))), [None, None], "{key}");
        }
    }

    #[test]
    fn a_reason_stays_short_whatever_somebody_wrote() {
        let [_, why] = protected(&format!("exemptions/{}", "x".repeat(1000)), unreadable(&"e".repeat(1000)));
        assert!(why.unwrap().len() < 200);
        let [why, _] = protected("exemptions/111122223333.json", unreadable(&"e".repeat(1000)));
        assert!(why.unwrap().len() < 200);
    }
}
