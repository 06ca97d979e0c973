//! The id of a release, and where releases lie.

use crate::{AccountId, aws::credential::AccessKeyId, text::checked_text};

/// Where releases lie, one object for each request, written once.
pub const PREFIX: &str = "releases/";

/// What the keys of decisions about releases begin with.
pub const DECISIONS: &str = "approvals/release-";

checked_text! {
    /// A release's id, which says what it is about: `release-ACCOUNT-KEY-MINUTE-DIGEST`.
    ReleaseId, expects "the id of a release (`release-…`)",
    |value| subject(value).is_some()
}

/// The account and the key in an id, neither of which has a `-`.
fn subject(id: &str) -> Option<(AccountId, AccessKeyId)> {
    let mut parts = id.strip_prefix("release-")?.split('-');
    let (account, key) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let is_part = |part: Option<&str>, length| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    (is_part(parts.next(), 14) && is_part(parts.next(), ReleaseId::DIGITS) && parts.next().is_none())
        .then_some((account, key))
}

impl ReleaseId {
    /// Hexadecimal digits of the hash at its end.
    pub const DIGITS: usize = 32;

    /// Where the request lies.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{PREFIX}{self}.json")
    }

    /// The id of the request that the decision at `key` is about; `None` for what is no such decision.
    #[must_use]
    pub fn of_decision_key(key: &str) -> Option<Self> {
        key.strip_prefix("approvals/")?.strip_suffix("/decision.json")?.parse().ok()
    }

    /// The account and the key that it is about.
    #[must_use]
    pub fn subject(&self) -> Option<(AccountId, AccessKeyId)> {
        subject(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::approval::ApprovalId;

    const ID: &str = "release-111122223333-AKIAIOSFODNN7EXAMPLE-20261122T0200Z-0123456789abcdef0123456789abcdef";

    #[test]
    fn an_id_says_what_it_is_about_and_nothing_else_is_one() {
        let id: ReleaseId = ID.parse().unwrap();
        let subject = ("111122223333".parse().unwrap(), "AKIAIOSFODNN7EXAMPLE".parse().unwrap());
        assert_eq!(id.subject(), Some(subject));
        assert_eq!(ReleaseId::of_decision_key(&ApprovalId::Release(id.clone()).decision_key()), Some(id));
        for wrong in [
            "release-",
            "release-111122223333-AKIAIOSFODNN7EXAMPLE",
            &ID.replace("1111", "111"),
            &ID.replace("AKIA", "../"),
            &format!("{ID}-x"),
            &format!("{ID}/../x"),
        ] {
            assert!(wrong.parse::<ReleaseId>().is_err(), "{wrong}");
            assert_eq!(ReleaseId::of_decision_key(&format!("approvals/{wrong}/decision.json")), None, "{wrong}");
        }
    }
}
