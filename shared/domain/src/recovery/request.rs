//! What a person asks for, and how it is written down.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::duration::WindowDuration;
use crate::{
    AccountId,
    ids::recovery::RecoveryId,
    people::{Person, Reason, StartedBy, Ticket},
};

/// What is asked for one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryRequest {
    pub account: AccountId,
    pub action: RecoveryAction,
    pub reason: Reason,
    pub ticket: Ticket,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RecoveryAction {
    /// Opens a window where none is open.
    Allow { duration: WindowDuration },
    /// Moves the end of the open window, counted from when it is approved.
    Extend { duration: WindowDuration },
    /// Ends the window now. It gives nobody anything, so it takes nobody's approval.
    End,
}

impl RecoveryAction {
    #[must_use]
    pub fn duration(self) -> Option<WindowDuration> {
        match self {
            Self::Allow { duration } | Self::Extend { duration } => Some(duration),
            Self::End => None,
        }
    }

    /// As people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow { .. } => "allow-recovery",
            Self::Extend { .. } => "extend-recovery",
            Self::End => "end-recovery",
        }
    }
}

/// A request as it lies in the bucket, under the name of who signed it: what an approval is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRecovery {
    pub recovery: RecoveryId,
    pub request: RecoveryRequest,
    pub requested_by: Person,
    /// To the minute, so that a request that is sent twice is one.
    pub requested_at: Timestamp,
}

impl SignedRecovery {
    #[must_use]
    pub fn started_by(&self) -> StartedBy {
        StartedBy::Person(self.requested_by.clone())
    }

    /// Whether this is the request with the id `recovery`, about the account that the id names.
    #[must_use]
    pub fn is_of(&self, recovery: &RecoveryId) -> bool {
        self.recovery == *recovery && recovery.is_about(self.request.account)
    }
}
