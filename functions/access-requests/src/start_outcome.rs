//! What becomes of a request that starts an execution.

use rootwarden_aws::Done;
use serde::Serialize;

/// `T` names what was started, e.g. `{"outcome": "started", "run": "…"}`.
#[derive(Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum StartOutcome<T> {
    Started(T),
    /// The same was asked for before, within the same minute.
    AlreadyStarted(T),
}

impl<T> StartOutcome<T> {
    pub(crate) fn of(started: Done, what: T) -> Self {
        match started {
            Done::Now => Self::Started(what),
            Done::Already => Self::AlreadyStarted(what),
        }
    }
}
