//! How many functions may run at once.

use aws_config::SdkConfig;
use rootwarden_domain::ErrorKind;
use serde::Deserialize;

use crate::client::{AwsError, JsonRequest, JsonService};

/// Reads Lambda's quota of the account and Region that this runs in.
#[derive(Debug)]
pub struct Concurrency(JsonService);

/// Source: AWS Lambda API Reference, `GetAccountSettings`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountSettings {
    #[serde(default)]
    account_limit: Option<AccountLimit>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountLimit {
    #[serde(default)]
    unreserved_concurrent_executions: Option<u32>,
}

impl Concurrency {
    #[must_use]
    pub fn new(config: &SdkConfig, region: &str) -> Self {
        Self(JsonService::new(config, "lambda", region))
    }

    /// What Lambda leaves to functions without a reservation of their own.
    ///
    /// # Errors
    /// Any failure of `GetAccountSettings`.
    pub async fn unreserved(&self) -> Result<u32, AwsError> {
        const WHAT: &str = "read Lambda's quotas";
        let settings: AccountSettings =
            self.0.call(WHAT, JsonRequest::Get { path: "/2016-08-19/account-settings/" }).await?;
        let unreserved = settings.account_limit.and_then(|limit| limit.unreserved_concurrent_executions);
        unreserved.ok_or_else(|| AwsError::of_kind(ErrorKind::Defect, WHAT, "no concurrency in the answer"))
    }
}
