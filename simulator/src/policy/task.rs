//! The five task policies that a root session can have, as AWS publishes them.

use std::sync::LazyLock;

use super::statement::{Policy, Statement};

/// A managed task policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    AuditRootUserCredentials,
    CreateRootUserPassword,
    DeleteRootUserCredentials,
    UnlockBucketPolicy,
    UnlockQueuePolicy,
}

impl Task {
    const ALL: [Self; 5] = [
        Self::AuditRootUserCredentials,
        Self::CreateRootUserPassword,
        Self::DeleteRootUserCredentials,
        Self::UnlockBucketPolicy,
        Self::UnlockQueuePolicy,
    ];

    /// The task whose policy has this ARN.
    pub(crate) fn from_policy_arn(arn: &str) -> Option<Self> {
        let name = arn.strip_prefix("arn:aws:iam::aws:policy/root-task/")?;
        Self::ALL.into_iter().find(|task| task.name() == name)
    }

    /// The policy's name, e.g. `IAMAuditRootUserCredentials`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AuditRootUserCredentials => "IAMAuditRootUserCredentials",
            Self::CreateRootUserPassword => "IAMCreateRootUserPassword",
            Self::DeleteRootUserCredentials => "IAMDeleteRootUserCredentials",
            Self::UnlockBucketPolicy => "S3UnlockBucketPolicy",
            Self::UnlockQueuePolicy => "SQSUnlockQueuePolicy",
        }
    }

    /// The statements of the policy: Deny over whatever root may do.
    pub(crate) fn statements(self) -> &'static [Statement] {
        let policy = match self {
            Self::AuditRootUserCredentials => &AUDIT,
            Self::CreateRootUserPassword => &CREATE_PASSWORD,
            Self::DeleteRootUserCredentials => &DELETE,
            Self::UnlockBucketPolicy => &UNLOCK_BUCKET,
            Self::UnlockQueuePolicy => &UNLOCK_QUEUE,
        };
        policy.statements()
    }
}

static AUDIT: LazyLock<Policy> = LazyLock::new(|| read(include_str!("task-policies/IAMAuditRootUserCredentials.json")));
static CREATE_PASSWORD: LazyLock<Policy> =
    LazyLock::new(|| read(include_str!("task-policies/IAMCreateRootUserPassword.json")));
static DELETE: LazyLock<Policy> =
    LazyLock::new(|| read(include_str!("task-policies/IAMDeleteRootUserCredentials.json")));
static UNLOCK_BUCKET: LazyLock<Policy> =
    LazyLock::new(|| read(include_str!("task-policies/S3UnlockBucketPolicy.json")));
static UNLOCK_QUEUE: LazyLock<Policy> = LazyLock::new(|| read(include_str!("task-policies/SQSUnlockQueuePolicy.json")));

fn read(document: &str) -> Policy {
    Policy::read_or_deny(serde_json::from_str(document).unwrap_or_default())
}
