//! What people write into the bucket to keep accounts from being changed: the kill switch, and exemptions.

use futures::{StreamExt, stream};
use rootwarden_domain::{
    AccountId, ErrorKind,
    exemption::{self, Exemption, Exemptions},
};
use serde::Deserialize;
use tracing::warn;

use super::storage::{Storage, StorageError};

/// Where the kill switch lies.
const PAUSED: &str = "control/paused.json";

/// More bytes than that are no exemption and no switch, and could fill a function's memory.
const LARGEST: usize = 16 * 1024;
/// How many exemptions are read side by side.
const AT_ONCE: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paused {
    paused: bool,
    #[serde(default)]
    reason: Option<String>,
}

impl Storage {
    /// Why nothing may be changed right now; `None` if nothing is paused.
    ///
    /// INVARIANT (I13): a switch that cannot be read as one is on.
    ///
    /// # Errors
    /// It could not be asked for: then nothing may be changed either.
    pub async fn paused(&self) -> Result<Option<String>, StorageError> {
        match self.find_small::<Paused>(PAUSED, LARGEST).await {
            Ok(None | Some(Paused { paused: false, reason: _ })) => Ok(None),
            Ok(Some(Paused { paused: true, reason })) => {
                Ok(Some(reason.unwrap_or_else(|| format!("`{PAUSED}` says so, without a reason"))))
            }
            Err(StorageError::Malformed { key, source }) => {
                Ok(Some(format!("`{key}` cannot be read ({source}), so everything is paused")))
            }
            Err(StorageError::Unreadable(why)) => Ok(Some(format!("{why}, so everything is paused"))),
            Err(error) => Err(error),
        }
    }

    /// The exemption that somebody wrote for an account, if there is one.
    ///
    /// # Errors
    /// It is there and cannot be read, an object whose name says no account may be meant for it, or they could not be
    /// asked for: then nothing may be deleted in the account.
    pub async fn exemption(&self, account: AccountId) -> Result<Option<Exemption>, StorageError> {
        let own = exemption::key(account);
        let mut keys = self.list(exemption::PREFIX).await?;
        keys.retain(|key| *key == own || exemption::account_of(key).is_none());
        let mut exemptions = Exemptions::default();
        self.add_objects(&mut exemptions, keys).await?;
        let now = self.now();
        if let Some(reason) = exemptions.reason(account, now) {
            return Ok(Some(Exemption { reason: reason.to_owned(), until: None }));
        }
        exemptions.held_back(account, now).map_or(Ok(None), |why| Err(StorageError::Unreadable(why)))
    }

    /// Adds every exemption that people wrote to those of the deployment.
    ///
    /// One that cannot be read is added as what it is, and holds back what it could be meant for: it must not stop
    /// everything else, since nobody can delete it.
    ///
    /// # Errors
    /// They could not be asked for, for a cause that may pass.
    pub async fn add_exemptions(&self, exemptions: &mut Exemptions) -> Result<(), StorageError> {
        let keys = self.list(exemption::PREFIX).await?;
        self.add_objects(exemptions, keys).await
    }

    async fn add_objects(&self, exemptions: &mut Exemptions, keys: Vec<String>) -> Result<(), StorageError> {
        let mut read = stream::iter(keys)
            .map(async |key| {
                let read = self.read_exemption(&key).await;
                (key, read)
            })
            .buffered(AT_ONCE);
        while let Some((key, read)) = read.next().await {
            match read? {
                None => {}
                Some(Ok(exemption)) => exemptions.add_object(&key, Ok(exemption)),
                Some(Err(why)) => {
                    warn!("Exemption `{key}` cannot be read: {why}");
                    exemptions.add_object(&key, Err(why));
                }
            }
        }
        Ok(())
    }

    /// The exemption in an object, or why there is none to be read; `None` if the object is gone.
    async fn read_exemption(&self, key: &str) -> Result<Option<Result<Exemption, String>>, StorageError> {
        match self.find_small::<Exemption>(key, LARGEST).await {
            Ok(found) => Ok(found.map(Ok)),
            Err(StorageError::Malformed { key: _, source }) => Ok(Some(Err(source.to_string()))),
            Err(error) => match error.kind() {
                ErrorKind::Throttled | ErrorKind::Transient => Err(error),
                // E.g. encrypted with a key that this function may not use.
                ErrorKind::NotYetVisible
                | ErrorKind::Denied
                | ErrorKind::NotEnabled
                | ErrorKind::InvalidRequest
                | ErrorKind::Defect => Ok(Some(Err(error.to_string()))),
            },
        }
    }
}
