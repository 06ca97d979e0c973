//! Access keys that two people have released.

use std::collections::BTreeSet;

use rootwarden_domain::{
    AccountId,
    approvals::DecisionRecord,
    aws::credential::AccessKeyId,
    ids::{
        approval::ApprovalId,
        release::{DECISIONS, ReleaseId},
    },
    run::{plan::ReleasedKeys, release::KeyRelease},
};
use tracing::warn;

use super::{error::StorageError, storage::Storage};
use crate::client::Clock;

/// Reads which access keys are released.
#[derive(Debug)]
pub struct ReleaseReader {
    storage: Storage,
    clock: Clock,
}

impl ReleaseReader {
    #[must_use]
    pub fn new(storage: Storage, clock: Clock) -> Self {
        Self { storage, clock }
    }

    /// Those of `held` that are released right now. What cannot be read releases nothing.
    ///
    /// # Errors
    /// The bucket does not answer: then nobody knows, and nothing is released.
    pub async fn released(&self, held: &BTreeSet<(AccountId, AccessKeyId)>) -> Result<ReleasedKeys, StorageError> {
        let mut released = ReleasedKeys::new();
        if held.is_empty() {
            return Ok(released);
        }
        // Why by their decisions: approvers alone make those, and whoever may ask could ask without end.
        for key in self.storage.list(DECISIONS).await? {
            let Some(id) = ReleaseId::of_decision_key(&key) else { continue };
            let Some(subject) = id.subject().filter(|subject| held.contains(subject)) else { continue };
            match self.is_released(&id).await {
                Ok(true) => {
                    released.insert(subject);
                }
                Ok(false) => {}
                Err(StorageError::Malformed { key, source }) => {
                    warn!("Cannot read `{key}`, which releases nothing: {source}");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(released)
    }

    async fn is_released(&self, id: &ReleaseId) -> Result<bool, StorageError> {
        let found = self.storage.find_pinned::<KeyRelease>(&id.key()).await?;
        let Some((pin, release)) = found else { return Ok(false) };
        let request = ApprovalId::Release(id.clone());
        let decided = self.storage.find::<DecisionRecord>(&request.decision_key()).await?;
        Ok(release.is_of(id) && release.is_good(&pin, decided.as_ref(), self.clock.now()))
    }
}
