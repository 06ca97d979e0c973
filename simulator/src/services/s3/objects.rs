//! Versioned objects, in the project's own buckets and in member buckets alike.

use bytes::Bytes;
use http::StatusCode;
use jiff::{Timestamp, tz::TimeZone};

use super::{body, errors, listing};
use crate::state::{State, Version};
use crate::wire::{Answer, Output, Request, ServiceError};

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
            let marker = Version::new(None, state.now());
            let id = state.storage.put(bucket, key, marker);
            let headers = vec![("x-amz-version-id", id), ("x-amz-delete-marker", "true".to_owned())];
            Ok(Output::Rest { status: StatusCode::NO_CONTENT, headers, body: Bytes::new() })
        }
        "ListObjectsV2" => listing::list_objects(&state.storage, request, bucket),
        _ => Err(ServiceError::not_simulated(&format!("{} {} of S3", request.method, request.path))),
    }
}

fn put_object(state: &mut State, request: &Request, bucket: &str, key: &str) -> Answer {
    let exists = state.storage.latest(bucket, key).is_some_and(|latest| latest.body.is_some());
    if exists && request.header("if-none-match") == Some("*") {
        return Err(errors::precondition_failed("If-None-Match"));
    }
    if let Some(expected) = request.header("if-match") {
        let latest = state.storage.latest(bucket, key).filter(|latest| latest.body.is_some());
        // Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes".
        let latest = latest.ok_or_else(|| errors::no_such_key(key))?;
        if latest.etag() != expected {
            return Err(errors::precondition_failed("If-Match"));
        }
    }
    let body::Upload { bytes, checksum } = body::read(request)?;
    let mut version = Version::new(Some(bytes), state.now());
    version.content_type = request.header("content-type").map(ToOwned::to_owned);
    version.checksum.clone_from(&checksum);
    let etag = version.etag();
    let id = state.storage.put(bucket, key, version);
    let mut headers = vec![("etag", etag), ("x-amz-version-id", id), encryption()];
    headers.extend(with_type(checksum));
    Ok(Output::Rest { status: StatusCode::OK, headers, body: Bytes::new() })
}

fn get_object(state: &State, request: &Request, bucket: &str, key: &str) -> Answer {
    let found = match request.query.get("versionId") {
        Some(id) if !is_version_id(id) => {
            let error = errors::invalid_argument("versionId", "Invalid version id specified");
            return Err(error.field("ArgumentValue", id));
        }
        Some(id) => state.storage.version(bucket, key, id).ok_or_else(|| errors::no_such_version(key, id))?,
        None => state
            .storage
            .latest(bucket, key)
            .filter(|latest| latest.body.is_some())
            .ok_or_else(|| errors::no_such_key(key))?,
    };
    let Some(body) = found.body.clone() else {
        let error = errors::method_not_allowed().field("Method", request.method.as_str());
        return Err(error.field("ResourceType", "DeleteMarker"));
    };
    let mut headers = vec![
        ("etag", found.etag()),
        ("x-amz-version-id", found.id.clone()),
        ("last-modified", http_date(found.modified)),
        ("content-length", body.len().to_string()),
        ("accept-ranges", "bytes".to_owned()),
        ("content-type", found.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())),
        encryption(),
    ];
    if request.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("ENABLED")) {
        headers.extend(with_type(found.checksum.clone()));
    }
    Ok(Output::Rest { status: StatusCode::OK, headers, body })
}

/// Every bucket encrypts with keys of S3 unless it is told otherwise.
fn encryption() -> (&'static str, String) {
    ("x-amz-server-side-encryption", "AES256".to_owned())
}

/// A checksum, and what it is one of.
fn with_type(checksum: Option<(&'static str, String)>) -> impl Iterator<Item = (&'static str, String)> {
    let kind = checksum.is_some().then(|| ("x-amz-checksum-type", "FULL_OBJECT".to_owned()));
    checksum.into_iter().chain(kind)
}

/// Whether a text could be the id of a version here.
fn is_version_id(text: &str) -> bool {
    text.strip_prefix("version-").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn http_date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
