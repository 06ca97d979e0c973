//! The moment at which a function is ended, whatever it is doing.

use std::time::Duration;

use tokio::time::Instant;

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
}
