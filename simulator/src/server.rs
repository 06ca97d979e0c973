//! The simulator on a port of 127.0.0.1, alone or in front of another emulator.
//!
//! It is a test double: whoever reaches the port may read every secret that it issued.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::{get, post, put};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use serde::Serialize;
use tokio::net::TcpListener;

use crate::caller::RegisteredCaller;
use crate::clock::Clock;
use crate::connector::ConnectorFault;
use crate::fault::Fault;
use crate::forward::{Upstream, is_own};
use crate::simulator::Simulator;
use crate::state::UnknownKeys;
use crate::world::World;

/// A server that listens and does not serve yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    service: Service,
}

#[derive(Clone, Debug)]
struct Service {
    simulator: Simulator,
    upstream: Option<Upstream>,
}

/// Why a server cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("cannot forward to `{0}`: not of the form http://HOST:PORT")]
    Upstream(Uri),
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        port: u16,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot serve")]
    Serve(#[source] std::io::Error),
}

impl Server {
    /// Listens on 127.0.0.1. `port` 0 picks a free one; `forward` is the emulator behind, e.g. `http://127.0.0.1:4566`.
    ///
    /// # Errors
    /// If the port is taken, or `forward` is not the root of an http server.
    pub async fn bind(world: World, port: u16, forward: Option<Uri>) -> Result<Self, ServerError> {
        let (upstream, keys) = match forward {
            None => (None, UnknownKeys::CannotAssumeRoot),
            Some(uri) => (Some(upstream(&uri).ok_or(ServerError::Upstream(uri))?), UnknownKeys::AccountRoots),
        };
        let failed = |source| ServerError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let simulator = Simulator::with(world, Clock::System, keys);
        Ok(Self { listener, address, service: Service { simulator, upstream } })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The simulator behind the port.
    #[must_use]
    pub fn simulator(&self) -> Simulator {
        self.service.simulator.clone()
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn run(self) -> Result<(), ServerError> {
        let router = Router::new()
            .route("/_world", get(|State(service): State<Service>| async move { json(&service.simulator.world()) }))
            .route("/_calls", get(|State(service): State<Service>| async move { json(&service.simulator.calls()) }))
            .route(
                "/_secrets",
                get(|State(service): State<Service>| async move { json(&service.simulator.issued_secrets()) }),
            )
            .route("/_callers/{key}", put(put_caller))
            .route("/_faults", post(post_faults))
            .fallback(answer)
            .with_state(self.service);
        axum::serve(self.listener, router).await.map_err(ServerError::Serve)
    }
}

fn upstream(uri: &Uri) -> Option<Upstream> {
    let is_root = uri.path().is_empty() || uri.path() == "/";
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http") && is_root)?;
    Some(Upstream::new(authority.clone()))
}

async fn put_caller(State(service): State<Service>, Path(key): Path<String>, body: Bytes) -> Response<Body> {
    match serde_json::from_slice::<RegisteredCaller>(&body) {
        Ok(caller) => {
            service.simulator.register(key, caller);
            status(StatusCode::NO_CONTENT, Body::empty())
        }
        Err(error) => refused(&error),
    }
}

/// Arms a list of faults.
async fn post_faults(State(service): State<Service>, body: Bytes) -> Response<Body> {
    match serde_json::from_slice::<Vec<Fault>>(&body) {
        Ok(faults) => {
            for fault in faults {
                service.simulator.inject(fault);
            }
            status(StatusCode::NO_CONTENT, Body::empty())
        }
        Err(error) => refused(&error),
    }
}

/// Everything that is not a control endpoint: AWS's protocols, answered here or by the emulator behind.
async fn answer(State(service): State<Service>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return status(StatusCode::BAD_REQUEST, Body::from("the request's body broke off\n"));
    };
    let request = Request::from_parts(parts, body.to_bytes());
    if let Some(upstream) = &service.upstream
        && !is_own(&service.simulator, &request)
    {
        return upstream.forward(request).await;
    }
    match service.simulator.handle(request) {
        Ok(response) => response.map(Body::from),
        Err(ConnectorFault::Timeout) => std::future::pending().await,
        Err(ConnectorFault::ConnectionReset | ConnectorFault::LostResponse) => {
            status(StatusCode::OK, Body::new(BrokenBody))
        }
    }
}

/// A body that fails at once, so that the connection breaks instead of an answer.
struct BrokenBody;

impl http_body::Body for BrokenBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}

fn refused(error: &serde_json::Error) -> Response<Body> {
    status(StatusCode::BAD_REQUEST, Body::from(format!("{error}\n")))
}

fn json(value: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
            response
        }
        Err(error) => status(StatusCode::INTERNAL_SERVER_ERROR, Body::from(format!("{error}\n"))),
    }
}

fn status(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}
