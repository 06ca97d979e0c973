//! Calls to AWS, as evidence: what was asked, when it was answered, and what AWS calls the request.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::AccountId;

/// The calls that one worker made for one account. They lie beside the worker's result and not in it: the same findings make the
/// same result, whenever and however often they were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountCalls {
    pub account: AccountId,
    pub calls: Vec<Call>,
}

/// One call that was made in an account, or to open a session in it. Retries are part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// As IAM names it, such as `iam:GetAccountSummary`.
    pub action: String,
    /// When its last answer came, or when no further one was waited for.
    pub at: Timestamp,
    /// The HTTP status of the last answer; none where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// AWS's own id of the request: CloudTrail has the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// How many times it was sent again: AWS asked for fewer calls, or did not answer.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// The access key id of the root session that made the call, or that it opened: no secret, and CloudTrail has the same.
    /// Source: AWS IAM User Guide, "Track privileged tasks in AWS CloudTrail".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
