//! A policy as it was before it was changed: what `restore` puts back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Sha256,
    aws::resource::Resource,
    ids::unlock::UnlockId,
    people::{Person, Reason, Ticket},
    policy::{PolicyText, policy_sha256},
    text::checked_text,
};

checked_text! {
    /// Where a stored policy lies: `policies/<account>/bucket/<name>/<time>-<unlock>.json`, or
    /// `policies/<account>/queue/<region>/<name>/<time>-<unlock>.json`.
    StoredKey, expects "the key of a stored policy (`policies/….json`)",
    |value| {
        value.len() <= 1024
            && value.strip_prefix("policies/").and_then(|rest| rest.strip_suffix(".json")).is_some()
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte))
            && value.split('/').all(|part| !matches!(part, "" | "." | ".."))
    }
}

impl StoredKey {
    /// Where the policy of `resource` is stored before `unlock`, planned at `planned_at`, changes it.
    ///
    /// Why the time of the plan: a second attempt has to find the copy that the first one stored.
    #[must_use]
    pub fn new(account: AccountId, resource: &Resource, planned_at: Timestamp, unlock: &UnlockId) -> Self {
        let time = planned_at.strftime("%Y-%m-%dT%H-%M-%SZ");
        Self(format!("{}{time}-{unlock}.json", folder(account, resource)))
    }

    /// Whether it lies where the policies of this resource are stored.
    #[must_use]
    pub fn is_of(&self, account: AccountId, resource: &Resource) -> bool {
        self.0.strip_prefix(&folder(account, resource)).is_some_and(|name| !name.contains('/'))
    }
}

fn folder(account: AccountId, resource: &Resource) -> String {
    match resource {
        Resource::Bucket(name) => format!("policies/{account}/bucket/{name}/"),
        Resource::Queue(queue) => format!("policies/{account}/queue/{}/{}/", queue.region(), queue.name()),
    }
}

/// A policy as it was, and what it was stored for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredPolicy {
    pub account: AccountId,
    pub resource: Resource,
    /// None: there was no policy.
    pub policy: Option<PolicyText>,
    pub sha256: Sha256,
    pub unlock: UnlockId,
    pub planned_at: Timestamp,
    pub requested_by: Person,
    pub reason: Reason,
    pub ticket: Ticket,
}

impl StoredPolicy {
    /// Whether its text is what was stored.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        policy_sha256(self.policy.as_ref()) == self.sha256
    }
}
