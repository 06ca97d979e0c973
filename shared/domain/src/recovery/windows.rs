//! The windows of all accounts, as a run reads them: beside the exemptions of people, and never instead of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::window::RecoveryWindow;
use crate::{AccountId, ids::recovery::window_key, text::line::one_line};

/// How much of an error a reason repeats.
const SHOWN: usize = 80;

/// What an object says that lies where the window of an account lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowObject {
    Readable(Box<RecoveryWindow>),
    /// Why it cannot be read as the window of its account.
    Unreadable(String),
}

impl WindowObject {
    /// What lies at the place of `account`.
    #[must_use]
    pub fn of(account: AccountId, window: RecoveryWindow) -> Self {
        if window.account == account && window.recovery.is_about(account) {
            return Self::Readable(Box::new(window));
        }
        Self::Unreadable(format!("it is the window of account {}", window.account))
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecoveryWindows(BTreeMap<AccountId, WindowObject>);

impl RecoveryWindows {
    pub fn add(&mut self, account: AccountId, object: WindowObject) {
        self.0.insert(account, object);
    }

    /// The window of `account`, if it is open at `now`: then nothing is deleted there.
    #[must_use]
    pub fn open(&self, account: AccountId, now: Timestamp) -> Option<&RecoveryWindow> {
        self.readable(account).filter(|window| window.is_open(now))
    }

    /// The window of `account`, if it is over and not settled: what was made in it goes, and is reported as long as it is there.
    #[must_use]
    pub fn ended(&self, account: AccountId, now: Timestamp) -> Option<&RecoveryWindow> {
        self.readable(account).filter(|window| window.is_to_settle(now))
    }

    /// Why nothing is deleted in `account` until somebody has ended its window anew.
    ///
    /// INVARIANT: a window that cannot be read protects its account, and the run says so each time.
    #[must_use]
    pub fn unreadable(&self, account: AccountId) -> Option<String> {
        match self.0.get(&account)? {
            WindowObject::Readable(_) => None,
            WindowObject::Unreadable(why) => {
                let why: String = one_line(why).chars().take(SHOWN).collect();
                let key = window_key(account);
                Some(format!("`{key}` cannot be read as a recovery window ({why}): ask for `end-recovery`"))
            }
        }
    }

    fn readable(&self, account: AccountId) -> Option<&RecoveryWindow> {
        match self.0.get(&account)? {
            WindowObject::Readable(window) => Some(window),
            WindowObject::Unreadable(_) => None,
        }
    }
}
