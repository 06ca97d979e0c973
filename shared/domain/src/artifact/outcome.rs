//! What a Distributed Map answers for each of its children: ours, or whatever AWS puts in its place.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::Pin;
use crate::{ErrorKind, Failure};

/// So many characters of a failed worker's cause are kept: in the state machine, which cuts to the same length, and here.
///
/// Why: a cause may have 32 KiB, and what all workers of a map leave has to fit into the 256 KiB of a state.
pub const LONGEST_CAUSE: usize = 200;

/// So many batches at most, so that what their workers leave fits into the state machine's 256 KiB, all of them failed
/// included. `States.ALL` is documented not to catch `States.DataLimitExceeded`, so it must not come about.
pub const MOST_BATCHES: usize = 100;

/// How one worker ended, as the state machine hands it on. A worker that left nothing is `None` beside this.
///
/// AWS adds the counts that the worker returned; they are for people who look at the execution, so they are not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BatchOutcome {
    Result { batch: u32, result: Pin },
    Failed { batch: u32, failed: WorkerError },
}

/// What Step Functions says of a task that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WorkerError {
    pub error: String,
    #[serde(default, deserialize_with = "short_cause")]
    pub cause: String,
}

/// A child that failed where nothing in it could catch that, as Step Functions writes it down.
///
/// Source: AWS Step Functions Developer Guide, "`ResultWriter` (Map)": without one, a failed child's execution result stands
/// among the results unchanged; its fields as in `DescribeExecution`, `Input` being JSON in a string.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FailedChild {
    input: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    cause: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ChildInput {
    batch: u32,
}

impl BatchOutcome {
    /// What stands for one child; `None` for anything that does not say which batch it was.
    fn read(value: Value) -> Option<Self> {
        if let Ok(ours) = Self::deserialize(&value) {
            return Some(ours);
        }
        let FailedChild { input, status, error, cause } = serde_json::from_value(value).ok()?;
        let ChildInput { batch } = serde_json::from_str(&input).ok()?;
        let error = error.or(status).unwrap_or_else(|| "no error was named".to_owned());
        Some(Self::Failed {
            batch,
            failed: WorkerError { error: short(&error), cause: message_in(&cause.unwrap_or_default()) },
        })
    }
}

/// Reads what a map answered, one child after the other.
///
/// INVARIANT (I11): nothing in there stops the others. What is not ours is a missing result, and the accounts of its batch
/// are unknown; so is everything, if there is no list at all.
///
/// # Errors
/// Only if it is no JSON.
pub fn outcomes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Option<BatchOutcome>>, D::Error> {
    deserializer.deserialize_any(Outcomes)
}

struct Outcomes;

impl<'de> Visitor<'de> for Outcomes {
    type Value = Vec<Option<BatchOutcome>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("what a map answered")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut outcomes = Vec::new();
        while let Some(element) = elements.next_element::<Value>()? {
            outcomes.push(BatchOutcome::read(element));
        }
        Ok(outcomes)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Vec::new())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

/// Why nothing is known of a batch whose worker left nothing.
#[must_use]
pub fn no_result(batch: u32) -> Failure {
    Failure::new(ErrorKind::Transient, format!("batch {batch} left no result"))
}

/// The message in a cause that a function left as JSON, or the cause as it is; short either way.
///
/// Source: AWS Lambda Developer Guide, function errors in Step Functions: `{"errorType": …, "errorMessage": …, …}`.
fn message_in(cause: &str) -> String {
    let message =
        serde_json::from_str::<Value>(cause).ok().and_then(|cause| cause.get("errorMessage")?.as_str().map(short));
    message.unwrap_or_else(|| short(cause))
}

fn short_cause<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(message_in(&Option::<String>::deserialize(deserializer)?.unwrap_or_default()))
}

/// On one line, with an ellipsis in place of what is too much.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_CAUSE {
        return line;
    }
    let kept: String = line.chars().take(LONGEST_CAUSE - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
