//! Releases: an access key that is held back because it is in use, and that two people let go.
//!
//! A person asks for one account and key, another one approves exactly that request, and the runs of the next days delete the key as
//! any other. A release serves for that key alone, and ends.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Pin,
    approvals::{DecisionRecord, carries_out},
    aws::credential::AccessKeyId,
    ids::{approval::ApprovalRequest, release::ReleaseId},
    people::{Person, Reason, StartedBy, Ticket},
};

/// For how long a release can be decided about.
pub const DECIDED_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// For how long a release is good, from its approval on: seven nights, some of which may fail.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

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

    /// Whether it lies where it belongs.
    #[must_use]
    pub fn is_of(&self, release: &ReleaseId) -> bool {
        let ReleaseRequest { account, access_key_id, reason: _, ticket: _ } = &self.request;
        self.release == *release && release.subject() == Some((*account, access_key_id.clone()))
    }

    /// Whether somebody may still decide about it.
    #[must_use]
    pub fn can_be_decided(&self, now: Timestamp) -> bool {
        now.duration_since(self.requested_at) <= DECIDED_WITHIN
    }

    /// Whether its key goes at `now`: somebody else approved this very request, not longer ago than it is good for.
    ///
    /// INVARIANT (I12): bound by hash to what was shown, and it ends.
    #[must_use]
    pub fn is_good(&self, pin: &Pin, decided: Option<&DecisionRecord>, now: Timestamp) -> bool {
        let request = ApprovalRequest::Release(self.release.clone());
        let is_approved = carries_out(pin, &request, Some(&self.started_by()), decided).is_ok();
        is_approved && decided.is_some_and(|decided| now.duration_since(decided.at) <= GOOD_FOR)
    }
}
