//! Why AWS does not take a policy, told apart so that somebody can do something about it.

use crate::AwsError;

/// What AWS refuses in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyRefusal {
    /// A principal that it names is gone, or another part is not understood.
    Malformed,
    /// Block Public Access keeps public policies out.
    BlockPublicAccess,
}

impl PolicyRefusal {
    /// Sources: Amazon S3 API Reference, "List of error codes" (`MalformedPolicy`); Amazon SQS API Reference,
    /// `SetQueueAttributes` (`InvalidAttributeValue`); Amazon S3 User Guide, "Troubleshoot access denied errors": the
    /// text names the `BlockPublicPolicy` setting.
    #[must_use]
    pub fn of(error: &AwsError) -> Option<Self> {
        match error.code() {
            Some("MalformedPolicy" | "InvalidPolicyDocument" | "InvalidAttributeValue") => Some(Self::Malformed),
            Some("AccessDenied") if error.to_string().contains("BlockPublicPolicy") => Some(Self::BlockPublicAccess),
            _ => None,
        }
    }
}
