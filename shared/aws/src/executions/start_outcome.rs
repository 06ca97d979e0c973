//! What becomes of a request that starts an execution.

use rootwarden_domain::RunId;
use serde::Serialize;

use crate::client::Done;

/// `T` names what was started, e.g. `{"outcome": "started", "run": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum StartOutcome<T> {
    Started(T),
    /// An execution of this name was started before: the same was asked for, or the same event delivered.
    AlreadyStarted(T),
}

impl<T> StartOutcome<T> {
    pub fn of(started: Done, what: T) -> Self {
        match started {
            Done::Now => Self::Started(what),
            Done::Already => Self::AlreadyStarted(what),
        }
    }
}

/// A run that was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StartedRun {
    pub run: RunId,
}
