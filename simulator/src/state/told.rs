//! What was told outside of the world: messages of topics, events on the default bus, and findings.

use serde_json::Value;

/// A message that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedMessage {
    pub topic_arn: String,
    pub subject: Option<String>,
    pub message: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ToldState {
    pub(crate) messages: Vec<PublishedMessage>,
    /// As they were put, each an entry of `PutEvents`.
    pub(crate) events: Vec<Value>,
    /// As they were imported into Security Hub.
    pub(crate) findings: Vec<Value>,
}
