//! The simulator on a port of 127.0.0.1, alone or in front of another emulator.
//!
//! It is a test double: whoever reaches the port may read every secret that it issued.

mod backend;
mod control;
mod forward;
mod responses;

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::serve::ListenerExt;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use tokio::net::TcpListener;

use self::backend::Backend;
use self::forward::{Upstream, is_own};
use self::responses::with_status;
use crate::clock::Clock;
use crate::engine::{ConnectorFault, Delay};
use crate::simulator::Simulator;
use crate::state::UnknownKeys;
use crate::wire::{self, Operation};
use crate::world::World;

/// A server that listens and does not serve yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    backend: Backend,
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
        let latency = Duration::from_millis(world.latency_milliseconds);
        let simulator = Simulator::with(world, Clock::System, keys);
        Ok(Self { listener, address, backend: Backend { simulator, upstream, latency } })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The simulator behind the port.
    #[must_use]
    pub fn simulator(&self) -> Simulator {
        self.backend.simulator.clone()
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn run(self) -> Result<(), ServerError> {
        let router = control::routes().fallback(answer).with_state(self.backend);
        // Why: an answer must not wait for the client's acknowledgement of its first half.
        let listener = self.listener.tap_io(|connection| {
            let _unchanged = connection.set_nodelay(true);
        });
        axum::serve(listener, router).await.map_err(ServerError::Serve)
    }
}

fn upstream(uri: &Uri) -> Option<Upstream> {
    let is_root = uri.path().is_empty() || uri.path() == "/";
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http") && is_root)?;
    Some(Upstream::new(authority.clone()))
}

/// Everything that is not a control endpoint: AWS's protocols, answered here or by the emulator behind.
async fn answer(State(backend): State<Backend>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return with_status(StatusCode::BAD_REQUEST, Body::from("the request's body broke off\n"));
    };
    let request = Request::from_parts(parts, body.to_bytes());
    let read = wire::Request::read(request.clone());
    let operation = Operation::of(&read);
    if let Some(upstream) = &backend.upstream
        && !is_own(&backend.simulator.lock(), &read, &operation)
    {
        return upstream.forward(request).await;
    }
    let answer = backend.simulator.answer(&read, &operation);
    if !backend.latency.is_zero() {
        tokio::time::sleep(backend.latency).await;
    }
    match answer {
        Ok(mut response) => {
            if let Some(Delay(delay)) = response.extensions_mut().remove() {
                tokio::time::sleep(delay).await;
            }
            response.map(Body::from)
        }
        Err(ConnectorFault::Timeout) => std::future::pending().await,
        Err(ConnectorFault::ConnectionReset | ConnectorFault::LostResponse) => {
            with_status(StatusCode::OK, Body::new(BrokenBody))
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
