//! What a report says of recovery windows: which are open, and which accounts stay open after the end of theirs.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountReport, Status};
use crate::{AccountId, ids::recovery::RecoveryId, people::Person, recovery::RecoveryWindow};

/// The windows of the accounts that a run is about.
#[derive(Debug, Default)]
pub(super) struct Windows {
    pub(super) open: BTreeMap<AccountId, RecoveryWindow>,
    pub(super) kept_open: BTreeMap<AccountId, KeptOpen>,
}

impl Windows {
    /// Adds those of one round, once `accounts` has what it found.
    pub(super) fn add_round(
        &mut self,
        open: BTreeMap<AccountId, RecoveryWindow>,
        ended: BTreeMap<AccountId, RecoveryWindow>,
        accounts: &BTreeMap<AccountId, AccountReport>,
    ) {
        self.open.extend(open);
        for (account, window) in ended {
            self.open.remove(&account);
            match accounts.get(&account).and_then(|report| KeptOpen::of(window, &report.status)) {
                Some(open) => drop(self.kept_open.insert(account, open)),
                None => drop(self.kept_open.remove(&account)),
            }
        }
    }
}

/// Why an account is not known to be clean, although its window is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptOpen {
    pub recovery: RecoveryId,
    pub requested_by: Person,
    pub ended_at: Timestamp,
    pub because: String,
}

impl KeptOpen {
    /// None if the account was seen clean in this run: then nothing of the window is left.
    pub(super) fn of(window: RecoveryWindow, status: &Status) -> Option<Self> {
        let because = match status {
            Status::Clean | Status::Cleaned { .. } => return None,
            Status::Found { .. } => "this run only reports".to_owned(),
            Status::Exempt { reason, inventory: _ } => format!("it is exempt: {reason}"),
            Status::Protected { .. } => "what is left is protected".to_owned(),
            Status::Unknown(failure) => format!("nothing is known of it: {failure}"),
            Status::Failed { failure, steps: _ } => format!("some of it could not be deleted: {failure}"),
            Status::Ineligible(reason) => format!("it is {reason}"),
            Status::Excluded { tag, inventory: _ } => {
                format!("it has the tag `{}`, which the run leaves alone", tag.key)
            }
            Status::NotApproved { .. } => "the approval was not given".to_owned(),
            Status::Paused { reason } => format!("everything that changes is paused: {reason}"),
        };
        let ended_at = window.end();
        let RecoveryWindow { recovery, requested_by, .. } = window;
        Some(Self { recovery, requested_by, ended_at, because })
    }
}

impl fmt::Display for KeptOpen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { recovery, requested_by: _, ended_at, because } = self;
        write!(formatter, "is kept open after the end of its recovery window ({ended_at}, `{recovery}`): {because}")
    }
}
