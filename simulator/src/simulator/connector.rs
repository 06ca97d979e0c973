//! The SDK's HTTP client, without a socket, TLS or waiting.

use std::sync::Arc;
use std::{fmt, io};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;

use crate::engine::{ConnectorFault, Delay};

/// As the SDK's own HTTP client has them: the error of the socket is in the chain.
impl From<ConnectorFault> for ConnectorError {
    fn from(fault: ConnectorFault) -> Self {
        match fault {
            ConnectorFault::Timeout => Self::timeout(Box::new(io::Error::new(io::ErrorKind::TimedOut, fault))),
            ConnectorFault::ConnectionReset | ConnectorFault::LostResponse => {
                Self::io(Box::new(io::Error::new(io::ErrorKind::ConnectionReset, fault)))
            }
        }
    }
}

type AnswerRequest = dyn Fn(Request<Bytes>) -> Result<Response<Bytes>, ConnectorFault> + Send + Sync;

/// Hands the SDK's requests to whatever answers them.
#[derive(Clone)]
pub(super) struct Connector {
    answer: Arc<AnswerRequest>,
}

impl Connector {
    pub(super) fn new(
        answer: impl Fn(Request<Bytes>) -> Result<Response<Bytes>, ConnectorFault> + Send + Sync + 'static,
    ) -> Self {
        Self { answer: Arc::new(answer) }
    }

    async fn connect(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let (parts, body) = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?.into_parts();
        let body: Bytes = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
        let mut response = (self.answer)(Request::from_parts(parts, body))?;
        if let Some(Delay(delay)) = response.extensions_mut().remove() {
            tokio::time::sleep(delay).await;
        }
        HttpResponse::try_from(response.map(SdkBody::from)).map_err(|error| ConnectorError::user(error.into()))
    }
}

/// Shows nothing: an SDK configuration shows its HTTP client, and what answers this one knows every secret.
impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connector").finish_non_exhaustive()
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.connect(request).await })
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
