//! Starts executions of a state machine, each name once, and answers those that wait for somebody.

use aws_config::SdkConfig;
use aws_sdk_sfn::types::ExecutionStatus;
use rootwarden_domain::{ErrorKind, approval::TaskToken};
use serde::Serialize;

use crate::client::{AwsError, bounded};

/// The executions of one state machine.
#[derive(Debug)]
pub struct Executions {
    sfn: aws_sdk_sfn::Client,
    state_machine_arn: String,
}

/// Whether this call started the execution, or an earlier one had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    Now,
    Before,
}

/// Whether an execution took the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    Taken,
    /// It does not wait any more: it was answered before, its time is over, or it was stopped.
    TooLate,
}

impl Executions {
    #[must_use]
    pub fn new(config: &SdkConfig, state_machine_arn: impl Into<String>) -> Self {
        Self { sfn: aws_sdk_sfn::Client::new(&bounded(config)), state_machine_arn: state_machine_arn.into() }
    }

    /// Starts an execution, unless one of this name has been started before.
    ///
    /// # Errors
    /// Any failure of `StartExecution` but `ExecutionAlreadyExists`, which is what a second delivery is meant to meet.
    pub async fn start<T: Serialize>(&self, name: &str, input: &T) -> Result<Started, AwsError> {
        let what = || format!("start `{name}`");
        let input =
            serde_json::to_string(input).map_err(|error| AwsError::of_kind(ErrorKind::Defect, what(), error))?;
        let started = self
            .sfn
            .start_execution()
            .state_machine_arn(&self.state_machine_arn)
            .name(name)
            .input(input)
            .send()
            .await
            .map_err(|error| AwsError::new(what(), error));
        match started {
            Ok(_) => Ok(Started::Now),
            Err(error) if error.code() == Some("ExecutionAlreadyExists") => Ok(Started::Before),
            Err(error) => Err(error),
        }
    }

    /// An execution that runs now and whose name begins with `prefix`, other than `but`.
    ///
    /// What was started seconds ago may be missing: AWS says that the list is eventually consistent.
    ///
    /// # Errors
    /// Any failure of `ListExecutions`.
    pub async fn running(&self, prefix: &str, but: &str) -> Result<Option<String>, AwsError> {
        let running = self.sfn.list_executions().state_machine_arn(&self.state_machine_arn);
        let mut pages = running.status_filter(ExecutionStatus::Running).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::new("list the executions that run", error))?;
            let is_other = |name: &str| name.starts_with(prefix) && name != but;
            if let Some(execution) = page.executions().iter().find(|execution| is_other(execution.name())) {
                return Ok(Some(execution.name().to_owned()));
            }
        }
        Ok(None)
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
