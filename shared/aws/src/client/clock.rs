//! The time, as the SDK's configuration tells it: tests have a clock of their own.

use aws_config::SdkConfig;
use aws_types::sdk_config::SharedTimeSource;
use jiff::Timestamp;

/// Tells the time by which everything here is dated and decided.
#[derive(Debug, Clone)]
pub struct Clock(SharedTimeSource);

impl Clock {
    /// The clock that the SDK's clients sign their calls by; the system's, where the configuration names none.
    #[must_use]
    pub fn of(config: &SdkConfig) -> Self {
        Self(config.time_source().unwrap_or_default())
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::try_from(self.0.now()).unwrap_or(Timestamp::MAX)
    }
}
