//! One table from AWS's error codes to what they mean for us.

use std::error::Error;

use aws_smithy_runtime_api::{client::result::SdkError, http::Response};
use aws_smithy_types::error::{display::DisplayErrorContext, metadata::ProvideErrorMetadata};
use jiff::{SignedDuration, Timestamp};
use rootwarden_domain::{Candidate, ErrorKind, Failure, input::one_line};

use crate::member::MemberAccount;

/// A call to AWS that failed: what was tried, what AWS answered, and what that means.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what}: {why}")]
pub struct AwsError {
    what: String,
    why: String,
    kind: ErrorKind,
    code: Option<String>,
    request_id: Option<String>,
    // Why not the SDK error itself: it keeps the raw answer, and the answer of AssumeRoot holds secrets.
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl AwsError {
    /// Classifies a failed call. `what` completes "cannot …" and names the account or object.
    pub(crate) fn new<E>(what: impl Into<String>, error: SdkError<E, Response>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let code = error.code().map(str::to_owned);
        // S3 names the part of a policy that it does not take beside its message.
        let detail = error.raw_response().and_then(|response| detail(response.body().bytes()?));
        let message = error.message().map(|message| match &detail {
            Some(detail) => one_line(&format!("{message}: {detail}")),
            None => one_line(message),
        });
        let request_id = error
            .raw_response()
            .and_then(|response| {
                ["x-amzn-requestid", "x-amz-request-id"].iter().find_map(|name| response.headers().get(*name))
            })
            .map(one_line);
        let status = error.raw_response().map(|response| response.status().as_u16());
        let kind = match (&error, code.as_deref()) {
            (_, Some(code)) => classify(code, message.as_deref().unwrap_or_default(), status),
            (SdkError::ConstructionFailure(_), None) => ErrorKind::Defect,
            (SdkError::TimeoutError(_) | SdkError::DispatchFailure(_), None) => ErrorKind::Transient,
            (_, None) => classify_status(status),
        };
        let source = error.into_source().ok();
        let why = match (&code, &message) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.clone(),
            (None, _) => source.as_ref().map_or_else(
                || "no answer".to_owned(),
                |source| one_line(&DisplayErrorContext(source.as_ref()).to_string()),
            ),
        };
        let why = likely_cause(&why).map_or_else(|| why.clone(), |cause| format!("{why} ({cause})"));
        Self { what: what.into(), why, kind, code, request_id, source }
    }

    /// A refusal of our own, or an answer that cannot be right.
    pub(crate) fn of_kind(kind: ErrorKind, what: impl Into<String>, why: impl ToString) -> Self {
        Self { what: what.into(), why: one_line(&why.to_string()), kind, code: None, request_id: None, source: None }
    }

    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The same failure, with something that the person who must act should know.
    #[must_use]
    pub fn with_note(mut self, note: &str) -> Self {
        self.why = format!("{}; {note}", self.why);
        self
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The same failure without what AWS wrote about it, for a call whose input is a secret.
    #[must_use]
    pub(crate) fn without_text(self) -> Self {
        let why = self.code.clone().unwrap_or_else(|| "no answer".to_owned());
        Self { why, source: None, ..self }
    }

    /// The same failure, seen in the light of the member's age.
    #[must_use]
    pub fn in_member(self, member: &MemberAccount, now: Timestamp) -> Self {
        self.in_account(member.account(), now)
    }

    /// The same failure, seen in the light of the account's age.
    ///
    /// Why: for up to an hour, a refusal may only mean that AWS does not know the new account everywhere yet. It is
    /// the same text as for a missing permission, so only the time of joining tells them apart.
    #[must_use]
    pub(crate) fn in_account(mut self, account: &Candidate, now: Timestamp) -> Self {
        let is_new = account.joined_at.is_some_and(|joined| now.duration_since(joined) < SignedDuration::from_hours(1));
        if self.kind == ErrorKind::Denied && is_new {
            self.kind = ErrorKind::NotYetVisible;
        }
        self
    }
}

impl From<AwsError> for Failure {
    fn from(error: AwsError) -> Self {
        let message = error.to_string();
        let AwsError { kind, code, request_id, what: _, why: _, source: _ } = error;
        Self { kind, message, code, request_id }
    }
}

/// The table.
///
/// Sources: the service models of STS, IAM, Organizations, S3 and Step Functions (botocore 1.44.5) for the modelled
/// codes; AWS's answers of September 2026 for the texts of `AccessDenied`; the SDKs' common throttling codes.
fn classify(code: &str, message: &str, status: Option<u16>) -> ErrorKind {
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
        | "OptInRequired" => ErrorKind::NotEnabled,

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
        | "InvalidInput"
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
        | "LimitExceeded"
        | "DeleteConflict"
        | "NoSuchEntity"
        | "EntityAlreadyExists" => ErrorKind::InvalidRequest,

        _ => classify_status(status),
    }
}

