//! Why something could not be done. The kinds are the Lambda error types that the state machines match on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::line::{one_line, without_json};

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
    pub const ALL: [Self; 7] = [
        Self::Throttled,
        Self::Transient,
        Self::NotYetVisible,
        Self::Denied,
        Self::NotEnabled,
        Self::InvalidRequest,
        Self::Defect,
    ];

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
    /// Whose policy denied it, where AWS says so and somebody else than whoever deploys this has to act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied_by: Option<DeniedBy>,
}

/// Whose policy denied a root session something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeniedBy {
    /// A service control policy over the member account.
    ServiceControlPolicy,
}

impl Failure {
    /// A failure that no AWS answer stands behind.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), code: None, request_id: None, denied_by: None }
    }
}

/// What Step Functions says of a task that failed, in words. A function's cause is JSON; that of a timeout is empty.
///
/// Source: captures of `Catch` (localstack, AWS-validated: a function's error, `States.Timeout`, no such function), and of
/// functions that timed out or crashed (`Sandbox.Timedout`, `Runtime.ExitError`).
#[must_use]
pub fn task_failure_in_words(error: &str, cause: &str) -> String {
    let cause = one_line(&without_json(cause));
    // `RequestId: <id> Error: Task timed out after 30.00 seconds`
    let cause = match cause.strip_prefix("RequestId: ").and_then(|rest| rest.split_once(" Error: ")) {
        Some((_, said)) => said,
        None => cause.as_str(),
    };
    let error = one_line(error);
    match cause.trim_end_matches('.') {
        "" => format!("{error}, without a cause"),
        cause => format!("{error}: {cause}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_step_functions_says_of_a_task_is_told_in_words() {
        for (error, cause, words) in [
            ("States.Timeout", "", "States.Timeout, without a cause"),
            (
                "Transient",
                r#"{"errorType":"Transient","errorMessage":"cannot write `runs/x`: HTTP status 503"}"#,
                "Transient: cannot write `runs/x`: HTTP status 503",
            ),
            (
                "Sandbox.Timedout",
                r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 11111111-2222-3333-4444-555555555555 Error: Task timed out after 30.00 seconds"}"#,
                "Sandbox.Timedout: Task timed out after 30.00 seconds",
            ),
            (
                "Lambda.Unknown",
                r#"{"errorMessage":"2025-01-01T00:00:00.000Z 11111111-2222-3333-4444-555555555555 Task timed out after 1.00 seconds"}"#,
                "Lambda.Unknown: 2025-01-01T00:00:00.000Z 11111111-2222-3333-4444-555555555555 Task timed out after 1.00 seconds",
            ),
            (
                "Runtime.ExitError",
                r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 11111111-2222-3333-4444-555555555555 Error: Runtime exited without providing a reason"}"#,
                "Runtime.ExitError: Runtime exited without providing a reason",
            ),
            (
                "Exception",
                r#"{"errorMessage": "Some exception was raised.", "stackTrace": ["  File\n"]}"#,
                "Exception: Some exception was raised",
            ),
            (
                "Lambda.ResourceNotFoundException",
                "Function not found: arn:aws:lambda:us-east-1:111122223333:function:x (Service: AWSLambda; Status Code: 404)",
                "Lambda.ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:111122223333:function:x (Service: AWSLambda; Status Code: 404)",
            ),
        ] {
            assert_eq!(task_failure_in_words(error, cause), words);
        }
    }
}
