//! A function URL that knows who asks from the signature.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::metadata::ErrorMetadata;
use http::Uri;
use rootwarden_domain::ErrorKind;
use serde_json::Value;

use crate::client::{AwsError, Post, PostAnswer, PostService};

/// A URL of a deployment.
#[derive(Debug, Clone)]
pub struct FunctionUrl {
    service: PostService,
    /// The URL's own host, where requests go by another address.
    host: Option<String>,
}

/// What the function itself answered, be it that it did not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlAnswer {
    pub status: u16,
    pub body: Value,
}

impl FunctionUrl {
    /// `url`: as the stack's output says it. An address that stands in for every service stands in for it, too.
    ///
    /// # Errors
    /// It is no URL, or one without TLS; there is no Region to sign for.
    pub fn new(config: &SdkConfig, url: &str) -> Result<Self, AwsError> {
        let defect = |why: String| AwsError::of_kind(ErrorKind::Defect, "send a request to the deployment", why);
        let uri: Uri = url.parse().map_err(|error| defect(format!("`{url}` is no URL: {error}")))?;
        let host = uri.authority().ok_or_else(|| defect(format!("`{url}` names no host")))?.to_string();
        let region = config.region().ok_or_else(|| defect("no Region is set".to_owned()))?.to_string();
        let (endpoint, host) = match config.endpoint_url() {
            Some(endpoint) => (endpoint.to_owned(), Some(host)),
            None if uri.scheme_str() == Some("https") => (format!("https://{host}"), None),
            None => return Err(defect(format!("`{url}` is not served with TLS"))),
        };
        Ok(Self { service: PostService::new(config, "lambda", &region, &endpoint, read), host })
    }

    /// Sends a request in JSON. What is asked twice within a minute is one request, so an attempt may be repeated.
    ///
    /// # Errors
    /// AWS did not let the caller through to the function, or the function could not answer.
    pub async fn send(&self, request: &Value) -> Result<UrlAnswer, AwsError> {
        const WHAT: &str = "send a request to the deployment";
        let post = Post { content_type: "application/json", body: request.to_string(), host: self.host.clone() };
        let PostAnswer { status, body } = self.service.send(WHAT, post).await?;
        let body = serde_json::from_slice(&body).map_err(|error| AwsError::of_kind(ErrorKind::Defect, WHAT, error))?;
        Ok(UrlAnswer { status, body })
    }
}

/// The function says in `error` why it did not do something; whatever else is no success was answered before it.
///
/// Source: AWS Lambda Developer Guide, "Invoking Lambda function URLs" and "Control access to Lambda function URLs": who is not
/// let through is answered 403 with a `Message`; the header `x-amzn-ErrorType` names the kind.
fn read(response: &HttpResponse) -> Result<PostAnswer, OrchestratorError<ErrorMetadata>> {
    let answer = PostAnswer::of(response);
    let fields: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if response.status().is_success() || text("error").is_some() {
        return Ok(answer);
    }
    let mut error = ErrorMetadata::builder();
    let kind = response.headers().get("x-amzn-errortype");
    if let Some(code) = kind.or((answer.status == 403).then_some("AccessDeniedException")) {
        error = error.code(code.split(':').next().unwrap_or(code));
    }
    if let Some(message) = text("Message").or_else(|| text("message")) {
        error = error.message(message);
    }
    Err(OrchestratorError::operation(error.build()))
}
