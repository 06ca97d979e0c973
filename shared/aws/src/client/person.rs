//! The configuration of a person at a terminal: the SDK's own chain of profiles, with all that a profile may name.

use aws_config::{
    BehaviorVersion, ConfigLoader, SdkConfig, profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig,
};
use aws_types::region::Region;

/// What a person may name instead of what the environment and the profile say.
#[derive(Debug, Clone, Default)]
pub struct AccessOptions {
    pub profile: Option<String>,
    pub region: Option<String>,
    pub endpoint_url: Option<String>,
}

/// Finds Region, credentials and endpoints as the AWS CLI does. Credentials are asked for at the first call.
pub async fn load_config_of_person(options: &AccessOptions) -> SdkConfig {
    let Some(profile) = &options.profile else { return loader(options).load().await };
    // Why: the SDK's chain takes keys of the environment first. In the AWS CLI a profile that is named goes before them.
    let without_credentials = loader(options).profile_name(profile).no_credentials().load().await;
    let provider = ProviderConfig::without_region().with_region(without_credentials.region().cloned());
    let credentials = ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(profile).build();
    loader(options).profile_name(profile).credentials_provider(credentials).load().await
}

fn loader(options: &AccessOptions) -> ConfigLoader {
    let AccessOptions { profile: _, region, endpoint_url } = options;
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(region) = region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint_url) = endpoint_url {
        loader = loader.endpoint_url(endpoint_url);
    }
    loader
}
