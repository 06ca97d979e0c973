//! Who or what started something.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Person;

/// Who or what started a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartedBy {
    Schedule,
    Event,
    /// Who signed the request.
    Person(Person),
}

impl fmt::Display for StartedBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schedule => formatter.write_str("the schedule"),
            Self::Event => formatter.write_str("an event"),
            Self::Person(person) => write!(formatter, "`{person}`"),
        }
    }
}
