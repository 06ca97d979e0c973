//! The control endpoints of a server: look at the world and the calls, register callers, arm faults.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::{get, post, put};
use bytes::Bytes;
use http::{Response, StatusCode, Uri};

use super::backend::Backend;
use super::responses::{json, with_status};
use crate::world::{Fault, RegisteredCaller, RootCredentials};

pub(super) fn routes() -> Router<Backend> {
    Router::new()
        .route("/_world", get(|State(backend): State<Backend>| async move { json(&backend.simulator.world()) }))
        .route("/_calls", get(get_calls))
        .route("/_counts", get(|State(backend): State<Backend>| async move { json(&backend.simulator.counts()) }))
        .route(
            "/_secrets",
            get(|State(backend): State<Backend>| async move { json(&backend.simulator.issued_secrets()) }),
        )
        .route("/_findings", get(|State(backend): State<Backend>| async move { json(&backend.simulator.findings()) }))
        .route("/_callers/{key}", put(put_caller))
        .route("/_faults", post(post_faults))
        .route("/_root/{account}", put(put_root))
}

/// The call log, from the call `since` on if the query names one.
async fn get_calls(State(backend): State<Backend>, uri: Uri) -> Response<Body> {
    match uri.query().map_or(Some(0), first_call) {
        Some(first) => json(&backend.simulator.calls_since(first)),
        None => with_status(StatusCode::BAD_REQUEST, Body::from("the query may be `since=N`, N counted from 0\n")),
    }
}

fn first_call(query: &str) -> Option<usize> {
    query.strip_prefix("since=")?.parse().ok()
}

async fn put_caller(State(backend): State<Backend>, Path(key): Path<String>, body: Bytes) -> Response<Body> {
    match serde_json::from_slice::<RegisteredCaller>(&body) {
        Ok(caller) => {
            backend.simulator.register(key, caller);
            with_status(StatusCode::NO_CONTENT, Body::empty())
        }
        Err(error) => refused(&error),
    }
}

/// What the owner of an account makes as its root user: replaces what is there.
async fn put_root(State(backend): State<Backend>, Path(account): Path<String>, body: Bytes) -> Response<Body> {
    let root = match serde_json::from_slice::<RootCredentials>(&body) {
        Ok(root) => root,
        Err(error) => return refused(&error),
    };
    let mut root = Some(root);
    backend.simulator.update(|world| {
        if let Some(account) = world.accounts.get_mut(&account) {
            account.root = root.take().unwrap_or_default();
        }
    });
    match root {
        None => with_status(StatusCode::NO_CONTENT, Body::empty()),
        Some(_) => with_status(StatusCode::NOT_FOUND, Body::from("no such account\n")),
    }
}

/// Arms a list of faults.
async fn post_faults(State(backend): State<Backend>, body: Bytes) -> Response<Body> {
    match serde_json::from_slice::<Vec<Fault>>(&body) {
        Ok(faults) => {
            for fault in faults {
                backend.simulator.inject(fault);
            }
            with_status(StatusCode::NO_CONTENT, Body::empty())
        }
        Err(error) => refused(&error),
    }
}

fn refused(error: &serde_json::Error) -> Response<Body> {
    with_status(StatusCode::BAD_REQUEST, Body::from(format!("{error}\n")))
}
