//! Errors of S3 with the texts that it answers. Source: Amazon S3 API Reference, "Error responses".

use crate::answer::ServiceError;

pub(super) fn no_such_bucket() -> ServiceError {
    ServiceError::new("NoSuchBucket", 404, "The specified bucket does not exist")
}

pub(super) fn no_such_bucket_policy() -> ServiceError {
    ServiceError::new("NoSuchBucketPolicy", 404, "The bucket policy does not exist")
}

pub(super) fn access_denied() -> ServiceError {
    ServiceError::new("AccessDenied", 403, "Access Denied")
}

/// Source: Amazon S3 API Reference, `GetBucketPolicy`: permissions without belonging to the owner's account.
pub(super) fn method_not_allowed() -> ServiceError {
    let message = "The specified method is not allowed against this resource.";
    ServiceError::new("MethodNotAllowed", 405, message)
}

pub(super) fn invalid_argument(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidArgument", 400, message)
}

pub(super) fn malformed_policy(message: impl Into<String>) -> ServiceError {
    ServiceError::new("MalformedPolicy", 400, message)
}
