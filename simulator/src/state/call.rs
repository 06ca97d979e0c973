//! The call log: who called what, with which session, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One call that the simulator answered, or failed to answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub time: Timestamp,
    /// The ARN that AWS would show; `unregistered/KEY` for an access key that nobody knows.
    pub caller: String,
    pub session: Option<RootSessionOfCall>,
    /// e.g. `iam:DeleteAccessKey`
    pub action: String,
    /// The account acted in, or targeted; of a root session its own, of an ordinary call the bucket's or queue's owner.
    pub account: Option<String>,
    /// What the call is about: a task policy's ARN, a key id, certificate id or serial, an object as `bucket/key`, the ARN
    /// of a bucket or a queue, a service principal.
    pub resource: Option<String>,
    /// `Success`, or the error code; a connection fault's own name (`Timeout`, `ConnectionReset`, `LostResponse`).
    pub result: String,
    pub host: String,
    /// What the caller calls itself (`User-Agent`); empty if it does not. SDKs say their own name.
    #[serde(default)]
    pub agent: String,
}

/// The root session that signed a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RootSessionOfCall {
    pub account: String,
    /// The task policy's name, e.g. `IAMAuditRootUserCredentials`.
    pub task: String,
}
