//! Which access keys wait for a person before they go.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{AuditedChunk, ProtectedCredential};
use crate::{
    AccountId, RootCredential,
    aws::credential::{AccessKey, AccessKeyId, LastUsed},
    run::audit::{AuditOutcome, AuditedAccount},
};

/// Keys that two people have released: in use or not, they are no longer protected.
pub type ReleasedKeys = BTreeSet<(AccountId, AccessKeyId)>;

/// What decides whether an access key is protected.
#[derive(Debug, Clone, Copy)]
pub struct KeyRules<'a> {
    /// Access keys used within so many days are protected; 0 protects none.
    pub protect_used_within_days: u16,
    pub released: &'a ReleasedKeys,
}

impl KeyRules<'_> {
    /// Every key that is protected in what the audits found, to ask whether it was released.
    #[must_use]
    pub fn protected<'a>(&self, chunks: impl Iterator<Item = &'a AuditedChunk>, now: Timestamp) -> ReleasedKeys {
        let results = chunks.flat_map(|chunk| chunk.audits.values().flatten());
        let mut protected = ReleasedKeys::new();
        for AuditedAccount { account, outcome } in results.flat_map(|result| &result.accounts) {
            if let AuditOutcome::Present(inventory) = outcome {
                let keys = inventory.access_keys.iter();
                let held = keys.filter(|key| self.protection(account.id, key, now).is_some());
                protected.extend(held.map(|key| (account.id, key.id.clone())));
            }
        }
        protected
    }

    /// Why a key waits for a person at `now`; `None` lets it go.
    #[must_use]
    pub fn protection(&self, account: AccountId, key: &AccessKey, now: Timestamp) -> Option<ProtectedCredential> {
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
        Some(ProtectedCredential { credential: RootCredential::AccessKey(key.id.clone()), reason })
    }
}
