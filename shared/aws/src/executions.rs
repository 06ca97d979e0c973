//! Starts executions of a state machine, each name once.

mod start_outcome;
mod task_answers;

use aws_config::SdkConfig;
use aws_sdk_sfn::types::ExecutionStatus;
use jiff::Timestamp;
use rootwarden_domain::ErrorKind;
use serde::Serialize;

use crate::client::{AwsError, Done, bounded};

pub use start_outcome::{StartOutcome, StartedRun};
pub use task_answers::{Answered, TaskAnswers};

/// How an execution stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionState {
    /// AWS's own word, e.g. `RUNNING` or `SUCCEEDED`.
    pub status: String,
    /// None while it runs.
    pub ended: Option<EndedExecution>,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedExecution {
    pub error: Option<String>,
    pub cause: Option<String>,
}

/// An execution in a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedExecution {
    pub name: String,
    pub status: String,
    pub started_at: Option<Timestamp>,
    pub stopped_at: Option<Timestamp>,
}

/// The executions of one state machine.
#[derive(Debug)]
pub struct Executions {
    sfn: aws_sdk_sfn::Client,
    state_machine_arn: String,
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
    pub async fn start<T: Serialize>(&self, name: &str, input: &T) -> Result<Done, AwsError> {
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
            Ok(_) => Ok(Done::Now),
            Err(error) if error.code() == Some("ExecutionAlreadyExists") => Ok(Done::Already),
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

    /// How an execution stands; `None` if none of this name was started, or AWS keeps it no longer (90 days).
    ///
    /// # Errors
    /// Any other failure of `DescribeExecution`.
    pub async fn state(&self, name: &str) -> Result<Option<ExecutionState>, AwsError> {
        // Source: AWS Step Functions Developer Guide, "Resource types": both ARNs have the machine's name in the same place.
        let arn = format!("{}:{name}", self.state_machine_arn.replace(":stateMachine:", ":execution:"));
        let described = self.sfn.describe_execution().execution_arn(arn).send().await;
        let execution = match described.map_err(|error| AwsError::new(format!("look at the run `{name}`"), error)) {
            Ok(execution) => execution,
            Err(error) if error.code() == Some("ExecutionDoesNotExist") => return Ok(None),
            Err(error) => return Err(error),
        };
        let ended = (*execution.status() != ExecutionStatus::Running).then(|| EndedExecution {
            error: execution.error().map(str::to_owned),
            cause: execution.cause().map(str::to_owned),
        });
        Ok(Some(ExecutionState { status: execution.status().as_str().to_owned(), ended }))
    }

    /// The executions that were started last, the newest first.
    ///
    /// # Errors
    /// Any failure of `ListExecutions`.
    pub async fn latest(&self, count: u16) -> Result<Vec<ListedExecution>, AwsError> {
        let listed = self.sfn.list_executions().state_machine_arn(&self.state_machine_arn).max_results(count.into());
        let page = listed.send().await.map_err(|error| AwsError::new("list the runs", error))?;
        let at = |time: &aws_smithy_types::DateTime| Timestamp::from_second(time.secs()).ok();
        let listed = page.executions().iter().map(|execution| ListedExecution {
            name: execution.name().to_owned(),
            status: execution.status().as_str().to_owned(),
            started_at: at(execution.start_date()),
            stopped_at: execution.stop_date().and_then(at),
        });
        Ok(listed.take(count.into()).collect())
    }
}
