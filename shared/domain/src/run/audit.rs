//! What the audit of one account said.

use serde::{Deserialize, Serialize};

use crate::{Candidate, Failure, Inventory};

/// One account, looked at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditedAccount {
    pub account: Candidate,
    pub outcome: AuditOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// AWS called the account clean in this run; nothing less makes it so.
    Clean,
    /// Root credentials are present.
    Present(Inventory),
    /// AWS could not be asked, or did not answer: never clean.
    Unknown(Failure),
    /// Time ran out before the account's turn.
    NotAttempted,
}
