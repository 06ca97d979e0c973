//! The table of policies in `shapes.json`, and tests of the parts that it does not show.

mod mutations;
mod new_access;
mod parts;
mod shapes;

use serde_json::Value;

use super::*;
use crate::aws::{partition::Partition, resource::Resource};

pub(super) const OWNER: &str = "111122223333";

/// The bucket `data` or the queue `jobs` of the account [`OWNER`].
pub(super) fn resource(on: &str) -> Resource {
    match on {
        "bucket" => Resource::bucket("data", Partition::Aws).unwrap(),
        _ => Resource::Queue(format!("arn:aws:sqs:eu-central-1:{OWNER}:jobs").parse().unwrap()),
    }
}

pub(super) fn subject(resource: &Resource) -> PolicySubject<'_> {
    PolicySubject { resource, owner: OWNER.parse().unwrap(), partition: Partition::Aws }
}

pub(super) fn document(json: &Value) -> PolicyDocument {
    PolicyDocument::parse(&json.to_string()).unwrap()
}
