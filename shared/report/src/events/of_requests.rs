//! The events of requests, as their state machines put them together.

use schemars::JsonSchema;
use serde::Serialize;

/// The policy of a bucket or a queue was changed, and a fresh read shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PolicyUnlocked {
    #[schemars(range(min = 1))]
    pub version: u32,
    /// The request: the name of its execution.
    pub request: String,
    pub account: String,
    /// The bucket's or queue's ARN.
    pub resource: String,
    /// `apply`, or `restore` of a policy that was stored.
    pub action: String,
    pub requested_by: String,
    pub ticket: String,
}

/// Root password recovery is allowed in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecoveryAllowed {
    #[schemars(range(min = 1))]
    pub version: u32,
    pub request: String,
    pub account: String,
    /// When the window ends.
    pub until: String,
    pub requested_by: String,
    pub ticket: String,
}

/// A recovery window is over, and a run has seen the account clean since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecoveryEnded {
    #[schemars(range(min = 1))]
    pub version: u32,
    pub request: String,
    pub account: String,
    pub requested_by: String,
    pub ticket: String,
}
