//! A signed POST of any body, whose answer is read by whoever sends it (docs/decisions/0020).

use std::{fmt, sync::Arc};

use aws_config::SdkConfig;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
};
use aws_smithy_types::{body::SdkBody, error::metadata::ErrorMetadata};

use super::{bounded, error::AwsError, signed::signed_operation};

/// What reads an answer: as what it asked for, or as the error that AWS says.
type Reader = fn(&HttpResponse) -> Result<PostAnswer, OrchestratorError<ErrorMetadata>>;

/// What is sent to the root of an endpoint.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    /// The host that is signed for, where the request goes by another address.
    pub(crate) host: Option<String>,
}

#[derive(Debug)]
pub(crate) struct PostAnswer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl PostAnswer {
    pub(crate) fn of(response: &HttpResponse) -> Self {
        let body = response.body().bytes().unwrap_or_default().to_vec();
        Self { status: response.status().as_u16(), body }
    }
}

/// Where POSTs go.
#[derive(Clone)]
pub(crate) struct PostService {
    call: Arc<Operation<Post, PostAnswer, ErrorMetadata>>,
}

impl fmt::Debug for PostService {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PostService").finish_non_exhaustive()
    }
}

impl PostService {
    /// `name`: as requests to it are signed.
    pub(crate) fn new(config: &SdkConfig, name: &'static str, region: &str, endpoint: &str, read: Reader) -> Self {
        let config = bounded(config);
        let call = signed_operation(&config, name, region, endpoint).serializer(write).deserializer(read).build();
        Self { call: Arc::new(call) }
    }

    /// `what` completes "cannot …".
    ///
    /// # Errors
    /// Any failure of the call.
    pub(crate) async fn send(&self, what: &str, post: Post) -> Result<PostAnswer, AwsError> {
        self.call.invoke(post).await.map_err(|error| AwsError::new(what, error))
    }
}

fn write(post: Post) -> Result<HttpRequest, BoxError> {
    let Post { content_type, body, host } = post;
    let length = body.len().to_string();
    let mut http = HttpRequest::new(SdkBody::from(body));
    http.set_method("POST")?;
    http.set_uri("/")?;
    let headers = http.headers_mut();
    headers.insert("content-type", content_type);
    headers.insert("content-length", length);
    if let Some(host) = host {
        headers.insert("host", host);
    }
    Ok(http)
}
