//! Buckets and queues of an account, with their policies.

use serde::{Deserialize, Serialize};

use crate::identifiers::bucket_arn;
use crate::policy::PolicyText;

/// A bucket of an account. Its name is unique in the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberBucket {
    pub name: String,
    #[serde(default = "default_region")]
    pub region: String,
    #[serde(default)]
    pub policy: Option<PolicyText>,
    /// Block Public Access: a public policy cannot be put.
    #[serde(default, skip_serializing_if = "is_false")]
    pub block_public_policy: bool,
}

/// A queue of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberQueue {
    pub name: String,
    #[serde(default = "default_region")]
    pub region: String,
    #[serde(default)]
    pub policy: Option<PolicyText>,
}

impl MemberBucket {
    /// A bucket in us-east-1 without a policy.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), region: default_region(), policy: None, block_public_policy: false }
    }

    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets its policy, as JSON or as the text that stands there. It is not validated.
    #[must_use]
    pub fn policy(mut self, policy: impl Into<PolicyText>) -> Self {
        self.policy = Some(policy.into());
        self
    }

    #[must_use]
    pub fn block_public_policy(mut self) -> Self {
        self.block_public_policy = true;
        self
    }

    #[must_use]
    pub fn arn(&self) -> String {
        bucket_arn(&self.name)
    }
}

impl MemberQueue {
    /// A queue in us-east-1 without a policy.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), region: default_region(), policy: None }
    }

    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets its policy, as JSON or as the text that stands there. It is not validated.
    #[must_use]
    pub fn policy(mut self, policy: impl Into<PolicyText>) -> Self {
        self.policy = Some(policy.into());
        self
    }

    /// `owner`: the id of its account.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:sqs:{}:{owner}:{}", self.region, self.name)
    }

    /// `owner`: the id of its account.
    #[must_use]
    pub fn url(&self, owner: &str) -> String {
        format!("https://sqs.{}.amazonaws.com/{owner}/{}", self.region, self.name)
    }
}

fn default_region() -> String {
    "us-east-1".to_owned()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field")]
fn is_false(value: &bool) -> bool {
    !*value
}
