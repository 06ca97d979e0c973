//! Errors that any call can meet, as each service words them.

use crate::wire::{Service, ServiceError};

/// No signature at all.
pub(super) fn unsigned(service: Service) -> ServiceError {
    let message = "Request is missing Authentication Token";
    match service {
        Service::Sts | Service::Iam | Service::Sqs | Service::Sns | Service::CloudFormation => {
            ServiceError::new("MissingAuthenticationToken", 403, message)
        }
        Service::S3 => ServiceError::new("AccessDenied", 403, "Access Denied"),
        Service::Organizations
        | Service::StepFunctions
        | Service::CloudTrail
        | Service::Lambda
        | Service::EventBridge
        | Service::SecurityHub
        | Service::Other => ServiceError::new("MissingAuthenticationTokenException", 400, message),
    }
}

/// An access key, or a token of it, that nobody knows.
pub(super) fn unknown_key(service: Service) -> ServiceError {
    let message = "The security token included in the request is invalid.";
    match service {
        Service::Sts | Service::Iam | Service::Sqs | Service::Sns | Service::CloudFormation => {
            ServiceError::new("InvalidClientTokenId", 403, message)
        }
        Service::S3 => {
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            ServiceError::new("InvalidAccessKeyId", 403, message)
        }
        Service::Organizations
        | Service::StepFunctions
        | Service::CloudTrail
        | Service::Lambda
        | Service::EventBridge
        | Service::SecurityHub
        | Service::Other => ServiceError::new("UnrecognizedClientException", 400, message),
    }
}

/// A session that has ended.
pub(super) fn expired(service: Service) -> ServiceError {
    let message = "The security token included in the request is expired";
    match service {
        Service::Sts | Service::Iam | Service::Sqs | Service::Sns | Service::CloudFormation => {
            ServiceError::new("ExpiredToken", 403, message)
        }
        Service::S3 => ServiceError::new("ExpiredToken", 400, "The provided token has expired."),
        Service::Organizations
        | Service::StepFunctions
        | Service::CloudTrail
        | Service::Lambda
        | Service::EventBridge
        | Service::SecurityHub
        | Service::Other => ServiceError::new("ExpiredTokenException", 400, message),
    }
}

/// The service's own throttling error.
pub(super) fn throttled(service: Service) -> ServiceError {
    match service {
        Service::Sts | Service::Iam | Service::CloudFormation => ServiceError::new("Throttling", 400, "Rate exceeded"),
        Service::Organizations => {
            let message = "AWS Organizations can't complete your request because another request is already in progress. \
                           Try again later.";
            ServiceError::new("TooManyRequestsException", 400, message)
        }
        // Source: Amazon SNS API Reference, `Publish`: `Throttled`, status 429.
        Service::Sns => ServiceError::new("Throttled", 429, "Rate exceeded"),
        // Source: Amazon SQS API Reference, common errors of its operations.
        Service::Sqs => ServiceError::new("RequestThrottled", 400, "The request was denied due to request throttling."),
        Service::S3 => ServiceError::new("SlowDown", 503, "Please reduce your request rate."),
        Service::StepFunctions
        | Service::CloudTrail
        | Service::Lambda
        | Service::EventBridge
        | Service::SecurityHub
        | Service::Other => ServiceError::new("ThrottlingException", 400, "Rate exceeded"),
    }
}

/// The service's own error with status 500.
pub(super) fn internal_error(service: Service) -> ServiceError {
    let message = "The request processing has failed because of an unknown error, exception or failure.";
    match service {
        Service::Iam => ServiceError::new("ServiceFailure", 500, message),
        // Source: Amazon SNS API Reference, `Publish`: `InternalError`, status 500.
        Service::Sns => ServiceError::new("InternalError", 500, message),
        Service::Sts | Service::Sqs | Service::CloudFormation => ServiceError::new("InternalFailure", 500, message),
        Service::Organizations => ServiceError::new("ServiceException", 500, message),
        Service::S3 => ServiceError::new("InternalError", 500, "We encountered an internal error. Please try again."),
        Service::StepFunctions
        | Service::CloudTrail
        | Service::Lambda
        | Service::EventBridge
        | Service::SecurityHub
        | Service::Other => ServiceError::new("InternalServerException", 500, message),
    }
}

/// A denial; the text says of what.
pub(super) fn denied(service: Service, message: String) -> ServiceError {
    match service {
        Service::Sts | Service::Iam | Service::S3 | Service::Sqs | Service::CloudFormation => {
            ServiceError::new("AccessDenied", 403, message)
        }
        // Source: Amazon SNS API Reference, `Publish`: `AuthorizationError`, status 403.
        Service::Sns => ServiceError::new("AuthorizationError", 403, message),
        Service::Organizations
        | Service::StepFunctions
        | Service::CloudTrail
        | Service::Lambda
        | Service::EventBridge
        | Service::SecurityHub
        | Service::Other => ServiceError::new("AccessDeniedException", 400, message),
    }
}
