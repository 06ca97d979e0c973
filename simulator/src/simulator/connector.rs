//! The simulator as the SDK's HTTP client: no socket, no TLS, no waiting.

use std::io;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;

use crate::engine::dispatch::Delay;
use crate::simulator::Simulator;

/// A connection that breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorFault {
    #[error("no answer came in time")]
    Timeout,
    #[error("the connection was reset before the call had an effect")]
    ConnectionReset,
    #[error("the connection was reset after the call had its effect")]
    LostResponse,
}

impl ConnectorFault {
    /// The name in the call log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Timeout => "Timeout",
            Self::ConnectionReset => "ConnectionReset",
            Self::LostResponse => "LostResponse",
        }
    }
}

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

impl HttpConnector for Simulator {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let simulator = self.clone();
        HttpConnectorFuture::new(async move { simulator.connect(request).await })
    }
}

impl HttpClient for Simulator {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl Simulator {
    async fn connect(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let (parts, body) = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?.into_parts();
        let body: Bytes = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
        let mut response = self.handle(http::Request::from_parts(parts, body))?;
        if let Some(Delay(delay)) = response.extensions_mut().remove() {
            tokio::time::sleep(delay).await;
        }
        HttpResponse::try_from(response.map(SdkBody::from)).map_err(|error| ConnectorError::user(error.into()))
    }
}
