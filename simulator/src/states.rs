//! Step Functions: StartExecution, idempotent by name as AWS documents it. Executions run forever.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::{Answer, Output, ServiceError};
use crate::request::Operation;
use crate::state::State;

/// An execution that somebody started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedExecution {
    pub arn: String,
    pub name: String,
    /// The input as it was sent.
    pub input: String,
    pub state_machine_arn: String,
}

/// The executions of the world, in the order of their start.
#[derive(Debug, Default)]
pub(crate) struct Executions {
    started: Vec<(StartedExecution, i64)>,
    by_arn: HashMap<String, usize>,
}

impl Executions {
    pub(crate) fn all(&self) -> Vec<StartedExecution> {
        self.started.iter().map(|(execution, _)| execution.clone()).collect()
    }

    fn find(&self, arn: &str) -> Option<&(StartedExecution, i64)> {
        self.started.get(*self.by_arn.get(arn)?)
    }
}

pub(crate) fn perform(state: &mut State, operation: &Operation) -> Answer {
    if operation.name != "StartExecution" {
        return Err(ServiceError::not_simulated(&operation.action()));
    }
    let state_machine_arn = operation.parameter("stateMachineArn").unwrap_or_default().to_owned();
    let Some((prefix, machine)) = state_machine_arn.split_once(":stateMachine:") else {
        let message = format!("Invalid Arn: '{state_machine_arn}'");
        return Err(ServiceError::new("InvalidArn", 400, message));
    };
    let generated = || format!("execution-{}", state.executions.started.len());
    let name = operation.parameter("name").map_or_else(generated, ToOwned::to_owned);
    if !is_valid_name(&name) {
        return Err(ServiceError::new("InvalidName", 400, format!("Invalid Name: '{name}'")));
    }
    let input = operation.parameter("input").unwrap_or("{}").to_owned();
    if serde_json::from_str::<serde_json::Value>(&input).is_err() {
        let message = "Invalid State Machine Execution Input: not JSON";
        return Err(ServiceError::new("InvalidExecutionInput", 400, message));
    }
    let arn = format!("{prefix}:execution:{machine}:{name}");
    if let Some((execution, started_at)) = state.executions.find(&arn) {
        return if execution.input == input {
            Ok(Output::Json(json!({"executionArn": arn, "startDate": started_at})))
        } else {
            let message = format!("Execution Already Exists: '{arn}'");
            Err(ServiceError::new("ExecutionAlreadyExists", 400, message))
        };
    }
    let started_at = state.now().as_second();
    let execution = StartedExecution { arn: arn.clone(), name, input, state_machine_arn };
    state.executions.by_arn.insert(arn.clone(), state.executions.started.len());
    state.executions.started.push((execution, started_at));
    Ok(Output::Json(json!({"executionArn": arn, "startDate": started_at})))
}

fn is_valid_name(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && name.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"<>{}[]?*\"#%\\^|~`$&,;:/".contains(c))
}
