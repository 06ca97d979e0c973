//! Calls of services of which one or two operations are needed, signed and retried by the parts of the SDK that every client is
//! made of, without a client of their own (docs/decisions/0020, 0030).

use std::{fmt, sync::Arc};

use aws_config::SdkConfig;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
};
use aws_smithy_types::{body::SdkBody, error::metadata::ErrorMetadata};
use rootwarden_domain::{ErrorKind, aws::partition::Partition};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{bounded, error::AwsError, query, signed::signed_operation};

type Call = Operation<JsonRequest, Value, ErrorMetadata>;

/// A service in one Region.
#[derive(Clone)]
pub(crate) struct JsonService {
    call: Arc<Call>,
}

impl fmt::Debug for JsonService {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("JsonService").finish_non_exhaustive()
    }
}

/// What is asked for, in one of the two ways in which AWS takes JSON.
#[derive(Debug)]
pub(crate) enum JsonRequest {
    /// AWS JSON 1.1: everything is a POST, and a header names the operation.
    Operation { target: &'static str, input: Value },
    /// REST: a path.
    Get { path: &'static str },
    /// REST with a body: a POST to a path.
    Post { path: &'static str, input: Value },
    /// AWS query: a form goes out, XML comes back, and is handed on as one text.
    Query { action: &'static str, version: &'static str, parameters: Vec<(&'static str, String)> },
}

impl JsonService {
    /// `name`: as it stands in the service's endpoint, and as requests to it are signed.
    pub(crate) fn new(config: &SdkConfig, name: &'static str, region: &str) -> Self {
        let config = bounded(config);
        let endpoint = config.endpoint_url().map_or_else(
            || format!("https://{name}.{region}.{}", Partition::of_region(region).dns_suffix()),
            str::to_owned,
        );
        let call = signed_operation(&config, name, region, &endpoint).serializer(write).deserializer(read).build();
        Self { call: Arc::new(call) }
    }

    /// `what` completes "cannot …".
    ///
    /// # Errors
    /// Any failure of the call; a `Defect` for an answer that is no `T`.
    pub(crate) async fn call<T: DeserializeOwned>(&self, what: &str, request: JsonRequest) -> Result<T, AwsError> {
        let answer = self.call.invoke(request).await.map_err(|error| AwsError::new(what, error))?;
        serde_json::from_value(answer).map_err(|error| AwsError::of_kind(ErrorKind::Defect, what, error))
    }
}

fn write(request: JsonRequest) -> Result<HttpRequest, BoxError> {
    match request {
        JsonRequest::Operation { target, input } => {
            let body = serde_json::to_vec(&input)?;
            let length = body.len().to_string();
            let mut http = HttpRequest::new(SdkBody::from(body));
            http.set_method("POST")?;
            http.set_uri("/")?;
            let headers = http.headers_mut();
            headers.insert("content-type", "application/x-amz-json-1.1");
            headers.insert("content-length", length);
            headers.insert("x-amz-target", target);
            Ok(http)
        }
        JsonRequest::Post { path, input } => {
            let body = serde_json::to_vec(&input)?;
            let length = body.len().to_string();
            let mut http = HttpRequest::new(SdkBody::from(body));
            http.set_method("POST")?;
            http.set_uri(path)?;
            let headers = http.headers_mut();
            headers.insert("content-type", "application/json");
            headers.insert("content-length", length);
            Ok(http)
        }
        JsonRequest::Get { path } => {
            let mut http = HttpRequest::new(SdkBody::empty());
            http.set_method("GET")?;
            http.set_uri(path)?;
            Ok(http)
        }
        JsonRequest::Query { action, version, parameters } => {
            let body = query::form(action, version, &parameters);
            let length = body.len().to_string();
            let mut http = HttpRequest::new(SdkBody::from(body));
            http.set_method("POST")?;
            http.set_uri("/")?;
            let headers = http.headers_mut();
            headers.insert("content-type", "application/x-www-form-urlencoded");
            headers.insert("content-length", length);
            Ok(http)
        }
    }
}

/// Source: Smithy 2.0, "AWS JSON 1.1 protocol" and "AWS restJson1 protocol": the code of an error stands in a header or in the
/// body's `__type`, behind a namespace or before a colon.
fn read(response: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.headers().get("content-type").is_some_and(|kind| kind.contains("xml")) {
        return query::read(response.status().is_success(), body);
    }
    if response.status().is_success() {
        return serde_json::from_slice(body).map_err(OrchestratorError::other);
    }
    let fields: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let mut error = ErrorMetadata::builder();
    if let Some(code) = response.headers().get("x-amzn-errortype").or_else(|| text("__type")) {
        let code = code.rsplit('#').next().unwrap_or(code);
        error = error.code(code.split(':').next().unwrap_or(code));
    }
    if let Some(message) = text("message").or_else(|| text("Message")) {
        error = error.message(message);
    }
    Err(OrchestratorError::operation(error.build()))
}
