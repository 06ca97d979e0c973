//! What is said of a policy.

use serde::{Deserialize, Serialize};

use super::exception::Exception;

/// What a policy says about its own management.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Analysis {
    pub verdict: LockOut,
    pub findings: Vec<StatementFinding>,
    /// Where nobody is locked out and yet the policy cannot be replaced: the way that is left, and what it opens meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way_left: Option<String>,
}

/// Whom a policy keeps from changing it.
///
/// Locked means that every way out is denied: replacing and deleting a bucket's policy, or setting a queue's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockOut {
    /// Every principal of the owner, whatever their permissions; the account's root user can always act.
    Everyone,
    /// Everybody but these. Whether any of them still exists cannot be read.
    EveryoneExcept(Vec<Exception>),
    Nobody,
    /// Valid JSON that is not understood: why.
    NotModelled(String),
}

/// What one statement does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementFinding {
    /// `Sid "DenyAll"`, or `statement 2` (counted from 1).
    pub statement: String,
    /// One plain sentence: who is denied what.
    pub words: String,
    /// Whom it leaves out, and whom it names without effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}
