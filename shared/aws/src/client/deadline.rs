//! The moment at which a function is ended, whatever it is doing.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

/// When the work at hand has to be over.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// A deadline that lies `remaining` ahead.
    #[must_use]
    pub fn after(remaining: Duration) -> Self {
        Self(Instant::now() + remaining)
    }

    /// Whether `needed` still fits before the deadline.
    #[must_use]
    pub fn leaves(&self, needed: Duration) -> bool {
        self.0.saturating_duration_since(Instant::now()) >= needed
    }

    /// This deadline or the one `limit` ahead, whichever comes first.
    #[must_use]
    pub fn at_most(self, limit: Duration) -> Self {
        Self(self.0.min(Instant::now() + limit))
    }

    /// A deadline that comes sooner, so that `kept_back` is left for what has to follow.
    #[must_use]
    pub fn earlier_by(self, kept_back: Duration) -> Self {
        Self(self.0.checked_sub(kept_back).unwrap_or(self.0))
    }

    /// This deadline, or the end of `limit` since `began`, whichever comes first: `now` is the time by the same clock.
    #[must_use]
    pub fn at_most_since(self, began: Timestamp, limit: Duration, now: Timestamp) -> Self {
        let passed = Duration::try_from(now.duration_since(began)).unwrap_or_default();
        self.at_most(limit.saturating_sub(passed))
    }

    /// What `work` comes to, if that is before the deadline; else it is ended where it stands.
    pub async fn cut<F: Future>(self, work: F) -> Option<F::Output> {
        timeout_at(self.0, work).await.ok()
    }
}
