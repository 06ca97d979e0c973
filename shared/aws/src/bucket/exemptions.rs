//! Accounts in which nothing is deleted: those that the deployment names, and those that people wrote into the bucket.

use futures::{StreamExt, stream};
use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, ErrorKind, Pin,
    run::exemption::{self, Exemption, ExemptionObject, Exemptions},
};
use tracing::warn;

use super::{error::StorageError, storage::Storage};

/// More bytes than that are no exemption, and could fill a function's memory.
const LARGEST_BYTES: usize = 16 * 1024;
/// How many are read side by side.
const AT_ONCE: usize = 16;

/// Reads exemptions, at the moment at which they count.
#[derive(Debug)]
pub struct ExemptionReader {
    storage: Storage,
    /// Those of the deployment's parameter.
    deployed: Exemptions,
}

impl ExemptionReader {
    #[must_use]
    pub fn new(storage: Storage, deployed: Exemptions) -> Self {
        Self { storage, deployed }
    }

    /// Why nothing is deleted in an account at `now`, if somebody exempted it.
    ///
    /// # Errors
    /// An exemption is there and cannot be read, an object whose name says no account may be meant for it, or they could
    /// not be asked for: then nothing may be deleted in the account.
    pub async fn reason(&self, account: AccountId, now: Timestamp) -> Result<Option<String>, StorageError> {
        let own = exemption::key(account);
        let mut keys = self.storage.list(exemption::PREFIX).await?;
        keys.retain(|key| *key == own || exemption::account_of(key).is_none());
        let mut written = Exemptions::default();
        self.add_objects(&mut written, keys).await?;
        let reason = written.reason(account, now);
        if reason.is_none()
            && let Some(why) = written.protected(account, now)
        {
            return Err(StorageError::Unreadable(why));
        }
        Ok(self.deployed.reason(account, now).or(reason).map(str::to_owned))
    }

    /// Every exemption, of the deployment and of people.
    ///
    /// One that cannot be read is added as what it is, and protects every account that it could be meant for. It does not
    /// stop the accounts that it cannot be meant for, since nobody can delete it.
    ///
    /// # Errors
    /// They could not be asked for, for a cause that may pass.
    pub async fn all(&self) -> Result<Exemptions, StorageError> {
        let keys = self.storage.list(exemption::PREFIX).await?;
        let mut exemptions = self.deployed.clone();
        self.add_objects(&mut exemptions, keys).await?;
        Ok(exemptions)
    }

    async fn add_objects(&self, exemptions: &mut Exemptions, keys: Vec<String>) -> Result<(), StorageError> {
        let mut read = stream::iter(keys)
            .map(async |key| {
                let read = self.read(&key).await;
                (key, read)
            })
            .buffered(AT_ONCE);
        while let Some((key, read)) = read.next().await {
            let Some(object) = read? else { continue };
            if let ExemptionObject::Unreadable(why) = &object {
                warn!("Exemption `{key}` cannot be read: {why}");
            }
            exemptions.add_object(&key, object);
        }
        Ok(())
    }

    /// What an object says; `None` if it is gone.
    async fn read(&self, key: &str) -> Result<Option<ExemptionObject>, StorageError> {
        match self.storage.find_small::<Exemption>(key, LARGEST_BYTES).await {
            Ok(found) => Ok(found.map(ExemptionObject::Readable)),
            Err(StorageError::Malformed { key: _, source }) => {
                Ok(Some(ExemptionObject::Unreadable(source.to_string())))
            }
            Err(error) => match error.kind() {
                ErrorKind::Throttled | ErrorKind::Transient => Err(error),
                // E.g. encrypted with a key that this function may not use.
                ErrorKind::NotYetVisible
                | ErrorKind::Denied
                | ErrorKind::NotEnabled
                | ErrorKind::InvalidRequest
                | ErrorKind::Defect => Ok(Some(ExemptionObject::Unreadable(error.to_string()))),
            },
        }
    }
}

/// Writes exemptions for a person, where nobody else has written meanwhile.
#[derive(Debug)]
pub struct Exempting {
    storage: Storage,
}

/// What lies at an account's place, and which write it is of.
#[derive(Debug)]
pub struct CurrentExemption {
    account: AccountId,
    etag: Option<String>,
    pub object: Option<ExemptionObject>,
}

impl CurrentExemption {
    /// Where it lies.
    #[must_use]
    pub fn key(&self) -> String {
        exemption::key(self.account)
    }
}

impl Exempting {
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }

    /// The exemption of one account, to be replaced.
    ///
    /// # Errors
    /// It could not be asked for, for a cause that may pass.
    pub async fn current(&self, account: AccountId) -> Result<CurrentExemption, StorageError> {
        let found = self.storage.find_to_replace::<Exemption>(&exemption::key(account), LARGEST_BYTES).await;
        let (etag, read) = match found {
            Ok(None) => return Ok(CurrentExemption { account, etag: None, object: None }),
            Ok(Some((etag, read))) => (etag, read),
            Err(error) => (None, Err(error)),
        };
        let object = match read {
            Ok(exemption) => ExemptionObject::Readable(exemption),
            Err(error) => match error.kind() {
                ErrorKind::Throttled | ErrorKind::Transient => return Err(error),
                ErrorKind::NotYetVisible
                | ErrorKind::Denied
                | ErrorKind::NotEnabled
                | ErrorKind::InvalidRequest
                | ErrorKind::Defect => ExemptionObject::Unreadable(error.to_string()),
            },
        };
        Ok(CurrentExemption { account, etag, object: Some(object) })
    }

    /// Writes `exemption` in the place of what was read, and says what was written.
    ///
    /// # Errors
    /// `Transient` if somebody else wrote meanwhile; any other failure of `PutObject`; `NotEnabled` if the bucket keeps no versions.
    pub async fn replace(&self, current: CurrentExemption, exemption: &Exemption) -> Result<Pin, StorageError> {
        let (key, CurrentExemption { account: _, etag, object }) = (current.key(), current);
        if etag.is_none() && object.is_some() {
            // What AWS did not let us read has no ETag that is known.
            return self.storage.write(key, exemption).await;
        }
        let written = self.storage.replace_pinned(&key, exemption, etag).await?;
        written.ok_or_else(|| StorageError::written_meanwhile(&key))
    }
}
