//! What a status rests on: what was found, what was done, what failed.

mod read;

pub(crate) use read::kind_and_id_of;

use jiff::Timestamp;
use rootwarden_domain::{Inventory, run::call::Call};
use schemars::JsonSchema;
use serde::Serialize;

/// What the status of an account rests on.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Evidence<'a> {
    /// What the run's first audit found.
    pub before: Vec<Credential<'a>>,
    /// What was done, in its order, in all rounds of the run.
    pub steps: Vec<Step<'a>>,
    /// What waits for a person, and why.
    pub protected: Vec<Step<'a>>,
    /// Why nothing is known, or why it could not be done.
    pub failure: Option<FailureTold<'a>>,
    /// What is known to be there after all this, by kind and id. Of a clean or cleaned account a read has shown that it is nothing.
    pub left: Vec<String>,
    /// The calls that were made in the account and to open sessions in it, in their order.
    pub calls: Vec<CallTold<'a>>,
}

/// What the audits found in an account, and the calls that were made in it, also to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audited {
    /// Of the first audit that found something.
    pub found: Option<Inventory>,
    pub calls: Vec<Call>,
}

/// One call to AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CallTold<'a> {
    /// As IAM names it, such as `iam:GetAccountSummary`.
    pub action: &'a str,
    /// When its last answer came.
    pub at: Timestamp,
    /// The HTTP status of the last answer; none where there was none.
    pub status: Option<u16>,
    /// AWS's own id of the request: CloudTrail has the same.
    pub request_id: Option<&'a str>,
    /// How many times it was sent again: AWS asked for fewer calls, or did not answer.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(default)]
    pub retries: u32,
    /// The access key id of the root session that made the call, or that it opened: CloudTrail has the same.
    pub session_access_key_id: Option<&'a str>,
}

/// A root credential, without any secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Credential<'a> {
    pub kind: CredentialKind,
    /// Its id or serial number; a login profile has none.
    pub id: Option<&'a str>,
    /// As AWS says it: `Active`, `Inactive`, `Expired`.
    pub status: Option<&'a str>,
    pub created_at: Option<Timestamp>,
    /// Of access keys alone.
    pub last_used: Option<LastUse>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    SigningCertificate,
    AccessKey,
    LoginProfile,
    MfaDevice,
}

/// When AWS last saw an access key used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LastUse {
    At(Timestamp),
    Never,
    /// It could not be read.
    Unread,
}

/// What became of one credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Step<'a> {
    pub kind: CredentialKind,
    pub id: Option<&'a str>,
    pub outcome: Outcome,
    pub why: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// AWS accepted the deletion, and a fresh read shows it gone.
    Deleted,
    AlreadyAbsent,
    /// The deletion was begun, and no fresh read has shown whether it is gone.
    Unconfirmed,
    Failed,
    /// Left alone.
    NotAttempted,
    /// It waits for a person.
    Protected,
}

/// Why something failed, as AWS or this project said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FailureTold<'a> {
    pub kind: &'static str,
    pub message: &'a str,
    /// AWS's error code.
    pub code: Option<&'a str>,
    /// AWS's request id, for its support.
    pub request_id: Option<&'a str>,
}

impl CredentialKind {
    pub(crate) const ALL: [Self; 4] = [Self::SigningCertificate, Self::AccessKey, Self::LoginProfile, Self::MfaDevice];

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::SigningCertificate => "signing certificate",
            Self::AccessKey => "access key",
            Self::LoginProfile => "login profile",
            Self::MfaDevice => "MFA device",
        }
    }

    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::SigningCertificate => "signing certificates",
            Self::AccessKey => "access keys",
            Self::LoginProfile => "login profiles",
            Self::MfaDevice => "MFA devices",
        }
    }
}

impl Outcome {
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Deleted => "deleted, and seen gone",
            Self::AlreadyAbsent => "already absent",
            Self::Unconfirmed => "not confirmed",
            Self::Failed => "failed",
            Self::NotAttempted => "left alone",
            Self::Protected => "protected",
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
