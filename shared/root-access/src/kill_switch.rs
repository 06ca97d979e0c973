//! What people write into the bucket to keep accounts from being changed: the kill switch, and exemptions.

use rootwarden_domain::{
    AccountId,
    exemption::{self, Exemption, Exemptions},
};
use serde::Deserialize;

use crate::storage::{Storage, StorageError};

/// Where the kill switch lies.
const PAUSED: &str = "control/paused.json";

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
        match self.find::<Paused>(PAUSED).await {
            Ok(None | Some(Paused { paused: false, reason: _ })) => Ok(None),
            Ok(Some(Paused { paused: true, reason })) => {
                Ok(Some(reason.unwrap_or_else(|| format!("`{PAUSED}` says so, without a reason"))))
            }
            Err(StorageError::Malformed { key, source }) => {
                Ok(Some(format!("`{key}` cannot be read ({source}), so everything is paused")))
            }
            Err(error) => Err(error),
        }
    }

    /// The exemption that somebody wrote for an account, if there is one.
    ///
    /// # Errors
    /// It is there and cannot be read, or could not be asked for: then nothing may be deleted in the account.
    pub async fn exemption(&self, account: AccountId) -> Result<Option<Exemption>, StorageError> {
        self.find(&exemption::key(account)).await
    }

    /// Adds every exemption that people wrote to those of the deployment.
    ///
    /// # Errors
    /// One of them cannot be read: with exemptions that cannot be read, nothing may be deleted at all.
    pub async fn add_exemptions(&self, exemptions: &mut Exemptions) -> Result<(), StorageError> {
        for key in self.list(exemption::PREFIX).await? {
            let account = exemption::account_of(&key).map_err(|_| StorageError::Misplaced { key: key.clone() })?;
            if let Some(exemption) = self.find(&key).await? {
                exemptions.add(account, exemption);
            }
        }
        Ok(())
    }
}
