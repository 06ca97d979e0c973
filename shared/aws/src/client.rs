//! What every client has in common: bounded retries and bounded waits.

mod call_recorder;
mod clock;
mod deadline;
mod done;
mod error;
mod http;
mod json_service;
#[cfg(feature = "profiles")]
mod person;
#[cfg(feature = "profiles")]
mod post;
mod query;
mod signed;
#[cfg(feature = "profiles")]
mod sts_endpoint;
#[cfg(feature = "profiles")]
mod wire_recorder;

use std::{env, time::Duration};

use aws_config::{
    BehaviorVersion, SdkConfig,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
    meta::region::ProvideRegion,
    retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_credential_types::provider::SharedCredentialsProvider;

pub use call_recorder::CallRecorder;
pub use clock::Clock;
pub use deadline::Deadline;
pub use done::Done;
pub use error::AwsError;
pub(crate) use json_service::{JsonRequest, JsonService};
#[cfg(feature = "profiles")]
pub use person::{AccessOptions, PersonProfile, SignIn, load_config_of_person, profiles_of_person};
#[cfg(feature = "profiles")]
pub(crate) use post::{Post, PostAnswer, PostService};
pub(crate) use query::result;
#[cfg(feature = "profiles")]
pub use sts_endpoint::{service_endpoints, sts_endpoint};
#[cfg(feature = "profiles")]
pub use wire_recorder::{WireAnswer, WireRecorder};

/// Takes Region, credentials and endpoint from the function's environment, once per process.
///
/// Why not the SDK's default chain: Lambda sets all of these, and the chain that would look for them elsewhere (profiles, IMDS, ECS, web
/// identity with an STS client of its own) is linked into every function all the same. docs/decisions/0010-sizes.md has the figures.
pub async fn load_config() -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new().region().await)
        .http_client(http::client())
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .use_fips(env::var("AWS_USE_FIPS_ENDPOINT").is_ok_and(|value| value.eq_ignore_ascii_case("true")));
    // Where the functions do not run on AWS.
    config.set_endpoint_url(env::var("AWS_ENDPOINT_URL").ok());
    config.build()
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
