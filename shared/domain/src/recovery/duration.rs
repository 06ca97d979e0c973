//! How long a window is open: an ISO 8601 duration.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};

use crate::text::input::ValueError;

/// A length of time, written in ISO 8601, e.g. `PT24H` or `P2D`. A day has 24 hours here.
///
/// More than nothing, and at most [`WindowDuration::LONGEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WindowDuration(SignedDuration);

impl WindowDuration {
    /// No deployment allows more: the state machine has to live until the end.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

    #[must_use]
    pub fn length(self) -> SignedDuration {
        self.0
    }
}

impl FromStr for WindowDuration {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        let refused = || ValueError::new(value, "an ISO 8601 duration of at most seven days, e.g. `PT24H`");
        // Why: the parser also takes a form of its own ("24 hours"), and a duration has one form here.
        if !value.starts_with('P') {
            return Err(refused());
        }
        let span: Span = value.parse().map_err(|_| refused())?;
        // Months and years have no length of their own, so the conversion refuses them.
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| refused())?;
        if length > SignedDuration::ZERO && length <= Self::LONGEST { Ok(Self(length)) } else { Err(refused()) }
    }
}

impl fmt::Display for WindowDuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // In ISO 8601.
        self.0.fmt(formatter)
    }
}

impl TryFrom<String> for WindowDuration {
    type Error = ValueError;

    fn try_from(value: String) -> Result<Self, ValueError> {
        value.parse()
    }
}

impl From<WindowDuration> for String {
    fn from(duration: WindowDuration) -> Self {
        duration.to_string()
    }
}

/// What a deployment allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationLimits {
    least: WindowDuration,
    most: WindowDuration,
}

impl DurationLimits {
    /// # Errors
    /// The least is more than the most: then nothing could be asked for.
    pub fn new(least: WindowDuration, most: WindowDuration) -> Result<Self, ValueError> {
        if least <= most {
            return Ok(Self { least, most });
        }
        Err(ValueError::because(&least.to_string(), format!("the least duration is more than the most, {most}")))
    }

    /// # Errors
    /// The duration is not within the limits, which are named.
    pub fn check(self, duration: WindowDuration) -> Result<(), ValueError> {
        let Self { least, most } = self;
        if (least..=most).contains(&duration) {
            return Ok(());
        }
        let why =
            format!("this deployment allows from {least} to {most} (parameters RecoveryAtLeast and RecoveryAtMost)");
        Err(ValueError::because(&duration.to_string(), why))
    }
}
