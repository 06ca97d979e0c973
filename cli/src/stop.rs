//! What ends the work before its end: Ctrl-C, that AWS does not take the caller's credentials any more, or that it lets
//! them into no account.

use std::sync::OnceLock;

use tokio::sync::Notify;

/// Why no further account is begun.
#[derive(Debug, Clone)]
pub enum Reason {
    Interrupted,
    /// What AWS says of the caller's own credentials, or that nothing answers.
    AccessLost(String),
    /// What AWS says in each account, and what is missing.
    DeniedEverywhere(String),
}

impl Reason {
    /// Completes "not looked at: " and "nothing was deleted: ".
    pub fn words(&self) -> &str {
        match self {
            Self::Interrupted => "interrupted",
            Self::AccessLost(why) | Self::DeniedEverywhere(why) => why,
        }
    }
}

/// Set once; the accounts in hand are finished all the same.
#[derive(Debug, Default)]
pub struct Stop {
    reason: OnceLock<Reason>,
    told: Notify,
}

impl Stop {
    pub fn set(&self, reason: Reason) {
        // The first reason holds.
        if self.reason.set(reason).is_ok() {
            self.told.notify_waiters();
        }
    }

    pub fn reason(&self) -> Option<&Reason> {
        self.reason.get()
    }

    /// Waits until it is set.
    pub async fn stopped(&self) {
        let told = self.told.notified();
        if self.reason.get().is_none() {
            told.await;
        }
    }
}
