//! Answers of the server itself.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

pub(super) fn with_status(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
            response
        }
        Err(error) => with_status(StatusCode::INTERNAL_SERVER_ERROR, Body::from(format!("{error}\n"))),
    }
}
