//! The executions that were started, and the task tokens that were answered.
//!
//! Executions run forever, and every token that was not answered yet counts as one that somebody waits for.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

/// An execution that somebody started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedExecution {
    pub arn: String,
    pub name: String,
    /// The input as it was sent.
    pub input: String,
    pub state_machine_arn: String,
}

/// A task token that somebody answered, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweredTask {
    pub token: String,
    pub answer: TaskAnswer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskAnswer {
    /// The output as it was sent.
    Success(String),
    Failure {
        error: Option<String>,
        cause: Option<String>,
    },
}

/// The executions of the world, in the order of their start, and the tasks that were answered, in that order too.
#[derive(Debug, Default)]
pub(crate) struct Executions {
    started: Vec<RunningExecution>,
    by_arn: HashMap<String, usize>,
    answered: Vec<AnsweredTask>,
    closed: HashSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct RunningExecution {
    pub(crate) execution: StartedExecution,
    /// As AWS's JSON has it.
    pub(crate) started_at_seconds: f64,
}

impl Executions {
    pub(crate) fn all(&self) -> &[RunningExecution] {
        &self.started
    }

    pub(crate) fn find(&self, arn: &str) -> Option<&RunningExecution> {
        self.started.get(*self.by_arn.get(arn)?)
    }

    pub(crate) fn start(&mut self, started: RunningExecution) {
        self.by_arn.insert(started.execution.arn.clone(), self.started.len());
        self.started.push(started);
    }

    pub(crate) fn answered(&self) -> &[AnsweredTask] {
        &self.answered
    }

    /// Takes an answer to a task token, and says whether it was the first.
    pub(crate) fn answer(&mut self, answered: AnsweredTask) -> bool {
        let is_first = self.closed.insert(answered.token.clone());
        if is_first {
            self.answered.push(answered);
        }
        is_first
    }
}
