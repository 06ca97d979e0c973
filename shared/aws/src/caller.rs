//! Who signs the calls, as AWS sees it.

use aws_config::SdkConfig;
use rootwarden_domain::{AccountId, ErrorKind};

use crate::client::{AwsError, bounded};

/// Whoever signs the calls that a configuration makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    pub account: AccountId,
    pub arn: String,
}

impl CallerIdentity {
    /// Asks AWS who signs. It needs no permission.
    ///
    /// Source: AWS STS API Reference, `GetCallerIdentity`; a capture of an answer (samples/sts.GetCallerIdentity.user.json).
    ///
    /// # Errors
    /// Any failure of `GetCallerIdentity`, and of finding credentials to sign it with.
    pub async fn read(config: &SdkConfig) -> Result<Self, AwsError> {
        const WHAT: &str = "find out who you are";
        let output = aws_sdk_sts::Client::new(&bounded(config))
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| AwsError::new(WHAT, error))?;
        let defect = |why: &dyn ToString| AwsError::of_kind(ErrorKind::Defect, WHAT, why.to_string());
        let account = output.account().unwrap_or_default().parse().map_err(|error| defect(&error))?;
        let arn = output.arn().ok_or_else(|| defect(&"no ARN in the answer"))?.to_owned();
        Ok(Self { account, arn })
    }
}