fn classify_status(status: Option<u16>) -> ErrorKind {
    match status {
        Some(429) => ErrorKind::Throttled,
        Some(500..=599) => ErrorKind::Transient,
        _ => ErrorKind::Defect,
    }
}

/// The `<Detail>` of an error of S3, without its quotes.
///
/// Source: reports of `PutBucketPolicy` with a principal that is gone, e.g. `<Detail>"AWS" : "AIDA…"</Detail>`; unverified.
fn detail(body: &[u8]) -> Option<String> {
    let (_, rest) = std::str::from_utf8(body).ok()?.split_once("<Detail>")?;
    let (detail, _) = rest.split_once("</Detail>")?;
    Some(detail.replace("&quot;", "").replace('"', ""))
}

/// What a person should look at first. AWS answers the same text for several causes.
fn likely_cause(why: &str) -> Option<&'static str> {
    if why.contains("service control policy") {
        Some("a service control policy of the account forbids it: it has to exempt root sessions, see aws:AssumedRoot")
    } else if why.contains("not authorized to perform: sts:AssumeRoot") {
        Some(
            "the function's role, a service control policy, or this account is neither the management account \
             nor delegated for iam.amazonaws.com: AWS says the same for each",
        )
    } else if why.contains("Root sessions feature is not enabled") {
        Some("switch on privileged root actions for member accounts in IAM, in the management account")
    } else if why.contains("credentials management feature is not enabled") {
        Some("switch on root credentials management in IAM, in the management account")
    } else if why.contains("Service not enabled for AWS Organizations")
        || why.starts_with("ServiceAccessNotEnabledException")
    {
        Some("switch on trusted access for iam.amazonaws.com, in the management account")
    } else if why.starts_with("AccountNotManagementOrDelegatedAdministratorException") {
        Some("deploy into the management account, or delegate this account for iam.amazonaws.com")
    } else if why.starts_with("RegionDisabled") {
        Some("the Region is not enabled in the account: run in a Region that every account has, such as us-east-1")
    } else {
        None
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
    fn what_is_switched_off_says_what_to_switch_on() {
        for (why, kind, told) in [
            (
                "RegionDisabledException: STS is not activated",
                ErrorKind::NotEnabled,
                "run in a Region that every account has",
            ),
            ("RegionDisabled: STS is not activated", ErrorKind::NotEnabled, "run in a Region that every account has"),
            (
                "ServiceAccessNotEnabledException: Trusted Access for IAM not enabled",
                ErrorKind::NotEnabled,
                "switch on trusted access",
            ),
            (
                "AccountNotManagementOrDelegatedAdministratorException: Input account is neither",
                ErrorKind::Denied,
                "delegate this account",
            ),
        ] {
            let (code, message) = why.split_once(": ").unwrap();
            assert_eq!(classify(code, message, Some(400)), kind, "{why}");
            assert!(likely_cause(why).unwrap().contains(told), "{why}");
        }
    }

    #[test]
    fn what_nobody_has_seen_is_a_defect_unless_its_status_says_more() {
        assert_eq!(classify("SomethingNew", "", Some(400)), ErrorKind::Defect);
        assert_eq!(classify("SomethingNew", "", Some(503)), ErrorKind::Transient);
        assert_eq!(classify("SomethingNew", "", Some(429)), ErrorKind::Throttled);
        assert_eq!(classify("InvalidAction", "Unknown Operation", Some(400)), ErrorKind::Defect);
    }

    #[test]
    fn a_refusal_in_a_new_account_may_pass_and_in_an_old_one_not() {
        let now: Timestamp = "2026-11-22T02:00:00Z".parse().unwrap();
        let kind = |joined_at: Option<&str>| {
            let account = Candidate {
                id: "111122223333".parse().unwrap(),
                name: String::new(),
                joined_at: joined_at.map(|at| at.parse().unwrap()),
            };
            AwsError::of_kind(ErrorKind::Denied, "x", "y").in_account(&account, now).kind()
        };
        assert_eq!(kind(Some("2026-11-22T01:00:01Z")), ErrorKind::NotYetVisible);
        assert_eq!(kind(Some("2026-11-22T01:00:00Z")), ErrorKind::Denied);
        assert_eq!(kind(None), ErrorKind::Denied);
    }
}
