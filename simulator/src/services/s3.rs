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

use crate::engine::{Handler, Signer, account_of_session, authorize_root};
use crate::identifiers::bucket_arn;
use crate::state::State;
use crate::wire::rest::{LIST_BUCKETS, bucket_and_key};
use crate::wire::{Answer, Operation, Request, ServiceError};

pub(super) struct S3;

impl Handler for S3 {
    fn perform(&self, state: &mut State, signer: &Signer, request: &Request, operation: &Operation) -> Answer {
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

    fn account(
        &self,
        state: &State,
        request: &Request,
        _operation: &Operation,
        signer: Option<&Signer>,
    ) -> Option<String> {
        match signer? {
            Signer::RootSession(_) => account_of_session(signer),
            Signer::Caller(_) | Signer::AccountRoot(_) | Signer::Unregistered(_) => {
                let (bucket, _) = bucket_and_key(request);
                state.member_bucket(&bucket).map(|(owner, _)| owner.id.clone())
            }
        }
    }

    /// A bucket's ARN where the bucket itself is meant, else `bucket/key`.
    fn resource(&self, request: &Request, operation: &Operation, _signer: Option<&Signer>) -> Option<String> {
        let (bucket, key) = bucket_and_key(request);
        match operation.name.as_str() {
            LIST_BUCKETS => None,
            "GetBucketPolicy" | "PutBucketPolicy" | "DeleteBucketPolicy" | "HeadBucket" => Some(bucket_arn(&bucket)),
            _ => Some(format!("{bucket}/{key}")),
        }
    }

    /// A bucket's policy, the bucket or an object vanishes.
    fn vanish(&self, state: &mut State, request: &Request, operation: &Operation, _account: Option<&str>) {
        let (bucket, key) = bucket_and_key(request);
        match operation.name.as_str() {
            "GetBucketPolicy" | "DeleteBucketPolicy" => {
                if let Some(bucket) = state.member_bucket_mut(&bucket) {
                    bucket.policy = None;
                }
            }
            "PutBucketPolicy" | "HeadBucket" => state.remove_bucket(&bucket),
            _ => state.storage.remove(&bucket, &key),
        }
    }
}
