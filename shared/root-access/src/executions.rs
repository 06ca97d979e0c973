//! Starts executions of a state machine, each name once.

use aws_config::SdkConfig;
use rootwarden_domain::{ErrorKind, RunId, selection::Request};

use crate::{AwsError, client::bounded};

/// The executions of one state machine.
#[derive(Debug)]
pub struct Executions {
    sfn: aws_sdk_sfn::Client,
    state_machine_arn: String,
}

/// Whether this call started the run, or an earlier one had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    Now,
    Before,
}

impl Executions {
    #[must_use]
    pub fn new(config: &SdkConfig, state_machine_arn: impl Into<String>) -> Self {
        Self { sfn: aws_sdk_sfn::Client::new(&bounded(config)), state_machine_arn: state_machine_arn.into() }
    }

    /// Starts a run, unless one of this name has been started before.
    ///
    /// # Errors
    /// Any failure of `StartExecution` but `ExecutionAlreadyExists`, which is what a second delivery is meant to meet.
    pub async fn start(&self, run: &RunId, request: &Request) -> Result<Started, AwsError> {
        let what = || format!("start run `{run}`");
        let input =
            serde_json::to_string(request).map_err(|error| AwsError::of_kind(ErrorKind::Defect, what(), error))?;
        let started = self
            .sfn
            .start_execution()
            .state_machine_arn(&self.state_machine_arn)
            .name(run.as_str())
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
}
