//! An HTTP client that gives a sample's bytes where it has one, lets the simulator answer everything else, and remembers
//! what was answered.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderMap, Response, request::Parts};
use http_body_util::BodyExt;
use rootwarden_aws::SdkConfig;
use rootwarden_simulator::{Caller, Simulator, World};

use crate::{sample::Answer, wire};

#[derive(Clone, Debug)]
pub struct Exchange {
    pub simulator: Simulator,
    samples: Arc<Mutex<BTreeMap<String, Response<Bytes>>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Seen {
    pub action: String,
    pub request: HeaderMap,
    pub response: Response<Bytes>,
}

impl Exchange {
    pub fn new(world: World) -> Self {
        let simulator = Simulator::new(world);
        Self { simulator, samples: Arc::default(), seen: Arc::default() }
    }

    /// Answers its operation with the sample from now on.
    pub fn answering(self, answer: &Answer) -> Self {
        let operation = answer.operation.clone();
        self.answering_as(&operation, answer)
    }

    /// Answers another operation with it, where ours takes the same structure or any error.
    pub fn answering_as(self, operation: &str, answer: &Answer) -> Self {
        self.samples.lock().unwrap().insert(operation.to_owned(), wire::encode(answer));
        self
    }

    /// A configuration of a role of the management account.
    pub fn config(&self) -> SdkConfig {
        self.config_of(&Caller::management_role("samples"))
    }

    pub fn config_of(&self, caller: &Caller) -> SdkConfig {
        let config = self.simulator.sdk_config(caller);
        config.to_builder().http_client(SharedHttpClient::new(self.clone())).build()
    }

    /// The last call of an operation.
    #[track_caller]
    pub fn last(&self, action: &str) -> Seen {
        let seen = self.seen.lock().unwrap();
        let found = seen.iter().rfind(|seen| seen.action == action).cloned();
        found.unwrap_or_else(|| panic!("{action} was not called: {:?}", seen.iter().map(|seen| &seen.action)))
    }

    async fn connect(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let (parts, body) = request.try_into_http1x().unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let (action, headers) = (action(&parts, &body), parts.headers.clone());
        let sample = self.samples.lock().unwrap().get(&action).cloned();
        let response = match sample {
            Some(response) => response,
            None => self.simulator.handle(http::Request::from_parts(parts, body))?,
        };
        self.seen.lock().unwrap().push(Seen { action, request: headers, response: response.clone() });
        Ok(HttpResponse::try_from(response.map(SdkBody::from)).unwrap())
    }
}

/// The operation that a request means, such as `iam:GetAccountSummary`.
fn action(parts: &Parts, body: &[u8]) -> String {
    if let Some(target) = parts.headers.get("x-amz-target") {
        let (service, operation) = target.to_str().unwrap().rsplit_once('.').unwrap();
        let service = match service {
            "AWSOrganizationsV20161128" => "organizations",
            "AWSStepFunctions" => "states",
            "AmazonSQS" => "sqs",
            "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101" => "cloudtrail",
            other => other,
        };
        return format!("{service}:{operation}");
    }
    let text = std::str::from_utf8(body).unwrap_or_default();
    if let Some((_, rest)) = text.split_once("Action=") {
        let service = if text.contains("Version=2011-06-15") { "sts" } else { "iam" };
        return format!("{service}:{}", rest.split('&').next().unwrap());
    }
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    if path == "/2016-08-19/account-settings/" {
        return "lambda:GetAccountSettings".to_owned();
    }
    let is_policy = query.split('&').any(|parameter| parameter.split('=').next() == Some("policy"));
    let operation = match (parts.method.as_str(), path, is_policy) {
        ("GET", "/", _) => "ListBuckets",
        ("GET", _, true) => "GetBucketPolicy",
        ("PUT", _, true) => "PutBucketPolicy",
        ("DELETE", _, true) => "DeleteBucketPolicy",
        ("GET", _, false) => "GetObject",
        ("PUT", _, false) => "PutObject",
        ("DELETE", _, false) => "DeleteObject",
        other => panic!("{other:?}"),
    };
    format!("s3:{operation}")
}

impl HttpConnector for Exchange {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let exchange = self.clone();
        HttpConnectorFuture::new(async move { exchange.connect(request).await })
    }
}

impl HttpClient for Exchange {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
