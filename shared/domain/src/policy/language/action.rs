//! Which actions manage a policy, and which of them let somebody out.

use super::{catalogue, pattern, statement::Listed, subject::PolicySubject};
use crate::aws::resource::Resource;

/// They act on the bucket itself, never on its objects.
pub(in crate::policy) const ON_POLICY_OF_BUCKET: [&str; 3] =
    ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];
pub(in crate::policy) const ON_POLICY_OF_QUEUE: [&str; 2] = ["sqs:GetQueueAttributes", "sqs:SetQueueAttributes"];

impl PolicySubject<'_> {
    pub(in crate::policy) fn arn(self) -> String {
        self.resource.arn(self.partition)
    }

    /// The actions that read and change the policy.
    pub(in crate::policy) fn management(self) -> &'static [&'static str] {
        match self.resource {
            Resource::Bucket(_) => &ON_POLICY_OF_BUCKET,
            Resource::Queue(_) => &ON_POLICY_OF_QUEUE,
        }
    }

    /// The actions by which somebody gets out: the policy locks only where all of them are denied.
    pub(in crate::policy) fn ways_out(self) -> &'static [&'static str] {
        match self.resource {
            Resource::Bucket(_) => &["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
            Resource::Queue(_) => &["sqs:SetQueueAttributes"],
        }
    }

    /// A pattern that every action of the service is of, and only those.
    pub(in crate::policy) fn every_action(self) -> &'static str {
        match self.resource {
            Resource::Bucket(_) => "s3:*",
            Resource::Queue(_) => "sqs:*",
        }
    }

    /// The known actions on the bucket or the queue itself.
    pub(in crate::policy) fn known_actions(self) -> &'static [&'static str] {
        match self.resource {
            Resource::Bucket(_) => catalogue::ON_BUCKETS,
            Resource::Queue(_) => catalogue::ON_QUEUES,
        }
    }

    /// The known actions on what lies in it under ARNs of its own: a bucket's objects.
    pub(in crate::policy) fn known_actions_inside(self) -> &'static [&'static str] {
        match self.resource {
            Resource::Bucket(_) => catalogue::ON_OBJECTS,
            Resource::Queue(_) => &[],
        }
    }

    /// The objects of a bucket as a pattern; a queue has nothing inside with ARNs of its own.
    pub(in crate::policy) fn inside(self) -> Option<String> {
        match self.resource {
            Resource::Bucket(_) => Some(format!("{}/*", self.arn())),
            Resource::Queue(_) => None,
        }
    }
}

/// Whether an action is of a pattern. Source: AWS IAM User Guide, "IAM JSON policy elements: Action" (case does not count).
pub(in crate::policy) fn is_of(pattern: &str, action: &str) -> bool {
    pattern::matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

/// Whether every action of `smaller` is of a pattern.
pub(in crate::policy) fn covers(pattern: &str, smaller: &str) -> bool {
    pattern::covers(&pattern.to_ascii_lowercase(), &smaller.to_ascii_lowercase())
}

/// Whether `Action` or `NotAction` names an action; an action that is a pattern counts only as a whole.
pub(in crate::policy) fn includes(listed: &Listed<&str>, action: &str) -> bool {
    match listed {
        Listed::In(patterns) => patterns.iter().any(|pattern| covers(pattern, action)),
        Listed::NotIn(patterns) => !patterns.iter().any(|pattern| intersect(pattern, action)),
    }
}

/// Whether `Action` or `NotAction` names any of the actions of a pattern.
pub(in crate::policy) fn may_include(listed: &Listed<&str>, action: &str) -> bool {
    match listed {
        Listed::In(patterns) => patterns.iter().any(|pattern| intersect(pattern, action)),
        Listed::NotIn(patterns) => !patterns.iter().any(|pattern| covers(pattern, action)),
    }
}

/// Whether some action is of both patterns.
pub(in crate::policy) fn intersect(one: &str, other: &str) -> bool {
    pattern::intersect(&one.to_ascii_lowercase(), &other.to_ascii_lowercase())
}
