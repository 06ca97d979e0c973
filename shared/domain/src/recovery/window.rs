//! The window of one account: who asked, who approved, why, and until when.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Pin, RunId,
    aws::credential::AccessKey,
    ids::recovery::RecoveryId,
    people::{Person, Reason, Ticket},
    text::line::one_line,
};

/// A while in which root password recovery is allowed in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryWindow {
    /// The request that opened it, or extended it last.
    pub recovery: RecoveryId,
    pub account: AccountId,
    pub requested_by: Person,
    pub approved_by: Person,
    pub reason: Reason,
    pub ticket: Ticket,
    pub from: Timestamp,
    /// INVARIANT: the end stands in the window, and nothing that runs or fails moves it.
    pub until: Timestamp,
    pub closed: Option<Closing>,
    /// That what it left is gone, if that is proven.
    pub settled: Option<Settlement>,
}

/// That a window was closed, at its end or before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    pub at: Timestamp,
    pub because: String,
}

/// The report of a run that found the account clean after the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    pub at: Timestamp,
    pub run: RunId,
    pub report: Pin,
}

impl RecoveryWindow {
    /// When it ends or ended.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.closed.as_ref().map_or(self.until, |closed| closed.at.min(self.until))
    }

    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.settled.is_none() && now < self.end()
    }

    /// False for the one that `end-recovery` puts in the place of one that cannot be read: nobody has approved it, so that it
    /// lifts neither the guard nor the protection of keys.
    #[must_use]
    pub fn was_ever_open(&self) -> bool {
        self.from < self.until
    }

    /// Whether it is over, and nothing proves yet that what it left is gone.
    #[must_use]
    pub fn is_to_settle(&self, now: Timestamp) -> bool {
        !self.is_open(now) && self.settled.is_none()
    }

    /// Whether a key was created while the window was open. AWS tells the second.
    #[must_use]
    pub fn created(&self, key: &AccessKey) -> bool {
        let seconds = self.from.as_second()..=self.end().as_second();
        key.created_at.is_some_and(|at| seconds.contains(&at.as_second()))
    }
}

/// One line for people: who, why, until when.
impl fmt::Display for RecoveryWindow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { recovery, requested_by, approved_by, reason, ticket, .. } = self;
        write!(
            formatter,
            "root password recovery is allowed until {} (`{recovery}`): asked for by `{requested_by}`, approved by `{approved_by}`, \
             ticket {ticket}: {}",
            self.end(),
            one_line(reason.as_str())
        )
    }
}
