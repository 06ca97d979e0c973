//! What one step hands to the next: objects in the bucket, pinned by version and SHA-256.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::Digest;

use crate::{Failure, RoundId, RunId, text::input::ValueError};

mod account_outcomes;
mod outcome;

pub(crate) use account_outcomes::AccountOutcomes;
pub use outcome::{BatchOutcome, LONGEST_CAUSE, MOST_BATCHES, WorkerError, no_result, outcomes};

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits. The default is nothing's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256([u8; 32]);

impl Sha256 {
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// Its first hexadecimal digits, 64 at most, for a name that has no room for all of them.
    #[must_use]
    pub fn first_digits(&self, count: usize) -> String {
        self.to_string().chars().take(count).collect()
    }
}

impl FromStr for Sha256 {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let mut digest = [0; 32];
        hex::decode_to_slice(value, &mut digest)
            .map_err(|_| ValueError::new(value, "a SHA-256 digest (64 hexadecimal digits)"))?;
        Ok(Self(digest))
    }
}

impl TryFrom<String> for Sha256 {
    type Error = ValueError;

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
    /// The numbers of `batches`, in their order.
    #[must_use]
    pub fn numbers(batches: &[Self]) -> Vec<u32> {
        batches.iter().map(|batch| batch.batch).collect()
    }

    /// Forms batches of `size` accounts, numbered from 0; of more, where there would be more than [`MOST_BATCHES`].
    #[must_use]
    pub fn form(accounts: Vec<T>, size: usize) -> Vec<Self> {
        let size = size.max(accounts.len().div_ceil(MOST_BATCHES)).max(1);
        let mut batches: Vec<Self> = Vec::new();
        for account in accounts {
            match batches.last_mut() {
                Some(last) if last.accounts.len() < size => last.accounts.push(account),
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

/// A worker's result file, and the accounts that it was given: what is missing in the first is `Failure` for the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerResult<T> {
    pub run: RunId,
    pub round: u32,
    pub batch: u32,
    pub accounts: Vec<T>,
}

/// What the audit of one chunk left behind, as `audit-accounts` wrote it down once each of the chunk's batches had ended.
///
/// The records of a round form a chain, from its last chunk to chunk 0. A plan is made of the newest one, which binds all that
/// is behind it: each names the record before it, and the selection that was audited, by version and SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditRecord {
    pub run: RunId,
    pub round: u32,
    pub chunk: u32,
    /// What was audited.
    pub selection: Pin,
    /// How each batch ended; a child that left nothing that can be read is `None`. Empty where the chunk has no candidates.
    pub outcomes: Vec<Option<BatchOutcome>>,
    /// The record of the chunk before this one; chunk 0 has none.
    pub previous: Option<Pin>,
}

impl<T> WorkerResult<T> {
    /// The round that it is of.
    #[must_use]
    pub fn round_id(&self) -> RoundId {
        RoundId::new(self.run.clone(), self.round)
    }
}

impl AuditRecord {
    /// The round that it is of.
    #[must_use]
    pub fn round_id(&self) -> RoundId {
        RoundId::new(self.run.clone(), self.round)
    }
}

/// What the reader of a batch's result found: the result, or why there is none.
pub type Collected<T> = Result<WorkerResult<T>, Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_batches_that_hold_every_account_once() {
        for (count, size, batches) in [(0, 10, 0), (1, 10, 1), (11, 10, 2), (1_000, 10, 100), (1_001, 10, 91)] {
            let formed = Batch::form((0..count).collect(), size);
            assert_eq!(formed.len(), batches, "{count} by {size}");
            assert!(formed.iter().enumerate().all(|(number, batch)| batch.batch as usize == number));
            let all: Vec<i32> = formed.into_iter().flat_map(|batch| batch.accounts).collect();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_organization_of_the_largest_size_never_makes_more_batches_than_there_may_be() {
        assert_eq!(Batch::form((0..50_000).collect(), 10).len(), MOST_BATCHES);
    }
}
