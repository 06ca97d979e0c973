//! The answers of a custom resource, which CloudFormation waits for at a presigned address of S3.
//!
//! Source: AWS CloudFormation User Guide, "Custom resource response objects" and "cfn-response module": a PUT of JSON, at most
//! 4,096 bytes, without a content type.

use std::{fmt, time::Duration};

use aws_config::{BehaviorVersion, SdkConfig, timeout::TimeoutConfig};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::{
    orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
    result::SdkError,
};
use aws_smithy_types::body::SdkBody;
use http::Uri;
use rootwarden_domain::{ErrorKind, text::input::InputError};
use tokio::time::sleep;

use crate::client::AwsError;

/// The buckets that CloudFormation owns for it.
///
/// Source: AWS CloudFormation User Guide, "Setting up VPC endpoints for AWS CloudFormation": `cloudformation-custom-resource-response-`
/// and the Region. Why a word less: should AWS add a kind of bucket, a stack would otherwise wait for an hour and fail.
const BUCKETS: &str = "cloudformation-custom-resource-";
const WAITS_SECONDS: [u64; 4] = [1, 2, 4, 8];

/// Where one answer goes. Whoever knows it can answer in our place, so it is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseUrl {
    origin: String,
    path_and_query: String,
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ResponseUrl").finish_non_exhaustive()
    }
}

impl ResponseUrl {
    /// Takes an address only if an answer there reaches CloudFormation and nobody else: over TLS, in a bucket of CloudFormation's on S3.
    ///
    /// `endpoint` is the one that stands for all of AWS, where the environment names one: it stands for this as well.
    fn read(text: &str, endpoint: Option<&str>) -> Result<Self, InputError> {
        // The text itself is a secret, and stays out of the refusal.
        let refused = |why: &str| InputError::new("response URL", why);
        let url: Uri = text.parse().map_err(|_| refused("not a URL"))?;
        let authority = url.authority().ok_or_else(|| refused("it has no host"))?;
        let scheme = url.scheme_str().unwrap_or_default();
        let origin = format!("{scheme}://{authority}");
        if endpoint.is_none_or(|endpoint| endpoint.trim_end_matches('/') != origin) {
            if scheme != "https" || authority.as_str() != authority.host() {
                return Err(refused("not plain https"));
            }
            if !is_of_cloudformation(authority.host(), url.path()) {
                return Err(refused("not a bucket of CloudFormation's on S3"));
            }
        }
        let path_and_query = url.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { origin, path_and_query })
    }
}

/// Both forms of S3's addresses: the bucket in the host's name, and in the path.
fn is_of_cloudformation(host: &str, path: &str) -> bool {
    let Some(name) = host.strip_suffix(".amazonaws.com") else { return false };
    let is_s3 = |label: &str| label == "s3" || label.starts_with("s3-");
    let mut labels = name.split('.');
    match labels.next() {
        Some(bucket) if bucket.starts_with(BUCKETS) => labels.next().is_some_and(is_s3),
        Some(label) if is_s3(label) => path.trim_start_matches('/').starts_with(BUCKETS),
        Some(_) | None => false,
    }
}

/// Sends answers to CloudFormation.
#[derive(Debug)]
pub struct CustomResourceAnswers {
    config: SdkConfig,
}

#[derive(Debug, thiserror::Error)]
#[error("HTTP status {0}")]
struct StatusError(u16);

