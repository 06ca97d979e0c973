//! The table: what AWS's error codes mean for us.

use rootwarden_domain::ErrorKind;

/// Sources: the service models of STS, IAM, Organizations, S3 and Step Functions (botocore 1.44.5) for the modelled
/// codes; AWS's answers of September 2026 for the texts of `AccessDenied`; the SDKs' common throttling codes.
pub(super) fn classify(code: &str, message: &str, status: Option<u16>) -> ErrorKind {
    match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "SlowDown" => ErrorKind::Throttled,

        // IAM: EntityTemporarilyUnmodifiable and ConcurrentModification pass. An expired session is opened anew.
        "ServiceFailure"
        | "ServiceFailureException"
        | "ServiceException"
        | "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "ServiceUnavailable"
        | "RequestTimeout"
        | "RequestTimeoutException"
        | "EntityTemporarilyUnmodifiable"
        | "ConcurrentModification"
        | "ConcurrentModificationException"
        | "OperationAborted"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired" => ErrorKind::Transient,

        // Seen on AWS, with these texts: "Root credentials management feature is not enabled for your AWS Organization.",
        // "Root sessions feature is not enabled for your AWS Organization.", "Service not enabled for AWS Organizations."
        "AccessDenied" | "AccessDeniedException" if message.contains("not enabled for") => ErrorKind::NotEnabled,
        // RegionDisabledException is documented with and without its suffix.
        "ServiceAccessNotEnabledException"
        | "OrganizationNotInAllFeaturesModeException"
        | "AWSOrganizationsNotInUseException"
        | "OrganizationNotFoundException"
        | "RegionDisabledException"
        | "RegionDisabled"
        | "OptInRequired"
        // Security Hub, with HTTP status 401: "Account 111122223333 is not subscribed to AWS Security Hub" (public reports).
        | "InvalidAccessException" => ErrorKind::NotEnabled,

        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "InvalidSecurity"
        | "AccountNotManagementOrDelegatedAdministratorException"
        | "CallerIsNotManagementAccountException" => ErrorKind::Denied,

        "ValidationError"
        | "ValidationException"
        | "InputError"
        | "InvalidInputException"
        | "InvalidName"
        | "InvalidArn"
        | "InvalidExecutionInput"
        | "StateMachineDoesNotExist"
        | "NoSuchBucket"
        // S3: a policy that it does not take; a bucket of another account (Amazon S3 API Reference, "List of error codes").
        | "MalformedPolicy"
        | "InvalidPolicyDocument"
        | "PolicyTooLarge"
        | "MethodNotAllowed"
        // SQS: no such queue; a policy that it does not take (service model of SQS, botocore 1.44.5).
        | "QueueDoesNotExist"
        | "AWS.SimpleQueueService.NonExistentQueue"
        | "InvalidAddress"
        | "InvalidAttributeName"
        | "InvalidAttributeValue"
        | "OverLimit"
        | "NoSuchKey"
        | "NoSuchVersion"
        | "CreateAccountStatusNotFoundException"
        | "OrganizationalUnitNotFoundException"
        | "AccountNotFoundException"
        // Organizations: a delegation that cannot be (API Reference, RegisterDelegatedAdministrator).
        | "ConstraintViolationException"
        | "UnsupportedAPIEndpointException"
        | "LimitExceeded"
        | "DeleteConflict"
        | "NoSuchEntity"
        | "EntityAlreadyExists" => ErrorKind::InvalidRequest,

        _ => classify_status(status),
    }
}

pub(super) fn classify_status(status: Option<u16>) -> ErrorKind {
    match status {
        Some(429) => ErrorKind::Throttled,
        Some(500..=599) => ErrorKind::Transient,
        _ => ErrorKind::Defect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_texts_of_access_denied_apart() {
        for (message, kind) in [
            ("Root credentials management feature is not enabled for your AWS Organization.", ErrorKind::NotEnabled),
            ("Root sessions feature is not enabled for your AWS Organization.", ErrorKind::NotEnabled),
            ("Service not enabled for AWS Organizations.", ErrorKind::NotEnabled),
            ("User: x is not authorized to perform: sts:AssumeRoot on resource: y", ErrorKind::Denied),
        ] {
            assert_eq!(classify("AccessDenied", message, Some(403)), kind, "{message}");
        }
    }

    #[test]
    fn what_nobody_has_seen_is_a_defect_unless_its_status_says_more() {
        assert_eq!(classify("SomethingNew", "", Some(400)), ErrorKind::Defect);
        assert_eq!(classify("SomethingNew", "", Some(503)), ErrorKind::Transient);
        assert_eq!(classify("SomethingNew", "", Some(429)), ErrorKind::Throttled);
        assert_eq!(classify("InvalidAction", "Unknown Operation", Some(400)), ErrorKind::Defect);
    }
}
