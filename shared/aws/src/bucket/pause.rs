//! The switch by which people pause everything that changes.

use serde::Deserialize;

use super::{error::StorageError, storage::Storage};

/// Where the switch lies.
const PAUSED: &str = "control/paused.json";
/// More bytes than that are no switch, and could fill a function's memory.
const LARGEST_BYTES: usize = 16 * 1024;

/// What people write there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paused {
    paused: bool,
    #[serde(default)]
    reason: Option<String>,
}

/// Asks whether everything that changes is paused.
#[derive(Debug, Clone)]
pub struct PauseSwitch {
    storage: Storage,
}

impl PauseSwitch {
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }

    /// Why nothing may be changed right now; `None` if nothing is paused.
    ///
    /// INVARIANT (I13): where the object is there and does not say `"paused": false`, everything is paused.
    ///
    /// # Errors
    /// It could not be asked for: then nothing may be changed either.
    pub async fn reason(&self) -> Result<Option<String>, StorageError> {
        match self.storage.find_small::<Paused>(PAUSED, LARGEST_BYTES).await {
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
}
