//! Which requests the simulator keeps when it stands in front of another emulator, and how the others go on.

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONNECTION, TRANSFER_ENCODING};
use http::uri::{Authority, Scheme};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::responses::with_status;
use crate::services::iam::is_feature_operation;
use crate::services::sqs;
use crate::state::State;
use crate::wire::{self, Operation, Service, rest};

/// The emulator behind.
#[derive(Clone, Debug)]
pub(super) struct Upstream {
    authority: Authority,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Upstream {
    pub(super) fn new(authority: Authority) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { authority, client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    /// Sends a request on with its method, path, query, headers (`Host` too, so that signatures still verify) and body.
    pub(super) async fn forward(&self, request: Request<Bytes>) -> Response<Body> {
        let (mut parts, body) = request.into_parts();
        let mut uri = parts.uri.into_parts();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.authority.clone());
        parts.uri = match Uri::from_parts(uri) {
            Ok(uri) => uri,
            Err(error) => return bad_gateway(&error),
        };
        let response = match self.client.request(Request::from_parts(parts, Full::new(body))).await {
            Ok(response) => response,
            Err(error) => return bad_gateway(&error),
        };
        let (mut parts, body) = response.into_parts();
        // Why: these belong to one connection, and the body is whole here.
        parts.headers.remove(TRANSFER_ENCODING);
        parts.headers.remove(CONNECTION);
        match body.collect().await {
            Ok(body) => Response::from_parts(parts, Body::from(body.to_bytes())),
            Err(error) => bad_gateway(&error),
        }
    }
}

/// Whether the simulator answers a request itself although an emulator stands behind it.
///
/// Of S3 and SQS it is what is about a member's bucket or queue, and a member's lists of them: the emulator behind knows
/// no member accounts. A bucket or queue that the world does not know may be one of the emulator's, whoever asks.
pub(super) fn is_own(state: &State, request: &wire::Request, operation: &Operation) -> bool {
    let key = request.signature.as_ref().map(|signature| signature.access_key.as_str()).unwrap_or_default();
    if state.credentials.session(key).is_some() {
        return true;
    }
    let signer = state.credentials.caller(key).map(|caller| caller.account()).unwrap_or_default();
    let is_member = || !state.world.is_management(signer) && state.world.account(signer).is_some();
    match operation.service {
        // Whom the emulator behind does not know is told here who they are.
        Service::Sts if operation.name == "GetCallerIdentity" => state.credentials.caller(key).is_some(),
        Service::Sts => operation.is_assume_root(),
        Service::Iam => is_feature_operation(&operation.name),
        // Of Lambda it is the account's settings alone: its functions are the emulator's.
        Service::Organizations | Service::CloudTrail | Service::Lambda | Service::SecurityHub => true,
        Service::S3 if operation.name == rest::LIST_BUCKETS => is_member(),
        Service::S3 => state.member_bucket(&rest::bucket_and_key(request).0).is_some(),
        Service::Sqs if operation.name == sqs::LIST_QUEUES => is_member(),
        Service::Sqs => sqs::owner(&state.world, request, operation, signer).is_some(),
        Service::StepFunctions | Service::CloudFormation | Service::Sns | Service::EventBridge | Service::Other => {
            false
        }
    }
}

fn bad_gateway(error: &dyn std::error::Error) -> Response<Body> {
    let body = format!("the emulator behind the simulator does not answer: {error}\n");
    with_status(StatusCode::BAD_GATEWAY, Body::from(body))
}
