//! Step Functions: `StartExecution`, idempotent by name as AWS documents it, `ListExecutions`, and the answers to task tokens.
//!
//! Executions run forever, and every token that was not answered yet counts as one that somebody waits for.

use serde_json::{Value, json};

use super::unserved;
use crate::engine::{Handler, Signer};
use crate::state::{AnsweredTask, RunningExecution, StartedExecution, State, TaskAnswer};
use crate::wire::json::seconds;
use crate::wire::{Answer, Input, Operation, Output, Request, ServiceError};

pub(super) struct StepFunctions;

impl Handler for StepFunctions {
    fn perform(&self, state: &mut State, signer: &Signer, _request: &Request, operation: &Operation) -> Answer {
        if matches!(signer, Signer::RootSession(_)) {
            return Err(unserved::refuse(state, signer, operation));
        }
        match operation.name.as_str() {
            "StartExecution" => start_execution(state, operation),
            "ListExecutions" => Ok(list_executions(state, operation)),
            "SendTaskSuccess" => match operation.parameter("output") {
                Some(output) if serde_json::from_str::<Value>(output).is_ok() => {
                    answer(state, operation, TaskAnswer::Success(output.to_owned()))
                }
                Some(_) | None => Err(ServiceError::new("InvalidOutput", 400, "Invalid Output: not JSON")),
            },
            "SendTaskFailure" => {
                let text = |name: &str| operation.parameter(name).map(ToOwned::to_owned);
                answer(state, operation, TaskAnswer::Failure { error: text("error"), cause: text("cause") })
            }
            _ => Err(ServiceError::not_simulated(&operation.action())),
        }
    }
}

/// Takes the first answer to a token. The texts of the errors are AWS's (samples/states.SendTask.*).
fn answer(state: &mut State, operation: &Operation, answer: TaskAnswer) -> Answer {
    let Some(token) = operation.parameter("taskToken").map(ToOwned::to_owned) else {
        return Err(ServiceError::new("InvalidToken", 400, "Invalid Token: 'Invalid token'"));
    };
    if !state.executions.answer(AnsweredTask { token, answer }) {
        let message = "Task Timed Out: 'Provided task does not exist anymore'";
        return Err(ServiceError::new("TaskTimedOut", 400, message));
    }
    Ok(Output::Json(json!({})))
}

/// The executions of one state machine, newest first, on one page. All of them run.
///
/// Source for the form: localstack/localstack@8b9a79f05846, `tests/aws/services/stepfunctions/v2/test_sfn_api.snapshot.json`
/// (validated against AWS). What is named there and only of ended ones is left out.
fn list_executions(state: &State, operation: &Operation) -> Output {
    let machine = operation.parameter("stateMachineArn").unwrap_or_default();
    let is_asked_for = operation.parameter("statusFilter").is_none_or(|status| status == "RUNNING");
    let executions: Vec<_> = state
        .executions
        .all()
        .iter()
        .rev()
        .filter(|RunningExecution { execution, .. }| is_asked_for && execution.state_machine_arn == machine)
        .map(|RunningExecution { execution, started_at_seconds }| {
            json!({
                "executionArn": execution.arn,
                "stateMachineArn": execution.state_machine_arn,
                "name": execution.name,
                "status": "RUNNING",
                "startDate": started_at_seconds,
                "redriveCount": 0,
            })
        })
        .collect();
    Output::Json(json!({ "executions": executions }))
}

fn start_execution(state: &mut State, operation: &Operation) -> Answer {
    let state_machine_arn = operation.parameter("stateMachineArn").unwrap_or_default().to_owned();
    let Some((prefix, machine)) = state_machine_arn.split_once(":stateMachine:") else {
        let message = format!("Invalid Arn: '{state_machine_arn}'");
        return Err(ServiceError::new("InvalidArn", 400, message));
    };
    let generated = || format!("execution-{}", state.executions.all().len());
    let name = operation.parameter("name").map_or_else(generated, ToOwned::to_owned);
    if !is_valid_name(&name) {
        return Err(ServiceError::new("InvalidName", 400, format!("Invalid Name: '{name}'")));
    }
    // An empty input is none of JSON; only one that is left out is `{}`.
    let input = match &operation.input {
        Input::Json(body) => body.get("input").and_then(Value::as_str).unwrap_or("{}").to_owned(),
        Input::Form(_) | Input::Rest => "{}".to_owned(),
    };
    if serde_json::from_str::<Value>(&input).is_err() {
        // What stands between the quotes are the words of AWS's JSON parser.
        let message = "Invalid State Machine Execution Input: 'Invalid execution input.'";
        return Err(ServiceError::new("InvalidExecutionInput", 400, message));
    }
    let arn = format!("{prefix}:execution:{machine}:{name}");
    if let Some(RunningExecution { execution, started_at_seconds }) = state.executions.find(&arn) {
        return if execution.input == input {
            Ok(Output::Json(json!({"executionArn": arn, "startDate": started_at_seconds})))
        } else {
            let message = format!("Execution Already Exists: '{arn}'");
            Err(ServiceError::new("ExecutionAlreadyExists", 400, message))
        };
    }
    let started_at_seconds = seconds(state.now());
    let execution = StartedExecution { arn: arn.clone(), name, input, state_machine_arn };
    state.executions.start(RunningExecution { execution, started_at_seconds });
    Ok(Output::Json(json!({"executionArn": arn, "startDate": started_at_seconds})))
}

fn is_valid_name(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && name.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"<>{}[]?*\"#%\\^|~`$&,;:/".contains(c))
}
