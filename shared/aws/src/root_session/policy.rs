//! The policy of one bucket or queue, read and changed as the root user of its account.

use std::fmt;

use rootwarden_domain::{
    AccountId, ErrorKind,
    aws::{
        partition::Partition,
        resource::{BucketName, Queue, Resource},
    },
    policy::PolicyText,
};

use super::{
    session::RootSession,
    sessions::RootSessions,
    task::{UnlockBucket, UnlockQueue},
};
use crate::{client::AwsError, organization::MemberAccount};

mod bucket;
mod queue;
mod refusal;

pub use refusal::PolicyWriteError;

/// A session that can change the policy of one bucket or queue, once the resource was found in the account.
#[derive(Debug)]
pub struct ResourceSession {
    account: AccountId,
    resource: Resource,
    region: String,
    access: Access,
}

enum Access {
    Bucket(aws_sdk_s3::Client),
    Queue(aws_sdk_sqs::Client),
}

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bucket(_) => "S3",
            Self::Queue(_) => "SQS",
        })
    }
}

impl ResourceSession {
    /// Opens a session for the one task that `resource` needs, and finds it in the member's account.
    ///
    /// # Errors
    /// `InvalidRequest` if the account has no such bucket or queue; else what AWS answered.
    pub async fn open(sessions: &RootSessions, member: &MemberAccount, resource: &Resource) -> Result<Self, AwsError> {
        let account = member.account().id;
        let (region, access) = match resource {
            Resource::Bucket(name) => {
                let session = sessions.open_unlock_bucket(member).await?;
                let region = find_bucket(&session, name).await?;
                (region.clone(), Access::Bucket(bucket::client(&session.config_in(&region))))
            }
            Resource::Queue(queue) => {
                let session = sessions.open_unlock_queue(member).await?;
                (queue.region().to_owned(), Access::Queue(queue_client(&session, queue)))
            }
        };
        Ok(Self { account, resource: resource.clone(), region, access })
    }

    /// Where the resource is.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The policy as it is now; none if there is none.
    ///
    /// # Errors
    /// What AWS answered; `InvalidRequest` if the queue is not there.
    pub async fn read(&self) -> Result<Option<PolicyText>, AwsError> {
        let policy = match (&self.access, &self.resource) {
            (Access::Bucket(s3), Resource::Bucket(name)) => bucket::read(s3, name, self.account).await,
            (Access::Queue(sqs), Resource::Queue(queue)) => queue::read(sqs, queue).await,
            (Access::Bucket(_), Resource::Queue(_)) | (Access::Queue(_), Resource::Bucket(_)) => Err(self.mismatch()),
        };
        policy.map(|policy| policy.map(PolicyText::from)).map_err(|error| self.in_region(error))
    }

    /// Puts a policy there, or deletes the one that is there.
    ///
    /// # Errors
    /// What AWS answered. Whether anything was changed then, only another [`Self::read`] shows.
    pub async fn write(&self, policy: Option<&PolicyText>) -> Result<(), AwsError> {
        let written = match (&self.access, &self.resource) {
            (Access::Bucket(s3), Resource::Bucket(name)) => match policy {
                Some(policy) => bucket::put(s3, name, self.account, policy).await,
                None => bucket::delete(s3, name, self.account).await,
            },
            (Access::Queue(sqs), Resource::Queue(queue)) => queue::set(sqs, queue, policy).await,
            (Access::Bucket(_), Resource::Queue(_)) | (Access::Queue(_), Resource::Bucket(_)) => Err(self.mismatch()),
        };
        written.map_err(|error| self.in_region(error))
    }

    fn mismatch(&self) -> AwsError {
        AwsError::of_kind(ErrorKind::Defect, format!("reach {}", self.resource), "the session is of another service")
    }

    /// The same failure, with what the Region may have to do with it.
    ///
    /// Why the member's account alone: tokens of Regional STS endpoints are valid in every Region, also in those that the
    /// caller's account has not enabled. Source: AWS IAM User Guide, "Managing AWS STS in an AWS Region".
    fn in_region(&self, error: AwsError) -> AwsError {
        let Self { region, account, .. } = self;
        match error.kind() {
            ErrorKind::Denied | ErrorKind::NotEnabled if is_opt_in(region) => error.with_note(&format!(
                "`{region}` is a Region that has to be enabled in account `{account}`: look whether it is"
            )),
            _ => error,
        }
    }
}

async fn find_bucket(session: &RootSession<UnlockBucket>, name: &BucketName) -> Result<String, AwsError> {
    let account = session.account().id;
    bucket::region(&bucket::client(session.config()), name, account).await
}

fn queue_client(session: &RootSession<UnlockQueue>, queue: &Queue) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&session.config_in(queue.region()))
}

/// Whether a Region is off in an account until somebody enables it.
///
/// Why a list of the others: it is complete, since every Region after March 2019 is off at first. Source: AWS Account
/// Management Reference Guide, "Enable or disable AWS Regions in your account".
fn is_opt_in(region: &str) -> bool {
    let is_on_at_first = matches!(
        region,
        "ap-northeast-1"
            | "ap-northeast-2"
            | "ap-northeast-3"
            | "ap-south-1"
            | "ap-southeast-1"
            | "ap-southeast-2"
            | "ca-central-1"
            | "eu-central-1"
            | "eu-north-1"
            | "eu-west-1"
            | "eu-west-2"
            | "eu-west-3"
            | "sa-east-1"
            | "us-east-1"
            | "us-east-2"
            | "us-west-1"
            | "us-west-2"
    );
    Partition::of_region(region) == Partition::Aws && !is_on_at_first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_that_is_on_everywhere_is_not_blamed() {
        for (region, expected) in [
            ("us-east-1", false),
            ("eu-north-1", false),
            ("us-gov-west-1", false),
            ("cn-north-1", false),
            ("me-south-1", true),
            ("ap-southeast-7", true),
            ("xx-unheardof-1", true),
        ] {
            assert_eq!(is_opt_in(region), expected, "{region}");
        }
    }
}
