//! Answers the tasks of executions that wait for somebody, each by its token.

use aws_config::SdkConfig;
use rootwarden_domain::{ErrorKind, approvals::TaskToken};
use serde::Serialize;

use crate::client::{AwsError, bounded};

/// Answers tasks that wait. A token says by itself which execution it is of.
#[derive(Debug)]
pub struct TaskAnswers {
    sfn: aws_sdk_sfn::Client,
}

/// Whether an execution took the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    Taken,
    /// It does not wait any more: it was answered before, its time is over, or it was stopped.
    TooLate,
}

impl TaskAnswers {
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { sfn: aws_sdk_sfn::Client::new(&bounded(config)) }
    }

    /// Lets the task that waits with `token` succeed. `what` completes "cannot …" without the token.
    ///
    /// # Errors
    /// Any failure of `SendTaskSuccess` but those that mean that nobody waits any more.
    pub async fn succeed<T: Serialize>(&self, token: &TaskToken, output: &T, what: &str) -> Result<Answered, AwsError> {
        let output =
            serde_json::to_string(output).map_err(|error| AwsError::of_kind(ErrorKind::Defect, what, error))?;
        let sent = self.sfn.send_task_success().task_token(token.expose()).output(output).send().await;
        answered(sent.map(drop).map_err(|error| AwsError::new(what, error)))
    }

    /// Lets the task that waits with `token` fail with `error`, which the state machine matches on.
    ///
    /// # Errors
    /// Any failure of `SendTaskFailure` but those that mean that nobody waits any more.
    pub async fn fail(&self, token: &TaskToken, error: &str, cause: &str, what: &str) -> Result<Answered, AwsError> {
        let sent = self.sfn.send_task_failure().task_token(token.expose()).error(error).cause(cause).send().await;
        answered(sent.map(drop).map_err(|error| AwsError::new(what, error)))
    }
}

/// Source: AWS Step Functions API Reference, errors of `SendTaskSuccess` and `SendTaskFailure`.
fn answered(sent: Result<(), AwsError>) -> Result<Answered, AwsError> {
    match sent {
        Ok(()) => Ok(Answered::Taken),
        Err(error) if matches!(error.code(), Some("TaskTimedOut" | "TaskDoesNotExist" | "InvalidToken")) => {
            Ok(Answered::TooLate)
        }
        // INVARIANT (I9): AWS's text may repeat the token.
        Err(error) => Err(error.without_text()),
    }
}
