//! Releases: two people let an access key go that is protected because it is in use.
//!
//! A person asks to release one key of one account, and another person approves exactly that request. The runs of the next days
//! then delete the key as any other. A release is for that key alone, and ends.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Pin, Sha256,
    approvals::{DecisionRecord, DecisionSubject, carries_out},
    aws::credential::AccessKeyId,
    ids::{approval::ApprovalId, release::ReleaseId},
    people::{Person, Reason, StartedBy, Ticket},
};

/// For how long a release can be decided about.
const DECIDED_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// For how long a release is good, from its approval on: seven nights, some of which may fail.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Hexadecimal digits of the hash that the names of executions have: 160 bits, as those of other requests.
const EXECUTION_DIGITS: usize = 40;

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
            approval_id: ApprovalId::Release(self.release.clone()),
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
        let request = ApprovalId::Release(self.release.clone());
        let is_approved = carries_out(pin, &request, Some(&self.started_by()), decided).is_ok();
        is_approved && decided.is_some_and(|decided| now.duration_since(decided.at) <= GOOD_FOR)
    }
}

/// The executions that tell people of a release.
impl ReleaseId {
    /// The name of the execution that tells people that it was asked for: `release-DIGEST`, the digest being of the whole id.
    ///
    /// Why not the id: an execution's name has 80 characters at most. The state machine tells under no other name.
    #[must_use]
    pub fn asked_execution(&self) -> String {
        format!("release-{}", Sha256::of(self.as_str().as_bytes()).first_digits(EXECUTION_DIGITS))
    }

    /// The name of the one that tells what was decided.
    #[must_use]
    pub fn decided_execution(&self) -> String {
        format!("{}-decided", self.asked_execution())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "release-111122223333-AKIAIOSFODNN7EXAMPLE-20261122T0200Z-0123456789abcdef0123456789abcdef";

    #[test]
    fn its_executions_have_names_that_step_functions_takes() {
        let id: ReleaseId = ID.replace("EXAMPLE", &"X".repeat(115)).parse().unwrap();
        let name = id.asked_execution();
        assert!(
            name.len() == 48 && name.strip_prefix("release-").unwrap().bytes().all(|byte| byte.is_ascii_hexdigit())
        );
        let other: ReleaseId = ID.parse().unwrap();
        assert_ne!(other.asked_execution(), name, "the account and the key are in it");
        assert_eq!(id.decided_execution(), format!("{}-decided", id.asked_execution()));
        assert!(id.decided_execution().len() <= 80);
    }
}
