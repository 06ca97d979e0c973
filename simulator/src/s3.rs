//! S3: versioned objects in the project's own buckets. Policies, encryption and ownership are not simulated.

mod body;
mod listing;

use bytes::Bytes;
use http::{Method, StatusCode};
use jiff::{Timestamp, tz::TimeZone};
use percent_encoding::percent_decode_str;

use crate::answer::{Answer, Output, ServiceError};
use crate::request::Request;
use crate::state::State;
use crate::storage::Version;

/// The bucket and the key that a request is about, in either address style; the key is empty for the bucket itself.
pub(crate) fn bucket_and_key(request: &Request) -> (String, String) {
    let path = request.path.trim_start_matches('/');
    let host = request.host.split(':').next().unwrap_or_default();
    let virtual_host = host.ends_with(".amazonaws.com").then(|| host.split_once(".s3")).flatten();
    let (bucket, key) = match virtual_host {
        Some((bucket, _)) => (bucket, path),
        None => path.split_once('/').unwrap_or((path, "")),
    };
    (bucket.to_owned(), percent_decode_str(key).decode_utf8_lossy().into_owned())
}

/// The IAM name of the operation that a request means; bucket policies are recognized, not served.
pub(crate) fn operation_name(request: &Request) -> &'static str {
    let (bucket, key) = bucket_and_key(request);
    let has = |parameter: &str| request.query.contains_key(parameter);
    let is_plain = request.query.keys().all(|parameter| matches!(parameter.as_str(), "x-id" | "versionId"));
    match (&request.method, key.is_empty()) {
        (&Method::GET, true) if bucket.is_empty() => "ListAllMyBuckets",
        (&Method::GET, true) if has("policy") => "GetBucketPolicy",
        (&Method::PUT, true) if has("policy") => "PutBucketPolicy",
        (&Method::DELETE, true) if has("policy") => "DeleteBucketPolicy",
        (&Method::GET, true) if request.query.get("list-type").map(String::as_str) == Some("2") => "ListObjectsV2",
        (&Method::PUT, false) if is_plain && request.header("x-amz-copy-source").is_none() => "PutObject",
        (&Method::GET, false) if is_plain => "GetObject",
        (&Method::HEAD, false) if is_plain => "HeadObject",
        (&Method::DELETE, false) if is_plain && !has("versionId") => "DeleteObject",
        _ => "Unknown",
    }
}

pub(crate) fn perform(state: &mut State, request: &Request, operation: &str) -> Answer {
    let (bucket, key) = bucket_and_key(request);
    let is_served = matches!(operation, "PutObject" | "GetObject" | "HeadObject" | "DeleteObject" | "ListObjectsV2");
    if is_served && !state.world.buckets.contains(&bucket) {
        return Err(ServiceError::new("NoSuchBucket", 404, "The specified bucket does not exist"));
    }
    match operation {
        "PutObject" => put_object(state, request, &bucket, &key),
        "GetObject" => get_object(state, request, &bucket, &key),
        "HeadObject" => match get_object(state, request, &bucket, &key)? {
            Output::Rest { status, headers, .. } => Ok(Output::Rest { status, headers, body: Bytes::new() }),
            output @ (Output::Xml(_) | Output::Json(_)) => Ok(output),
        },
        "DeleteObject" => {
            let marker = version(None, state.now());
            let id = state.storage.put(&bucket, &key, marker);
            let headers = vec![("x-amz-version-id", id), ("x-amz-delete-marker", "true".to_owned())];
            Ok(Output::Rest { status: StatusCode::NO_CONTENT, headers, body: Bytes::new() })
        }
        "ListObjectsV2" => listing::list_objects(&state.storage, request, &bucket),
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
