//! The one HTTP client of a process.

use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
#[cfg(feature = "profiles")]
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// The SDK's own client, for all clients of a process together.
///
/// Why: without one in the configuration each service client makes its own, with connections and trusted certificates of its own. A root
/// session's client is new for every account, so that each account would pay for a TLS handshake.
/// docs/decisions/0013-one-http-client.md has the figures.
pub(super) fn client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https()
}

/// The same for a person: by way of the proxies that the environment names, as the AWS CLI goes.
///
/// Why not for functions: whatever their environment says, nothing stands between them and AWS but what the network has.
#[cfg(feature = "profiles")]
pub(super) fn client_of_person() -> SharedHttpClient {
    use aws_smithy_http_client::{Connector, proxy::ProxyConfig};
    // As `build_https`, but for the proxy: connections are kept by the connector, and one is made for each set of timeouts.
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
    use axum::{Router, http::header::CONTENT_TYPE, serve::ListenerExt};
    use tokio::net::TcpListener;

    use crate::client::{bounded, load_config};

    /// Source: STS API Reference, `GetCallerIdentity`, its example.
    const IDENTITY: &str = r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
        <Arn>arn:aws:iam::123456789012:user/Alice</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>123456789012</Account>
        </GetCallerIdentityResult></GetCallerIdentityResponse>"#;

    /// A server on this machine, and how many connections it was given.
    async fn server() -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let listener = listener.tap_io(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let answers = Router::new().fallback(async || ([(CONTENT_TYPE, "text/xml")], IDENTITY));
        tokio::spawn(async move { axum::serve(listener, answers).await });
        (endpoint, connections)
    }

    /// What a root session's client is made from: the function's configuration, with credentials of its own.
    fn session(config: &SdkConfig, endpoint: &str) -> SdkConfig {
        let key = Credentials::for_tests_with_session_token();
        let builder = bounded(config).to_builder().credentials_provider(SharedCredentialsProvider::new(key));
        builder.endpoint_url(endpoint).region(Region::new("us-east-1")).build()
    }

    async fn call(config: &SdkConfig) {
        let identity = aws_sdk_sts::Client::new(config).get_caller_identity().send().await.unwrap();
        assert_eq!(identity.account(), Some("123456789012"));
    }

    #[tokio::test]
    async fn clients_of_one_process_share_their_connections() {
        let (endpoint, connections) = server().await;
        let config = load_config().await;
        for _account in 0..10 {
            call(&session(&config, &endpoint)).await;
        }
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    }

    #[cfg(feature = "profiles")]
    #[tokio::test]
    async fn clients_of_a_person_share_their_connections() {
        let (endpoint, connections) = server().await;
        let config = crate::client::load_config_of_person(&crate::client::AccessOptions::default()).await;
        for _account in 0..10 {
            call(&session(&config, &endpoint)).await;
        }
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn clients_without_it_connect_one_by_one() {
        let (endpoint, connections) = server().await;
        let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
        for _account in 0..10 {
            call(&session(&config, &endpoint)).await;
        }
        assert_eq!(connections.load(Ordering::Relaxed), 10);
    }
}
