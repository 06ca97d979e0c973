//! Those whom a policy leaves out, as people are told.

use serde::{Deserialize, Serialize};

/// Somebody whom a policy leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// In plain words.
    pub who: String,
    pub likelihood: Likelihood,
    pub why: String,
}

/// Whether there is anybody whom an exception helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    Plausible,
    /// It cannot be said from the policy.
    Unknown,
    Doubtful,
    /// It stands there and helps nobody.
    Nobody,
}

impl Likelihood {
    /// Completes "…: why".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Plausible => "plausible",
            Self::Unknown => "cannot be said",
            Self::Doubtful => "doubtful",
            Self::Nobody => "helps nobody",
        }
    }
}

impl Exception {
    #[must_use]
    pub fn new(who: impl Into<String>, likelihood: Likelihood, why: impl Into<String>) -> Self {
        Self { who: who.into(), likelihood, why: why.into() }
    }
}
