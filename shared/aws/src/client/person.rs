//! The configuration of a person at a terminal: the SDK's own chain of profiles, with all that a profile may name.

use std::{borrow::Cow, collections::BTreeSet};

use aws_config::{
    BehaviorVersion, ConfigLoader, SdkConfig,
    profile::{self, ProfileFileCredentialsProvider},
    provider_config::ProviderConfig,
};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::{
    os_shim_internal::{Env, Fs},
    region::Region,
};

use super::http;

/// What a person may name instead of what the environment and the profile say.
#[derive(Debug, Clone, Default)]
pub struct AccessOptions {
    pub profile: Option<String>,
    pub region: Option<String>,
    pub endpoint_url: Option<String>,
}

/// Finds Region, credentials and endpoints as the AWS CLI does. Credentials are asked for at the first call.
///
/// Everything goes through one HTTP client: docs/decisions/0013-one-http-client.md.
pub async fn load_config_of_person(options: &AccessOptions) -> SdkConfig {
    let client = http::client_of_person();
    let Some(profile) = &options.profile else { return loader(options, &client).load().await };
    // Why: the SDK's chain takes keys of the environment first. In the AWS CLI a profile that is named goes before them.
    let without_credentials = loader(options, &client).profile_name(profile).no_credentials().load().await;
    let provider = ProviderConfig::without_region()
        .with_region(without_credentials.region().cloned())
        .with_http_client(client.clone());
    let credentials = ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(profile).build();
    loader(options, &client).profile_name(profile).credentials_provider(credentials).load().await
}

fn loader(options: &AccessOptions, client: &SharedHttpClient) -> ConfigLoader {
    let AccessOptions { profile: _, region, endpoint_url } = options;
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client.clone());
    if let Some(region) = region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint_url) = endpoint_url {
        loader = loader.endpoint_url(endpoint_url);
    }
    loader
}

/// What a profile of the AWS CLI's files says about where credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonProfile {
    pub name: String,
    /// It assumes a role with a code of an MFA device.
    ///
    /// Why: the SDK leaves `mfa_serial` out and assumes the role without a code, which AWS then refuses as any other caller.
    ///
    /// Source: AWS CLI User Guide, "Using an IAM role in the AWS CLI", "Using multi-factor authentication".
    pub needs_code: bool,
    /// The command that prints credentials.
    pub credential_process: Option<String>,
    pub sign_in: Option<SignIn>,
}

/// How somebody signs in for a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// With `aws sso login`.
    IdentityCenter,
    /// With `aws login`.
    Console,
}

/// `profile`, or the one that the environment names, and each that it takes credentials from to assume a role; empty if there is no
/// such profile, `None` if the files cannot be read, which signing says in its own words.
pub async fn profiles_of_person(profile: Option<&str>) -> Option<Vec<PersonProfile>> {
    let named = profile.map(|name| Cow::Owned(name.to_owned()));
    let found = profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), named).await.ok()?;
    let mut name = found.selected_profile();
    let (mut seen, mut profiles) = (BTreeSet::new(), Vec::new());
    while seen.insert(name) {
        let Some(profile) = found.get_profile(name) else { break };
        let has = |key: &str| profile.get(key).is_some();
        let sign_in = if has("sso_session") || has("sso_start_url") {
            Some(SignIn::IdentityCenter)
        } else {
            has("login_session").then_some(SignIn::Console)
        };
        profiles.push(PersonProfile {
            name: name.to_owned(),
            needs_code: has("role_arn") && has("mfa_serial"),
            credential_process: profile.get("credential_process").map(str::to_owned),
            sign_in,
        });
        let source = profile.get("source_profile").filter(|_| has("role_arn"));
        let Some(source) = source else { break };
        name = source;
    }
    Some(profiles)
}
