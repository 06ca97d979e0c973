//! What one step hands to the next: objects in the bucket, pinned by version and SHA-256.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::Digest;

use crate::{Failure, input::InvalidValue};

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits. The default is nothing's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256([u8; 32]);

impl Sha256 {
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl FromStr for Sha256 {
    type Err = InvalidValue;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let mut digest = [0; 32];
        hex::decode_to_slice(value, &mut digest)
            .map_err(|_| InvalidValue::new(value, "a SHA-256 digest (64 hexadecimal digits)"))?;
        Ok(Self(digest))
    }
}

impl TryFrom<String> for Sha256 {
    type Error = InvalidValue;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        value.parse()
    }
}

impl From<Sha256> for String {
    fn from(digest: Sha256) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

/// One version of one object in the project's bucket, and what its bytes were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    pub key: String,
    pub version_id: String,
    pub sha256: Sha256,
}

/// A part of a run's work, small enough for one worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch<T> {
    pub batch: u32,
    pub accounts: Vec<T>,
}

impl<T> Batch<T> {
    /// Forms batches of `size` accounts, numbered from 0.
    #[must_use]
    pub fn form(accounts: Vec<T>, size: usize) -> Vec<Self> {
        let mut batches: Vec<Self> = Vec::new();
        for account in accounts {
            match batches.last_mut() {
                Some(last) if last.accounts.len() < size.max(1) => last.accounts.push(account),
                Some(Self { batch, .. }) => {
                    let batch = *batch + 1;
                    batches.push(Self { batch, accounts: vec![account] });
                }
                None => batches.push(Self { batch: 0, accounts: vec![account] }),
            }
        }
        batches
    }
}

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
    #[serde(default)]
    pub cause: String,
}

/// A worker's result file, and the accounts that it was given: what is missing in the first is `Failure` for the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerResult<T> {
    pub run: crate::RunId,
    pub round: u32,
    pub batch: u32,
    pub accounts: Vec<T>,
}

/// What the reader of a batch's result found: the result, or why there is none.
pub type Collected<T> = Result<WorkerResult<T>, Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_batches_that_hold_every_account_once() {
        let batches = Batch::form((0..50_000).collect(), 100);
        assert_eq!(batches.len(), 500);
        assert!(batches.iter().enumerate().all(|(number, batch)| batch.batch as usize == number));
        let all: Vec<i32> = batches.into_iter().flat_map(|batch| batch.accounts).collect();
        assert_eq!(all, (0..50_000).collect::<Vec<_>>());
    }

    #[test]
    fn reads_both_ends_of_a_worker() {
        let failed = r#"{"batch": 3, "failed": {"Error": "Defect", "Cause": "x"}}"#;
        assert!(matches!(serde_json::from_str(failed).unwrap(), BatchOutcome::Failed { batch: 3, .. }));
        let digest = Sha256::of(b"");
        let done =
            format!(r#"{{"batch": 4, "result": {{"key": "k", "version_id": "v", "sha256": "{digest}"}}, "clean": 1}}"#);
        assert!(matches!(serde_json::from_str(&done).unwrap(), BatchOutcome::Result { batch: 4, .. }));
    }
}
