//! Why something could not be done. The kinds are the Lambda error types that the state machines match on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a failure means for what comes next: try again, wait, or call a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ErrorKind {
    /// AWS asked for fewer calls.
    Throttled,
    /// It may work the next time: a fault of AWS or the network, or time that ran out.
    Transient,
    /// The account is so new that AWS may not know it everywhere yet.
    NotYetVisible,
    /// AWS refused: a service control policy, a missing permission, or not the delegated administrator.
    Denied,
    /// Root access management, trusted access or a Region is switched off.
    NotEnabled,
    /// What was asked for is wrong.
    InvalidRequest,
    /// A fault of this project, or an answer that nobody has seen yet.
    Defect,
}

impl ErrorKind {
    /// The name as the Lambda error type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Throttled => "Throttled",
            Self::Transient => "Transient",
            Self::NotYetVisible => "NotYetVisible",
            Self::Denied => "Denied",
            Self::NotEnabled => "NotEnabled",
            Self::InvalidRequest => "InvalidRequest",
            Self::Defect => "Defect",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A failure as it is written down: what failed, for which account, why, and what AWS called it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
#[serde(deny_unknown_fields)]
pub struct Failure {
    pub kind: ErrorKind,
    pub message: String,
    /// AWS's error code, as it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// AWS's request id, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Failure {
    /// A failure that no AWS answer stands behind.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), code: None, request_id: None }
    }
}
