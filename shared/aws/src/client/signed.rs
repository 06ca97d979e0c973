//! A signed, retried call made of the parts that every client of the SDK is made of (docs/decisions/0020).

use aws_config::{BehaviorVersion, SdkConfig};
use aws_runtime::{
    auth::{SigV4OperationSigningConfig, sigv4},
    retries::classifiers::AwsErrorCodeClassifier,
};
use aws_smithy_runtime::client::{
    identity::IdentityCache,
    orchestrator::operation::{Operation, OperationBuilder},
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::client::{
    auth::{
        AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
        static_resolver::StaticAuthSchemeOptionResolver,
    },
    identity::SharedIdentityResolver,
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::StaticRuntimePlugin,
};
use aws_smithy_types::{config_bag::Layer, error::metadata::ErrorMetadata};
use aws_types::{
    SigningName,
    region::{Region, SigningRegion},
};

/// An operation that is sent to `endpoint`. `name`: as requests to the service are signed.
pub(super) fn signed_operation(
    config: &SdkConfig,
    name: &'static str,
    region: &str,
    endpoint: &str,
) -> OperationBuilder {
    let call = Operation::builder()
        .service_name(name)
        .operation_name("call")
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .with_connection_poisoning()
        .retry_classifier(HttpStatusCodeClassifier::default())
        .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .runtime_plugin(signed_for(config, name, region));
    of_config(call, config)
}

/// Retries, waits, the clock and the HTTP client are those of every other client.
fn of_config(mut call: OperationBuilder, config: &SdkConfig) -> OperationBuilder {
    if let Some(retry) = config.retry_config() {
        call = call.standard_retry(retry);
    }
    if let Some(timeout) = config.timeout_config() {
        call = call.timeout_config(timeout.clone());
    }
    if let Some(client) = config.http_client() {
        call = call.http_client(client);
    }
    if let Some(sleep) = config.sleep_impl() {
        call = call.sleep_impl(sleep);
    }
    if let Some(time) = config.time_source() {
        call = call.time_source(time);
    }
    call
}

fn signed_for(config: &SdkConfig, name: &'static str, region: &str) -> StaticRuntimePlugin {
    let region = Region::new(region.to_owned());
    let mut layer = Layer::new("signing");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigningName::from_static(name));
    layer.store_put(SigningRegion::from(region.clone()));
    layer.store_put(region);
    layer.store_put(SigV4OperationSigningConfig::default());
    let mut components = RuntimeComponentsBuilder::new("signing")
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
            StaticAuthSchemeOptionResolver::new(vec![sigv4::SCHEME_ID]),
        )))
        .with_auth_scheme(SharedAuthScheme::new(sigv4::SigV4AuthScheme::new()))
        .with_identity_cache(Some(config.identity_cache().unwrap_or_else(IdentityCache::no_cache)));
    if let Some(provider) = config.credentials_provider() {
        components.set_identity_resolver(sigv4::SCHEME_ID, SharedIdentityResolver::new(provider));
    }
    StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
}
