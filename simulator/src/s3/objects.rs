//! Versioned objects, in the project's own buckets and in member buckets alike.

use bytes::Bytes;
use http::StatusCode;
use jiff::{Timestamp, tz::TimeZone};

use super::{body, listing};
use crate::answer::{Answer, Output, ServiceError};
use crate::request::Request;
use crate::state::State;
use crate::storage::Version;

/// Whether an operation is about objects.
pub(super) fn serves(operation: &str) -> bool {
    matches!(operation, "PutObject" | "GetObject" | "HeadObject" | "DeleteObject" | "ListObjectsV2")
}

pub(super) fn perform(state: &mut State, request: &Request, operation: &str, bucket: &str, key: &str) -> Answer {
    match operation {
        "PutObject" => put_object(state, request, bucket, key),
        "GetObject" => get_object(state, request, bucket, key),
        "HeadObject" => match get_object(state, request, bucket, key)? {
            Output::Rest { status, headers, .. } => Ok(Output::Rest { status, headers, body: Bytes::new() }),
            output @ (Output::Xml(_) | Output::Json(_)) => Ok(output),
        },
        "DeleteObject" => {
            let marker = version(None, state.now());
            let id = state.storage.put(bucket, key, marker);
            let headers = vec![("x-amz-version-id", id), ("x-amz-delete-marker", "true".to_owned())];
            Ok(Output::Rest { status: StatusCode::NO_CONTENT, headers, body: Bytes::new() })
        }
        "ListObjectsV2" => listing::list_objects(&state.storage, request, bucket),
        _ => Err(ServiceError::not_simulated(&format!("{} {} of S3", request.method, request.path))),
    }
}

/// A version that the storage has not named yet.
pub(crate) fn version(body: Option<Bytes>, modified: Timestamp) -> Version {
    Version { id: String::new(), body, modified, content_type: None, checksum: None }
}

fn put_object(state: &mut State, request: &Request, bucket: &str, key: &str) -> Answer {
    let exists = state.storage.latest(bucket, key).is_some_and(|latest| latest.body.is_some());
    if exists && request.header("if-none-match") == Some("*") {
        let message = "At least one of the pre-conditions you specified did not hold";
        return Err(ServiceError::new("PreconditionFailed", 412, message));
    }
    let body::Upload { bytes, checksum } = body::read(request)?;
    let mut version = version(Some(bytes), state.now());
    version.content_type = request.header("content-type").map(ToOwned::to_owned);
    version.checksum.clone_from(&checksum);
    let etag = version.etag();
    let id = state.storage.put(bucket, key, version);
    let mut headers = vec![("etag", etag), ("x-amz-version-id", id)];
    headers.extend(checksum);
    Ok(Output::Rest { status: StatusCode::OK, headers, body: Bytes::new() })
}

fn get_object(state: &State, request: &Request, bucket: &str, key: &str) -> Answer {
    let found = match request.query.get("versionId") {
        Some(id) => state
            .storage
            .version(bucket, key, id)
            .ok_or_else(|| ServiceError::new("NoSuchVersion", 404, "The specified version does not exist."))?,
        None => state
            .storage
            .latest(bucket, key)
            .filter(|latest| latest.body.is_some())
            .ok_or_else(|| ServiceError::new("NoSuchKey", 404, "The specified key does not exist."))?,
    };
    let Some(body) = found.body.clone() else {
        return Err(ServiceError::new(
            "MethodNotAllowed",
            405,
            "The specified method is not allowed against this resource.",
        ));
    };
    let mut headers = vec![
        ("etag", found.etag()),
        ("x-amz-version-id", found.id.clone()),
        ("last-modified", http_date(found.modified)),
        ("content-length", body.len().to_string()),
    ];
    headers.extend(found.content_type.clone().map(|kind| ("content-type", kind)));
    if request.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("ENABLED")) {
        headers.extend(found.checksum.clone());
    }
    Ok(Output::Rest { status: StatusCode::OK, headers, body })
}

fn http_date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
