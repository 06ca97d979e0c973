//! Errors of S3 with the texts that it answers. Source: Amazon S3 API Reference, "Error responses".

use crate::wire::ServiceError;

pub(super) fn no_such_bucket(name: &str) -> ServiceError {
    ServiceError::new("NoSuchBucket", 404, "The specified bucket does not exist").field("BucketName", name)
}

pub(super) fn no_such_bucket_policy(bucket: &str) -> ServiceError {
    ServiceError::new("NoSuchBucketPolicy", 404, "The bucket policy does not exist").field("BucketName", bucket)
}

pub(super) fn no_such_key(key: &str) -> ServiceError {
    ServiceError::new("NoSuchKey", 404, "The specified key does not exist.").field("Key", key)
}

pub(super) fn no_such_version(key: &str, version: &str) -> ServiceError {
    let error = ServiceError::new("NoSuchVersion", 404, "The specified version does not exist.");
    error.field("Key", key).field("VersionId", version)
}

pub(super) fn access_denied() -> ServiceError {
    ServiceError::new("AccessDenied", 403, "Access Denied")
}

/// What a conditional write is answered where something is.
pub(super) fn precondition_failed(condition: &str) -> ServiceError {
    let message = "At least one of the pre-conditions you specified did not hold";
    ServiceError::new("PreconditionFailed", 412, message).field("Condition", condition)
}

/// Source: Amazon S3 API Reference, `GetBucketPolicy`: permissions without belonging to the owner's account.
pub(super) fn method_not_allowed() -> ServiceError {
    let message = "The specified method is not allowed against this resource.";
    ServiceError::new("MethodNotAllowed", 405, message)
}

/// `argument`: as it is called in the request, e.g. `max-buckets`.
pub(super) fn invalid_argument(argument: &str, message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidArgument", 400, message).field("ArgumentName", argument)
}

pub(super) fn malformed_policy(message: impl Into<String>) -> ServiceError {
    ServiceError::new("MalformedPolicy", 400, message)
}
