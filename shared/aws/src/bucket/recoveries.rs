//! Recovery windows: one object for each account, which one function alone writes.

use futures::{StreamExt, stream};
use rootwarden_domain::{
    AccountId, ErrorKind,
    approvals::DecisionRecord,
    ids::{
        approval::ApprovalId,
        recovery::{WINDOWS, account_of, window_key},
    },
    recovery::{Backing, Opening, RecoveryWindow, RecoveryWindows, SignedRecovery, WindowObject},
};
use tracing::warn;

use super::{
    error::StorageError,
    storage::{Replaced, Storage},
};

/// More bytes than that are no window, and could fill a function's memory.
const LARGEST_BYTES: usize = 16 * 1024;
/// How many are read side by side.
const AT_ONCE: usize = 16;

/// Reads windows at the moment at which they count, and writes them where nobody else has meanwhile.
#[derive(Debug, Clone)]
pub struct Recoveries {
    storage: Storage,
}

/// What lies at an account's place, and which write it is of.
#[derive(Debug)]
pub struct CurrentWindow {
    account: AccountId,
    etag: Option<String>,
    pub object: Option<WindowObject>,
}

impl Recoveries {
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }

    /// Every window that was ever opened, the last one of each account.
    ///
    /// # Errors
    /// They could not be asked for, for a cause that may pass.
    pub async fn all(&self) -> Result<RecoveryWindows, StorageError> {
        let keys = self.storage.list(WINDOWS).await?;
        let accounts = keys.into_iter().filter_map(|key| {
            let account = account_of(&key);
            if account.is_none() {
                warn!("`{key}` is named after no account, and is no recovery window");
            }
            account
        });
        let mut read = stream::iter(accounts)
            .map(async |account| {
                let read = self.current(account).await;
                (account, read)
            })
            .buffered(AT_ONCE);
        let mut windows = RecoveryWindows::default();
        while let Some((account, current)) = read.next().await {
            if let Some(object) = current?.object {
                windows.add(account, object);
            }
        }
        Ok(windows)
    }

    /// The window of one account, alone among the windows.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub async fn of(&self, account: AccountId) -> Result<RecoveryWindows, StorageError> {
        let mut windows = RecoveryWindows::default();
        if let Some(object) = self.current(account).await?.object {
            windows.add(account, object);
        }
        Ok(windows)
    }

    /// The window of one account, to be replaced.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub async fn current(&self, account: AccountId) -> Result<CurrentWindow, StorageError> {
        let found = self.storage.find_to_replace::<RecoveryWindow>(&window_key(account), LARGEST_BYTES).await;
        let (etag, read) = match found {
            Ok(None) => return Ok(CurrentWindow { account, etag: None, object: None }),
            Ok(Some((etag, read))) => (etag, read),
            Err(error) => (None, Err(error)),
        };
        let object = match read {
            Ok(window) => self.held_against_its_request(WindowObject::of(account, window)).await,
            Err(error) => Err(error),
        };
        // Why: what AWS did not let us read may be a good window, over which nothing is written.
        let etag = if matches!(object, Err(StorageError::Aws(_))) { None } else { etag };
        let object = match object {
            Ok(object) => object,
            Err(error) => match error.kind() {
                ErrorKind::Throttled | ErrorKind::Transient => return Err(error),
                // E.g. encrypted with a key that this function may not use.
                ErrorKind::NotYetVisible
                | ErrorKind::Denied
                | ErrorKind::NotEnabled
                | ErrorKind::InvalidRequest
                | ErrorKind::Defect => {
                    warn!("The recovery window of account {account} cannot be read: {error}");
                    WindowObject::Unreadable(error.to_string())
                }
            },
        };
        Ok(CurrentWindow { account, etag, object: Some(object) })
    }

    /// A window that rests on nothing is one that cannot be read. A settled one has no effect, so that nothing more is asked.
    async fn held_against_its_request(&self, object: WindowObject) -> Result<WindowObject, StorageError> {
        let window = match object {
            WindowObject::Readable(window) if window.settled.is_none() => window,
            WindowObject::Readable(_) | WindowObject::Unreadable(_) => return Ok(object),
        };
        let approval = ApprovalId::Recovery(window.recovery.clone());
        let backing = Backing {
            asked: self.storage.find_pinned::<SignedRecovery>(&window.recovery.request_key()).await?,
            decided: self.storage.find::<DecisionRecord>(&approval.decision_key()).await?,
            opened: self.storage.find::<Opening>(&window.recovery.opened_key()).await?,
        };
        Ok(match backing.check(&window) {
            Ok(()) => WindowObject::Readable(window),
            Err(why) => WindowObject::Unreadable(why.to_string()),
        })
    }

    /// Writes `window` in the place of what was read.
    ///
    /// INVARIANT: of two writers that have read the same, one writes.
    ///
    /// # Errors
    /// `Transient` if somebody else wrote meanwhile, or an answer got lost: what lies there now has to be read again.
    pub async fn replace(&self, current: CurrentWindow, window: &RecoveryWindow) -> Result<(), StorageError> {
        let CurrentWindow { account, etag, object: _ } = current;
        match self.storage.replace(&window_key(account), window, etag).await? {
            Replaced::Yes => Ok(()),
            Replaced::WrittenMeanwhile => Err(StorageError::written_meanwhile(&window_key(account))),
        }
    }
}

impl CurrentWindow {
    /// The window, if it can be read.
    #[must_use]
    pub fn readable(&self) -> Option<&RecoveryWindow> {
        match &self.object {
            Some(WindowObject::Readable(window)) => Some(window),
            Some(WindowObject::Unreadable(_)) | None => None,
        }
    }
}
