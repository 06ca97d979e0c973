//! The control endpoints of a server: look at the world and the calls, register callers, arm faults.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::{get, post, put};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, Uri};
use serde::Serialize;

use crate::server::{Service, status};
use crate::world::caller::RegisteredCaller;
use crate::world::fault::Fault;

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/_world", get(|State(service): State<Service>| async move { json(&service.simulator.world()) }))
        .route("/_calls", get(get_calls))
        .route("/_counts", get(|State(service): State<Service>| async move { json(&service.simulator.counts()) }))
        .route(
            "/_secrets",
            get(|State(service): State<Service>| async move { json(&service.simulator.issued_secrets()) }),
        )
        .route("/_callers/{key}", put(put_caller))
        .route("/_faults", post(post_faults))
}

/// The call log, from the call `since` on if the query names one.
async fn get_calls(State(service): State<Service>, uri: Uri) -> Response<Body> {
    match uri.query().map_or(Some(0), first_call) {
        Some(first) => json(&service.simulator.calls_since(first)),
        None => status(StatusCode::BAD_REQUEST, Body::from("the query may be `since=N`, N counted from 0\n")),
    }
}

fn first_call(query: &str) -> Option<usize> {
    query.strip_prefix("since=")?.parse().ok()
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
