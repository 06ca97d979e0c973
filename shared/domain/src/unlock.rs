//! Unlock requests: one bucket or queue whose policy denies everybody.
//!
//! A person asks, the policy is read and a change is planned from it, another person approves exactly that plan, and only
//! then is the policy changed. Everything in between lies in the bucket under the request's id.

mod current_policy;
mod force;
mod lock_out_kind;
mod outcome;
mod plan;
#[cfg(test)]
mod plan_tests;
mod planning;
mod protected;
mod request;
mod resource;
mod shown;
mod stored;
mod unsupported;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Sha256, text::checked_text};

pub use current_policy::CurrentPolicy;
pub use force::Force;
pub use lock_out_kind::LockOutKind;
pub use outcome::{ApplyOutcome, PolicyState, UnlockResult, UnlockVerified, is_same_policy};
pub use plan::{FoundPolicy, Opens, Planned, PlannedChange, UnlockPlan, plan};
pub use protected::{NotAPattern, ProtectedResources};
pub use request::{ActionName, LeaveOut, PolicyChange, SignedRequest, Ticket, UnlockAction, UnlockRequest};
pub use resource::{BucketName, Queue, Resource};
pub use stored::{StoredKey, StoredPolicy};

checked_text! {
    /// An unlock request's id: the name of its execution, and what its approval is asked under.
    UnlockId, expects "the id of an unlock request (`unlock-…`)",
    |value| {
        value.strip_prefix("unlock-").is_some_and(|rest| !rest.is_empty())
            && value.len() <= 80
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }
}

impl UnlockId {
    /// What was asked, by whom.
    #[must_use]
    pub fn request_key(&self) -> String {
        format!("unlocks/{self}/request.json")
    }

    /// The plan: what was found, and what is to be done about it. An approval is bound to it.
    #[must_use]
    pub fn plan_key(&self) -> String {
        format!("unlocks/{self}/plan.json")
    }

    /// The plan for people, with the change as a diff.
    #[must_use]
    pub fn plan_text_key(&self) -> String {
        format!("unlocks/{self}/plan.txt")
    }

    /// What was done.
    #[must_use]
    pub fn result_key(&self) -> String {
        format!("unlocks/{self}/result.json")
    }

    /// What was read afterwards.
    #[must_use]
    pub fn verified_key(&self) -> String {
        format!("unlocks/{self}/verified.json")
    }
}

/// A policy as AWS gave it, or as it is to be given to AWS. It is sensitive, so its `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyText(String);

impl PolicyText {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PolicyText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for PolicyText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PolicyText({} bytes)", self.0.len())
    }
}

/// The hash that tells one policy from another. Where there is no policy, it is the hash of an empty text.
#[must_use]
pub fn policy_sha256(policy: Option<&PolicyText>) -> Sha256 {
    // A policy is never empty.
    Sha256::of(policy.map_or("", PolicyText::as_str).as_bytes())
}
