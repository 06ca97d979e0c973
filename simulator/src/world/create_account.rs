//! What `DescribeCreateAccountStatus` says about a request to create an account.

use serde::{Deserialize, Serialize};

/// How a request to create an account goes on.
///
/// The account itself is not made by it: a world that has the request should have the member too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CreateAccountRequest {
    /// `IN_PROGRESS` for `polls` descriptions, `SUCCEEDED` with the account's id from then on.
    SucceedsAfterPolls { polls: u32, account: String },
    /// `FAILED` with this reason.
    Failed { reason: String },
    /// `IN_PROGRESS` forever.
    InProgress,
}

impl CreateAccountRequest {
    #[must_use]
    pub fn succeeds_after_polls(polls: u32, account: impl Into<String>) -> Self {
        Self::SucceedsAfterPolls { polls, account: account.into() }
    }

    #[must_use]
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into() }
    }

    #[must_use]
    pub fn in_progress() -> Self {
        Self::InProgress
    }
}
