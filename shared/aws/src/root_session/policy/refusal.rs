//! Why AWS does not take a policy, told apart so that somebody can do something about it.

use crate::client::AwsError;

/// What AWS refuses in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyWriteError {
    /// A principal that it names is gone, or another part is not understood.
    Malformed,
    /// The same, and AWS does not say which part: SQS never does.
    MalformedSomewhere,
    /// Block Public Access keeps public policies out.
    BlockPublicAccess,
}

impl PolicyWriteError {
    /// Sources: Amazon S3 API Reference, "List of error codes" (`MalformedPolicy`); Amazon SQS API Reference,
    /// `SetQueueAttributes` (`InvalidAttributeValue`); Amazon S3 User Guide, "Troubleshoot access denied errors": the
    /// text names the `BlockPublicPolicy` setting.
    #[must_use]
    pub fn of(error: &AwsError) -> Option<Self> {
        match error.code() {
            Some("MalformedPolicy" | "InvalidPolicyDocument") => Some(Self::Malformed),
            Some("InvalidAttributeValue") => Some(Self::MalformedSomewhere),
            Some("AccessDenied") if error.to_string().contains("BlockPublicPolicy") => Some(Self::BlockPublicAccess),
            _ => None,
        }
    }

    /// Whether `error` may be how SQS answers a policy that names a principal that is gone.
    ///
    /// Source: a capture of August 2026 (us-east-1): five times `InvalidAttributeValue`, "Invalid value for the parameter
    /// Policy.", and the sixth time HTTP 500, `InternalFailure`, without a message.
    #[must_use]
    pub fn may_be_behind(error: &AwsError) -> bool {
        error.code() == Some("InternalFailure") && error.to_string().contains("HTTP status 500, without a message")
    }
}
