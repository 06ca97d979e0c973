//! S3: versioned objects in the project's own buckets, and the member accounts' buckets with their policies.

mod body;
mod bucket_policy;
mod errors;
mod list_buckets;
mod listing;
mod member_buckets;
mod objects;
mod public_access;
mod regions;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::engine::authentication::Signer;
use crate::engine::authorization::authorize_root;
use crate::state::State;
use crate::wire::answer::{Answer, ServiceError};
use crate::wire::request::{Operation, Request};
use crate::world::member_resources::bucket_arn;

pub(crate) use self::objects::version;

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

/// What the call log says that a request is about: a bucket's ARN where the bucket itself is meant, else `bucket/key`.
pub(crate) fn resource(request: &Request, operation: &Operation) -> Option<String> {
    let (bucket, key) = bucket_and_key(request);
    match operation.name.as_str() {
        LIST_BUCKETS => None,
        "GetBucketPolicy" | "PutBucketPolicy" | "DeleteBucketPolicy" | "HeadBucket" => Some(bucket_arn(&bucket)),
        _ => Some(format!("{bucket}/{key}")),
    }
}

pub(crate) fn perform(state: &mut State, signer: &Signer, request: &Request, operation: &Operation) -> Answer {
    let (bucket, key) = bucket_and_key(request);
    if operation.name == LIST_BUCKETS {
        return list_buckets::list_buckets(state, signer, request);
    }
    if state.member_bucket(&bucket).is_some() {
        return member_buckets::perform(state, signer, request, operation, &bucket, &key);
    }
    let is_project_bucket = state.world.buckets.contains(&bucket);
    if let Signer::RootSession(session) = signer {
        let owner = if is_project_bucket { &state.world.management_account } else { &session.account };
        authorize_root(state, session, &operation.action(), &member_buckets::arn(&bucket, &key), owner)?;
        // A bucket without a policy lets nobody in from another account.
        return Err(if is_project_bucket { errors::access_denied() } else { errors::no_such_bucket(&bucket) });
    }
    if !is_project_bucket && operation.name != "Unknown" {
        return Err(errors::no_such_bucket(&bucket));
    }
    if objects::serves(&operation.name) {
        objects::perform(state, request, &operation.name, &bucket, &key)
    } else {
        Err(ServiceError::not_simulated(&format!("{} {} of S3", request.method, request.path)))
    }
}
