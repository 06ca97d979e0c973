//! What AWS answered, as it came over the wire: for whoever makes a sample of it.

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector, http_client_fn,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::Headers,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};

use super::http;

/// Elements of AWS's answers whose text is a secret: it is not even kept in memory.
const SECRETS: [&str; 2] = ["SecretAccessKey", "SessionToken"];
/// The headers that say something about an answer; all others are of the connection.
const HEADERS: [&str; 4] = ["content-type", "x-amzn-errortype", "x-amzn-query-error", "x-amzn-requestid"];

/// One answer. `operation` is named as in the samples, e.g. `iam:GetLoginProfile`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireAnswer {
    pub operation: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// Keeps the answers to every call that is made with a configuration of its own.
///
/// Why at the HTTP client: what the SDK has read is what we believe of AWS, and not what AWS said. Of the requests only the operation
/// is kept, and no header of theirs: what signs them is a secret.
#[derive(Debug, Clone, Default)]
pub struct WireRecorder {
    answers: Arc<Mutex<Vec<WireAnswer>>>,
}

impl WireRecorder {
    /// The same configuration, whose calls are recorded. What its credentials come from is not.
    #[must_use]
    pub fn recorded(&self, config: &SdkConfig) -> SdkConfig {
        let inner = config.http_client().unwrap_or_else(http::client_of_person);
        let recorder = self.clone();
        let client: SharedHttpClient =
            http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
                let inner = inner.http_connector(settings, components);
                SharedHttpConnector::new(Recording { inner, recorder: recorder.clone() })
            });
        config.to_builder().http_client(client).build()
    }

    /// The same calls at a simulated organization: signed with what is no secret of anybody.
    #[must_use]
    pub fn simulated(&self, config: &SdkConfig, endpoint_url: &str) -> SdkConfig {
        // Who signs the command line's calls in the documents and in the demo.
        let made_up = Credentials::new("AKIACOMMANDLINE00001", "any", None, None, "simulated");
        // Why anew: an endpoint of the environment or of a profile would go before this one.
        let mut simulated = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http::client_of_person())
            .credentials_provider(SharedCredentialsProvider::new(made_up))
            .endpoint_url(endpoint_url);
        simulated.set_region(config.region().cloned());
        simulated.set_sleep_impl(config.sleep_impl());
        self.recorded(&simulated.build())
    }

    /// What was answered so far, in the order of the answers.
    #[must_use]
    pub fn answers(&self) -> Vec<WireAnswer> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, answer: WireAnswer) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
    }
}

#[derive(Debug)]
struct Recording {
    inner: SharedHttpConnector,
    recorder: WireRecorder,
}

impl HttpConnector for Recording {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = operation(&request);
        let (answer, recorder) = (self.inner.call(request), self.recorder.clone());
        HttpConnectorFuture::new(async move {
            let mut response: HttpResponse = answer.await?;
            let body = ByteStream::new(response.take_body()).collect().await;
            let bytes = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
            recorder.keep(WireAnswer {
                operation,
                status: response.status().as_u16(),
                headers: kept_headers(response.headers()),
                body: without_secrets(&String::from_utf8_lossy(&bytes)),
            });
            *response.body_mut() = SdkBody::from(bytes);
            Ok(response)
        })
    }
}

fn kept_headers(headers: &Headers) -> Vec<(String, String)> {
    let kept = HEADERS.iter().filter_map(|name| Some(((*name).to_owned(), headers.get(*name)?.to_owned())));
    kept.collect()
}

/// Source: the service names of Signature Version 4, and `Action` and `X-Amz-Target` of the query and the JSON protocol.
fn operation(request: &HttpRequest) -> String {
    let authorization = request.headers().get("authorization").unwrap_or_default();
    let scope =
        authorization.split_once("Credential=").map_or("", |(_, rest)| rest.split(',').next().unwrap_or_default());
    let service = scope.split('/').nth(3).unwrap_or("unknown");
    let body = request.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
    let action = request.headers().get("x-amz-target").and_then(|target| target.split('.').nth(1)).map(str::to_owned);
    let action = action.or_else(|| body.split('&').find_map(|pair| pair.strip_prefix("Action=")).map(str::to_owned));
    format!("{service}:{}", action.unwrap_or_else(|| "unknown".to_owned()))
}

/// A body in which no secret of a session stands any more.
fn without_secrets(body: &str) -> String {
    let mut body = body.to_owned();
    for name in SECRETS {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let mut clean = String::new();
        let mut rest = body.as_str();
        while let Some((before, after)) = rest.split_once(&open) {
            clean += before;
            clean += &open;
            clean += "REMOVED";
            // What has no end is cut off.
            rest = after.find(&close).and_then(|end| after.get(end..)).unwrap_or_default();
        }
        clean += rest;
        body = clean;
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_of_a_session_are_not_kept() {
        let body = "<C><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s3cret</SecretAccessKey><SessionToken>t0ken";
        let clean = without_secrets(body);
        assert_eq!(
            clean,
            "<C><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>REMOVED</SecretAccessKey><SessionToken>REMOVED"
        );
    }
}
