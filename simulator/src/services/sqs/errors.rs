//! Errors of SQS that several operations have.

use crate::wire::ServiceError;

pub(super) fn missing_queue() -> ServiceError {
    let message = "The request must contain the parameter QueueUrl.";
    ServiceError::new("MissingRequiredParameterException", 400, message)
}

pub(super) fn no_such_queue() -> ServiceError {
    ServiceError::new("QueueDoesNotExist", 400, "The specified queue does not exist.")
}