impl CustomResourceAnswers {
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { config: config.clone() }
    }

    /// The address in a request of CloudFormation's.
    ///
    /// # Errors
    /// It is none of CloudFormation's.
    pub fn address(&self, text: &str) -> Result<ResponseUrl, InputError> {
        ResponseUrl::read(text, self.config.endpoint_url())
    }

    /// Sends an answer, several times if need be.
    ///
    /// # Errors
    /// Nobody took it: CloudFormation then waits until the resource's own timeout.
    pub async fn send(&self, to: &ResponseUrl, answer: &str) -> Result<(), AwsError> {
        for seconds in WAITS_SECONDS {
            match self.put(to, answer).await {
                Ok(()) => return Ok(()),
                Err(_) => sleep(Duration::from_secs(seconds)).await,
            }
        }
        self.put(to, answer).await
    }

    async fn put(&self, to: &ResponseUrl, answer: &str) -> Result<(), AwsError> {
        let operation = Operation::builder()
            .service_name("cloudformation")
            .operation_name("AnswerCustomResource")
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&to.origin)
            .no_auth()
            .no_retry()
            .sleep_impl(TokioSleep::new())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(3))
                    .operation_timeout(Duration::from_secs(5))
                    .build(),
            );
        let operation = match self.config.http_client() {
            Some(client) => operation.http_client(client),
            None => operation,
        };
        let path = to.path_and_query.clone();
        let operation = operation
            .serializer(move |answer: String| {
                let length = answer.len();
                let request = http::Request::put(&path).header(http::header::CONTENT_LENGTH, length);
                Ok(HttpRequest::try_from(request.body(SdkBody::from(answer))?)?)
            })
            .deserializer(|response: &HttpResponse| {
                if response.status().is_success() {
                    return Ok(());
                }
                Err(OrchestratorError::operation(StatusError(response.status().as_u16())))
            })
            .build();
        operation.invoke(answer.to_owned()).await.map_err(|error| {
            // What the client says may hold the address.
            let why = match &error {
                SdkError::ServiceError(refused) => refused.err().to_string(),
                SdkError::TimeoutError(_) => "no answer in time".to_owned(),
                _ => "the connection failed".to_owned(),
            };
            AwsError::of_kind(ErrorKind::Transient, "answer CloudFormation", why)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str =
        "arn%3Aaws%3Acloudformation%3Aus-east-1%3A111122223333%3Astack/x/y%7CResource%7Cz?X-Amz-Signature=secret";

    #[test]
    fn an_answer_goes_to_cloudformations_own_buckets_and_nowhere_else() {
        for (base, is_taken) in [
            ("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com", true),
            ("https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com", true),
            ("https://cloudformation-custom-resource-response-usgovwest1.s3.us-gov-west-1.amazonaws.com", true),
            ("https://s3.us-east-1.amazonaws.com/cloudformation-custom-resource-response-useast1", true),
            ("http://cloudformation-custom-resource-response-useast1.s3.amazonaws.com", false),
            ("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com:8443", false),
            ("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com@example.com", false),
            ("https://user@cloudformation-custom-resource-response-useast1.s3.amazonaws.com", false),
            ("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com.example.com", false),
            ("https://cloudformation-custom-resource-response-useast1.example.amazonaws.com", false),
            ("https://somebodys-bucket.s3.amazonaws.com", false),
            ("https://s3.amazonaws.com/somebodys-bucket/cloudformation-custom-resource-response-useast1", false),
            ("https://169.254.169.254", false),
            ("http://127.0.0.1:1234", false),
        ] {
            let url = format!("{base}/{QUERY}");
            let read = ResponseUrl::read(&url, None);
            assert_eq!(read.is_ok(), is_taken, "{url}");
            assert!(!format!("{read:?}").contains("secret"), "{read:?}");
            assert!(
                ResponseUrl::read(&url, Some("http://127.0.0.1:1234/")).is_ok() == (is_taken || base.contains(":1234"))
            );
        }
        for wrong in ["", "no url", "/path", "https://"] {
            assert!(ResponseUrl::read(wrong, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_address_is_kept_to_the_letter() {
        let url =
            ResponseUrl::read(&format!("https://{BUCKETS}response-useast1.s3.amazonaws.com/{QUERY}"), None).unwrap();
        assert_eq!(url.path_and_query, format!("/{QUERY}"), "the signature is of this path");
    }
}
