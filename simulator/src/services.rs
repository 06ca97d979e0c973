//! What AWS's services do: one folder or file for each, and the table that finds it.
//!
//! Each is a [`Handler`] of its own; none knows another.

mod cloudformation;
mod cloudtrail;
mod eventbridge;
pub(crate) mod iam;
mod lambda;
mod organizations;
pub(crate) mod s3;
mod security_hub;
mod sns;
pub(crate) mod sqs;
mod states;
mod sts;
mod unserved;

use crate::engine::Handler;
use crate::wire::Service;

/// Who serves a service's calls.
pub(crate) fn handler(service: Service) -> &'static dyn Handler {
    match service {
        Service::Sts => &sts::Sts,
        Service::Iam => &iam::Iam,
        Service::Organizations => &organizations::Organizations,
        Service::StepFunctions => &states::StepFunctions,
        Service::S3 => &s3::S3,
        Service::Sqs => &sqs::Sqs,
        Service::CloudTrail => &cloudtrail::CloudTrail,
        Service::CloudFormation => &cloudformation::CloudFormation,
        Service::Lambda => &lambda::Lambda,
        Service::Sns => &sns::Sns,
        Service::EventBridge => &eventbridge::EventBridge,
        Service::SecurityHub => &security_hub::SecurityHub,
        Service::Other => &unserved::Unserved,
    }
}
