//! The `vanished` fault: what a call is about disappears just before the call.

use crate::services::s3::bucket_and_key;
use crate::services::sqs::Address;
use crate::state::State;
use crate::wire::request::{Operation, Request, Service};

pub(crate) fn vanish(state: &mut State, request: &Request, operation: &Operation, account: Option<&str>) {
    match operation.service {
        Service::Iam => vanish_credential(state, operation, account),
        Service::Sts | Service::Organizations => {
            if let Some(id) = account {
                state.world.accounts.remove(id);
            }
            if let Some(id) = operation.parameter("CreateAccountRequestId") {
                state.world.create_account_requests.remove(id);
            }
        }
        Service::S3 => {
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
        Service::Sqs => {
            if let Some(queue) = Address::of(request, operation, account) {
                state.world.remove_queue(&queue);
            }
        }
        Service::StepFunctions | Service::Other => {}
    }
}

fn vanish_credential(state: &mut State, operation: &Operation, account: Option<&str>) {
    let Some(account) = account.and_then(|id| state.world.account_mut(id)) else { return };
    let root = &mut account.root;
    if let Some(id) = operation.parameter("AccessKeyId") {
        root.access_keys.retain(|key| key.id != id);
    } else if let Some(id) = operation.parameter("CertificateId") {
        root.signing_certificates.retain(|certificate| certificate.id != id);
    } else if let Some(serial) = operation.parameter("SerialNumber") {
        root.mfa_devices.retain(|device| device.serial != serial);
    } else if matches!(operation.name.as_str(), "GetLoginProfile" | "DeleteLoginProfile") {
        root.password = None;
    }
}
