//! The tasks that AWS scopes a root session to.

use aws_config::SdkConfig;

mod sealed {
    pub trait Sealed {}
}

/// A task that a root session can be opened for. Sealed: the list is AWS's.
pub trait Task: sealed::Sealed {
    /// The AWS managed policy that scopes the session, by its name under `root-task/`.
    const POLICY: &'static str;
    /// How long the session lives, in seconds: what its work needs with retries, and no more. AWS allows 900.
    const SECONDS: u16;
    /// What the session's calls are made with.
    type Access;
    /// Makes it from the session's own configuration. Nothing is loaded again.
    fn access(config: SdkConfig) -> Self::Access;
}

/// Reads which root credentials are there.
#[derive(Debug)]
pub enum Audit {}

/// Deletes root credentials, and reads what is left.
#[derive(Debug)]
pub enum Delete {}

/// Reads, puts and deletes the policies of the account's buckets.
#[derive(Debug)]
pub enum UnlockBucket {}

/// Reads and sets the policies of the account's queues.
#[derive(Debug)]
pub enum UnlockQueue {}

/// Allows the root user's password to be recovered.
#[derive(Debug)]
pub enum AllowRecovery {}

impl sealed::Sealed for AllowRecovery {}
impl sealed::Sealed for Audit {}
impl sealed::Sealed for Delete {}
impl sealed::Sealed for UnlockBucket {}
impl sealed::Sealed for UnlockQueue {}

impl Task for Audit {
    const POLICY: &'static str = "IAMAuditRootUserCredentials";
    const SECONDS: u16 = 120;
    type Access = aws_sdk_iam::Client;
    fn access(config: SdkConfig) -> Self::Access {
        aws_sdk_iam::Client::new(&config)
    }
}

impl Task for Delete {
    const POLICY: &'static str = "IAMDeleteRootUserCredentials";
    const SECONDS: u16 = 300;
    type Access = aws_sdk_iam::Client;
    fn access(config: SdkConfig) -> Self::Access {
        aws_sdk_iam::Client::new(&config)
    }
}

impl Task for AllowRecovery {
    const POLICY: &'static str = "IAMCreateRootUserPassword";
    const SECONDS: u16 = 120;
    type Access = aws_sdk_iam::Client;
    fn access(config: SdkConfig) -> Self::Access {
        aws_sdk_iam::Client::new(&config)
    }
}

impl Task for UnlockBucket {
    const POLICY: &'static str = "S3UnlockBucketPolicy";
    const SECONDS: u16 = 180;
    /// Why a configuration: which Region a client is needed for is only known once the bucket is found.
    type Access = SdkConfig;
    fn access(config: SdkConfig) -> Self::Access {
        config
    }
}

impl Task for UnlockQueue {
    const POLICY: &'static str = "SQSUnlockQueuePolicy";
    const SECONDS: u16 = 180;
    /// Why a configuration: a queue is asked in its own Region.
    type Access = SdkConfig;
    fn access(config: SdkConfig) -> Self::Access {
        config
    }
}
