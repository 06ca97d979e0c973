//! Which access keys wait for a person before they go.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::HeldBack;
use crate::{
    AccountId, RootCredential,
    credential::{AccessKey, AccessKeyId, LastUsed},
};

/// Keys that two people have released: in use or not, they are no longer held back.
pub type ReleasedKeys = BTreeSet<(AccountId, AccessKeyId)>;

/// What decides whether an access key is held back.
#[derive(Debug, Clone, Copy)]
pub struct KeyRules<'a> {
    /// Access keys used within so many days are held back; 0 holds none back.
    pub protect_used_within_days: u16,
    pub released: &'a ReleasedKeys,
}

impl KeyRules<'_> {
    /// Why a key waits for a person at `now`; `None` lets it go.
    #[must_use]
    pub fn hold_back(&self, account: AccountId, key: &AccessKey, now: Timestamp) -> Option<HeldBack> {
        let days = self.protect_used_within_days;
        // Nothing is signed with an inactive key: deleting it stops nothing.
        if days == 0 || key.is_inactive() || self.released.contains(&(account, key.id.clone())) {
            return None;
        }
        let reason = match key.last_used {
            LastUsed::Never => return None,
            LastUsed::Unread => "its last use could not be read".to_owned(),
            LastUsed::At(at) if now.duration_since(at) > SignedDuration::from_hours(24 * i64::from(days)) => {
                return None;
            }
            LastUsed::At(at) => format!("used {at}, within the last {days} days"),
        };
        Some(HeldBack { credential: RootCredential::AccessKey(key.id.clone()), reason })
    }
}
