//! SQS, as far as the task policy `SQSUnlockQueuePolicy` goes: get and set a queue's attributes.

use aws_sdk_sqs::types::QueueAttributeName;
use rootwarden_domain::{ErrorKind, aws::resource::Queue, policy::PolicyText};

use crate::client::AwsError;

pub(super) async fn read(sqs: &aws_sdk_sqs::Client, queue: &Queue) -> Result<Option<String>, AwsError> {
    let what = || format!("read the policy of queue `{queue}`");
    let output = sqs
        .get_queue_attributes()
        .queue_url(queue.url())
        .attribute_names(QueueAttributeName::Policy)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await
        .map_err(|error| AwsError::new(what(), error))?;
    let attribute = |name: &QueueAttributeName| output.attributes().and_then(|attributes| attributes.get(name));
    // INVARIANT: the queue that answers is the one that was named, of the account that was named.
    let arn = attribute(&QueueAttributeName::QueueArn).map(String::as_str);
    if arn != Some(queue.to_string().as_str()) {
        let why = format!("it is `{}` that answers: ask for that one", arn.unwrap_or("a queue without an ARN"));
        return Err(AwsError::of_kind(ErrorKind::InvalidRequest, what(), why));
    }
    Ok(attribute(&QueueAttributeName::Policy).filter(|policy| !policy.is_empty()).cloned())
}

/// An empty policy is none. Source: Amazon SQS API Reference, `SetQueueAttributes`; it takes up to 60 seconds to take effect.
pub(super) async fn set(sqs: &aws_sdk_sqs::Client, queue: &Queue, policy: Option<&PolicyText>) -> Result<(), AwsError> {
    let what = || format!("set the policy of queue `{queue}`");
    sqs.set_queue_attributes()
        .queue_url(queue.url())
        .attributes(QueueAttributeName::Policy, policy.map_or("", PolicyText::as_str))
        .send()
        .await
        .map(drop)
        .map_err(|error| AwsError::new(what(), error))
}
