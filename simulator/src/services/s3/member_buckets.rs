//! Buckets of the world's accounts: who may do what with them, and their policies.
//!
//! A policy is in force as soon as it is put: S3's eventual consistency is not modelled.

use bytes::Bytes;
use http::StatusCode;

use super::{body, bucket_policy, errors, objects, public_access, regions};
use crate::engine::{KnownPrincipals, Signer, Target, authorize};
use crate::identifiers::bucket_arn;
use crate::state::State;
use crate::wire::{Answer, Operation, Output, Request, ServiceError};
use crate::world::MemberBucket;

/// Performs an operation on a bucket that an account of the world has.
pub(super) fn perform(
    state: &mut State,
    signer: &Signer,
    request: &Request,
    operation: &Operation,
    name: &str,
    key: &str,
) -> Answer {
    let Some((owner, bucket)) = state.member_bucket(name) else { return Err(errors::no_such_bucket(name)) };
    regions::check(request, name, &bucket.region)?;
    if request.header("x-amz-expected-bucket-owner").is_some_and(|expected| expected != owner.id) {
        return Err(errors::access_denied());
    }
    let action = action(request, &operation.name);
    let resource = if objects::serves(&operation.name) { arn(name, key) } else { bucket_arn(name) };
    let target = Target {
        action: &action,
        resource: &resource,
        owner: &owner.id,
        policy: bucket.policy.as_deref(),
        // Source: Amazon S3 API Reference, `PutBucketPolicy`: the owner's root principal can always perform these.
        is_open_to_owners_root: is_policy_operation(&operation.name),
        context: &context(request, &operation.name),
    };
    let region = bucket.region.clone();
    authorize(state, signer, &target).map_err(|error| error.header("x-amz-bucket-region", &region))?;
    let is_owners = signer.account() == owner.id;
    if is_policy_operation(&operation.name) && !is_owners {
        return Err(errors::method_not_allowed());
    }
    match operation.name.as_str() {
        "GetBucketPolicy" => get_policy(bucket, name),
        "PutBucketPolicy" => put_policy(state, signer, request, name),
        "DeleteBucketPolicy" => {
            if let Some(bucket) = state.member_bucket_mut(name) {
                bucket.policy = None;
            }
            Ok(no_content())
        }
        "HeadBucket" => {
            let headers = vec![("x-amz-bucket-region", region)];
            Ok(Output::Rest { status: StatusCode::OK, headers, body: Bytes::new() })
        }
        operation if objects::serves(operation) => objects::perform(state, request, operation, name, key),
        _ => Err(ServiceError::not_simulated(&format!("{} {} of S3", request.method, request.path))),
    }
}

pub(super) fn arn(bucket: &str, key: &str) -> String {
    match key {
        "" => bucket_arn(bucket),
        key => format!("{}/{key}", bucket_arn(bucket)),
    }
}

fn is_policy_operation(name: &str) -> bool {
    matches!(name, "GetBucketPolicy" | "PutBucketPolicy" | "DeleteBucketPolicy")
}

/// The IAM action of an operation. Source: Amazon S3 User Guide, "Required permissions for Amazon S3 API operations".
fn action(request: &Request, operation: &str) -> String {
    let action = match operation {
        "ListObjectsV2" | "HeadBucket" => "ListBucket",
        "GetObject" | "HeadObject" if request.query.contains_key("versionId") => "GetObjectVersion",
        "HeadObject" => "GetObject",
        operation => operation,
    };
    format!("s3:{action}")
}

/// The condition keys of S3 that a request has besides those of every call.
fn context<'a>(request: &'a Request, operation: &str) -> Vec<(&'static str, &'a str)> {
    let parameters: &[(&'static str, &str)] = match operation {
        "ListObjectsV2" => &[("s3:prefix", "prefix"), ("s3:max-keys", "max-keys"), ("s3:delimiter", "delimiter")],
        "GetObject" | "HeadObject" => &[("s3:VersionId", "versionId")],
        _ => &[],
    };
    let given = |(key, parameter): &(&'static str, &str)| Some((*key, request.query.get(*parameter)?.as_str()));
    parameters.iter().filter_map(given).collect()
}

fn get_policy(bucket: &MemberBucket, name: &str) -> Answer {
    let policy = bucket.policy.as_deref().ok_or_else(|| errors::no_such_bucket_policy(name))?;
    let headers = vec![("content-type", "application/json".to_owned())];
    Ok(Output::Rest { status: StatusCode::OK, headers, body: Bytes::from(policy.to_owned()) })
}

fn put_policy(state: &mut State, signer: &Signer, request: &Request, name: &str) -> Answer {
    let body::Upload { bytes, .. } = body::read(request)?;
    let policy = bucket_policy::read(&bytes, name, KnownPrincipals::of(state))?;
    let Some(bucket) = state.member_bucket_mut(name) else { return Err(errors::no_such_bucket(name)) };
    if bucket.block_public_policy && public_access::is_public(&policy.document) {
        // As it was captured (samples/s3.PutBucketPolicy.block-public-policy.json); the User Guide words it otherwise.
        let message = format!(
            "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{}\" because public policies are \
             blocked by the BlockPublicPolicy block public access setting.",
            signer.arn(),
            bucket_arn(name)
        );
        return Err(ServiceError::new("AccessDenied", 403, message));
    }
    bucket.policy = Some(policy.text.into());
    Ok(no_content())
}

fn no_content() -> Output {
    Output::Rest { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: Bytes::new() }
}
