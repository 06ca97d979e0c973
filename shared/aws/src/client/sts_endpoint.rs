//! The addresses at which services are called: from the Region, or from whatever else stands in for it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use http::Uri;

/// Notes where a call would go, and keeps it from going there.
#[derive(Debug, Clone, Default)]
struct Address(Arc<Mutex<Option<String>>>);

impl Address {
    /// Scheme and host of what was noted.
    fn endpoint(&self) -> Option<String> {
        let url: Uri = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?.parse().ok()?;
        Some(format!("{}://{}", url.scheme()?, url.authority()?))
    }
}

impl Intercept for Address {
    fn name(&self) -> &'static str {
        "Address"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.request().uri().to_owned());
        Err("nothing is sent".into())
    }
}

/// Scheme and host of the endpoint of STS that `config` leads to, e.g. `https://sts.eu-central-1.amazonaws.com`; `None` where none can
/// be told. Nothing is sent.
///
/// Why from a call: Region, partition, FIPS, dual stack, environment and profile each have a say in it, and the SDK decides.
pub async fn sts_endpoint(config: &SdkConfig) -> Option<String> {
    let (address, config) = (Address::default(), of_nobody(config));
    let call = aws_sdk_sts::Client::new(&config).get_caller_identity().customize().interceptor(address.clone());
    drop(call.send().await);
    address.endpoint()
}

/// The same of STS, IAM and Organizations, by the names `sts`, `iam` and `organizations`, as far as they can be told.
pub async fn service_endpoints(config: &SdkConfig) -> BTreeMap<&'static str, String> {
    let (iam, organizations) = (Address::default(), Address::default());
    let nobodys = of_nobody(config);
    let call = aws_sdk_iam::Client::new(&nobodys).get_account_summary().customize().interceptor(iam.clone());
    drop(call.send().await);
    let call = aws_sdk_organizations::Client::new(&nobodys).describe_organization().customize();
    drop(call.interceptor(organizations.clone()).send().await);
    let endpoints =
        [("sts", sts_endpoint(config).await), ("iam", iam.endpoint()), ("organizations", organizations.endpoint())];
    endpoints.into_iter().filter_map(|(service, endpoint)| Some((service, endpoint?))).collect()
}

/// The same, signed with what is nobody's.
fn of_nobody(config: &SdkConfig) -> SdkConfig {
    let nobody = SharedCredentialsProvider::new(Credentials::new("nobody", "nobody", None, None, "endpoint"));
    config.to_builder().credentials_provider(nobody).build()
}

#[cfg(test)]
mod tests {
    use aws_config::BehaviorVersion;
    use aws_types::region::Region;

    use super::*;

    /// Source: AWS General Reference, "AWS Security Token Service endpoints and quotas".
    #[tokio::test]
    async fn the_address_is_that_of_the_region() {
        for (region, is_fips, address) in [
            ("eu-central-1", false, "https://sts.eu-central-1.amazonaws.com"),
            ("us-east-1", false, "https://sts.us-east-1.amazonaws.com"),
            ("us-east-1", true, "https://sts-fips.us-east-1.amazonaws.com"),
            ("cn-north-1", false, "https://sts.cn-north-1.amazonaws.com.cn"),
        ] {
            let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).use_fips(is_fips);
            let config = config.region(Region::from_static(region)).build();
            assert_eq!(sts_endpoint(&config).await.as_deref(), Some(address));
        }
    }
}
