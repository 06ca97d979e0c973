//! Starts executions of a state machine, each name once.

mod start_outcome;
mod task_answers;

use aws_config::SdkConfig;
use aws_sdk_sfn::types::ExecutionStatus;
use rootwarden_domain::ErrorKind;
use serde::Serialize;

use crate::client::{AwsError, Done, bounded};

pub use start_outcome::{StartOutcome, StartedRun};
pub use task_answers::{Answered, TaskAnswers};

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
}
