//! Releases: two people let an access key go that is protected because it is in use.
//!
//! A person asks to release one key of one account, and another person approves exactly that request. The runs of the next days
//! then delete the key as any other. A release is for that key alone, and ends.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Pin, Sha256,
    approval::{ApprovalRequest, DecisionRecord, DecisionSubject, Reason, StartedBy, carries_out},
    credential::AccessKeyId,
    identity::Person,
    text::checked_text,
    unlock::Ticket,
};

/// Where releases lie, one object for each request, written once.
pub const PREFIX: &str = "releases/";

/// What the keys of decisions about releases begin with.
pub const DECISIONS: &str = "approvals/release-";

/// For how long a release can be decided about.
const DECIDED_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// For how long a release is good, from its approval on: seven nights, some of which may fail.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

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

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    pub account: AccountId,
    pub access_key_id: AccessKeyId,
    pub reason: Reason,
    pub ticket: Ticket,
}

/// A request as it is written down, under the name of who signed it: what an approval is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRelease {
    pub release: ReleaseId,
    pub request: ReleaseRequest,
    pub requested_by: Person,
    pub requested_at: Timestamp,
}

impl KeyRelease {
    #[must_use]
    pub fn started_by(&self) -> StartedBy {
        StartedBy::Person(self.requested_by.clone())
    }

    /// Whether this is the request with the id `release`, about the account and the key that the id names.
    #[must_use]
    pub fn is_of(&self, release: &ReleaseId) -> bool {
        let ReleaseRequest { account, access_key_id, reason: _, ticket: _ } = &self.request;
        self.release == *release && release.subject() == Some((*account, access_key_id.clone()))
    }

    /// Until when it can be decided about.
    #[must_use]
    pub fn decide_before(&self) -> Option<Timestamp> {
        self.requested_at.checked_add(DECIDED_WITHIN).ok()
    }

    /// What a decision about it is about; `sha256` is the hash of this request as it lies in the bucket.
    #[must_use]
    pub fn decision_subject(&self, sha256: Sha256) -> DecisionSubject {
        DecisionSubject {
            request: ApprovalRequest::Release(self.release.clone()),
            sha256,
            started_by: Some(self.started_by()),
            decide_before: self.decide_before(),
        }
    }

    /// Whether runs delete its key at `now`: somebody else has approved this very request, and [`GOOD_FOR`] is not over.
    ///
    /// INVARIANT (I12): bound by hash to what was shown, and it ends.
    #[must_use]
    pub fn is_good(&self, pin: &Pin, decided: Option<&DecisionRecord>, now: Timestamp) -> bool {
        let request = ApprovalRequest::Release(self.release.clone());
        let is_approved = carries_out(pin, &request, Some(&self.started_by()), decided).is_ok();
        is_approved && decided.is_some_and(|decided| now.duration_since(decided.at) <= GOOD_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "release-111122223333-AKIAIOSFODNN7EXAMPLE-20261122T0200Z-0123456789abcdef0123456789abcdef";

    #[test]
    fn an_id_says_what_it_is_about_and_nothing_else_is_one() {
        let id: ReleaseId = ID.parse().unwrap();
        let subject = ("111122223333".parse().unwrap(), "AKIAIOSFODNN7EXAMPLE".parse().unwrap());
        assert_eq!(id.subject(), Some(subject));
        assert_eq!(ReleaseId::of_decision_key(&ApprovalRequest::Release(id.clone()).decision_key()), Some(id));
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
