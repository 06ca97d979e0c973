//! A topic of SNS, to which messages are published.

use aws_config::SdkConfig;
use rootwarden_domain::ErrorKind;
use serde_json::Value;

use crate::client::{AwsError, JsonRequest, JsonService, result};

/// One topic.
#[derive(Debug, Clone)]
pub struct Topic {
    sns: JsonService,
    arn: String,
}

impl Topic {
    /// `region`: that of the topic.
    #[must_use]
    pub fn new(config: &SdkConfig, region: &str, arn: String) -> Self {
        Self { sns: JsonService::new(config, "sns", region), arn }
    }

    /// Publishes a message, and gives its id. A call that is tried again, since its answer was lost, may publish it twice.
    ///
    /// `subject`: ASCII, at most 100 characters; none for a message that no person reads.
    ///
    /// # Errors
    /// Any failure of `Publish`. Source: Amazon SNS API Reference, `Publish`.
    pub async fn publish(&self, subject: Option<&str>, message: &str) -> Result<String, AwsError> {
        const WHAT: &str = "publish a notice";
        let mut parameters = vec![("TopicArn", self.arn.clone()), ("Message", message.to_owned())];
        parameters.extend(subject.map(|subject| ("Subject", subject.to_owned())));
        let request = JsonRequest::Query { action: "Publish", version: "2010-03-31", parameters };
        let answer: Value = self.sns.call(WHAT, request).await?;
        let id = answer.as_str().and_then(|answer| result(answer, "MessageId"));
        id.ok_or_else(|| AwsError::of_kind(ErrorKind::Defect, WHAT, "no message id in the answer"))
    }
}
