//! What every client has in common: bounded retries and bounded waits.

mod call_recorder;
mod clock;
mod deadline;
mod done;
mod error;

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};

pub use call_recorder::CallRecorder;
pub use clock::Clock;
pub use deadline::Deadline;
pub use done::Done;
pub use error::AwsError;

/// Loads Region, credentials and endpoints from the function's environment, once per process.
pub async fn load_config() -> SdkConfig {
    aws_config::load_defaults(BehaviorVersion::latest()).await
}

/// So long a call may take with all its retries, and a moment to spare.
pub(crate) const LONGEST_CALL: Duration = Duration::from_secs(31);

/// The same configuration with every call bounded: at most 5 attempts, 15 s each, 30 s in all.
///
/// Why: a call that hangs would otherwise take the accounts behind it down with it, and one that is only slow – 10 s were
/// seen – should be waited for, since what it does is done all the same. The clients are regional, and STS
/// stays so: only Regional endpoints serve `AssumeRoot` (seen on AWS: the global one answers `InvalidAction`).
pub(crate) fn bounded(config: &SdkConfig) -> SdkConfig {
    config
        .to_builder()
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(3))
                .operation_attempt_timeout(Duration::from_secs(15))
                .operation_timeout(Duration::from_secs(30))
                .build(),
        )
        .build()
}
