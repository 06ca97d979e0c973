//! S3's REST protocol: which bucket and key, and which operation a request means.

use http::Method;
use percent_encoding::percent_decode_str;

use super::request::Request;

/// The IAM action of `ListBuckets`, which has a name of its own.
pub(crate) const LIST_BUCKETS: &str = "ListAllMyBuckets";

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

/// The name of the operation that a request means; of `ListBuckets` the IAM action.
pub(crate) fn operation_name(request: &Request) -> &'static str {
    let (bucket, key) = bucket_and_key(request);
    let has = |parameter: &str| request.query.contains_key(parameter);
    let is_plain = request.query.keys().all(|parameter| matches!(parameter.as_str(), "x-id" | "versionId"));
    match (&request.method, key.is_empty()) {
        (&Method::GET, true) if bucket.is_empty() => LIST_BUCKETS,
        (&Method::GET, true) if has("policy") => "GetBucketPolicy",
        (&Method::PUT, true) if has("policy") => "PutBucketPolicy",
        (&Method::DELETE, true) if has("policy") => "DeleteBucketPolicy",
        (&Method::HEAD, true) if is_plain && !bucket.is_empty() => "HeadBucket",
        (&Method::GET, true) if request.query.get("list-type").map(String::as_str) == Some("2") => "ListObjectsV2",
        (&Method::PUT, false) if is_plain && request.header("x-amz-copy-source").is_none() => "PutObject",
        (&Method::GET, false) if is_plain => "GetObject",
        (&Method::HEAD, false) if is_plain => "HeadObject",
        (&Method::DELETE, false) if is_plain && !has("versionId") => "DeleteObject",
        _ => "Unknown",
    }
}
