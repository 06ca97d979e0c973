//! The world's clock: its own in tests, the real one in a server.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// What time it is in the world.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// Stands still until somebody moves it.
    Manual(Timestamp),
    System,
}

impl Clock {
    /// The time as AWS answers it: the real clock in whole seconds.
    pub(crate) fn now(self) -> Timestamp {
        match self {
            Self::Manual(now) => now,
            Self::System => whole_seconds(Timestamp::now()),
        }
    }

    /// The time by which calls are logged and rates are limited.
    pub(crate) fn precisely_now(self) -> Timestamp {
        match self {
            Self::Manual(now) => now,
            Self::System => Timestamp::now(),
        }
    }

    /// Moves a manual clock; the real one moves by itself.
    pub(crate) fn advance(&mut self, by: Duration) {
        match self {
            Self::Manual(now) => *now = now.checked_add(by).unwrap_or(Timestamp::MAX),
            Self::System => {}
        }
    }
}

/// Whole seconds from `since` to `now`, negative if `since` lies ahead.
pub(crate) fn seconds_between(since: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(since).as_secs()
}

pub(crate) fn seconds_later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// AWS answers in whole seconds.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// When a world starts unless it says otherwise.
pub(crate) fn default_start() -> Timestamp {
    instant("2026-11-22T02:00:00Z")
}

/// When an account joined, and its credentials were made, unless it says otherwise.
pub(crate) fn default_joined() -> Timestamp {
    instant("2025-01-01T00:00:00Z")
}

/// Reads an RFC 3339 instant that somebody wrote into the source.
#[track_caller]
#[expect(clippy::unwrap_used, reason = "a literal of a test; a wrong one must stop the test")]
pub(crate) fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}
