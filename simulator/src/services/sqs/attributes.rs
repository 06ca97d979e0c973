//! Reading and setting a queue's attributes, the policy among them.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::{errors, queue_policy};
use crate::engine::KnownPrincipals;
use crate::state::{PendingPolicy, State};
use crate::wire::{Answer, Input, Operation, Output, ServiceError};
use crate::world::QueueAddress;

/// Gives what is asked for and there; a queue without a policy has no attribute of that name.
pub(super) fn get(state: &State, address: &QueueAddress, operation: &Operation) -> Answer {
    let queue = state.world.queue(address).ok_or_else(errors::no_such_queue)?;
    let names = operation.texts("AttributeNames");
    if let Some(unknown) = names.iter().find(|name| !is_attribute(name)) {
        return Err(unknown_attribute(unknown));
    }
    let mut attributes = Map::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|_| names.contains(&"All") || names.contains(&name)) {
            attributes.insert(name.to_owned(), json!(value));
        }
    };
    add("QueueArn", Some(address.arn()));
    add("Policy", queue.policy.as_deref().map(ToOwned::to_owned));
    let messages = state.queues.in_queue(&address.arn()).len();
    add("ApproximateNumberOfMessages", Some(messages.to_string()));
    // What every queue has, as it is when it was made. Source: Amazon SQS API Reference, `CreateQueue`.
    let made = state.world.account(&address.account).map(|account| account.joined.as_second().to_string());
    add("CreatedTimestamp", made.clone());
    add("LastModifiedTimestamp", made);
    for (name, value) in UNCHANGED {
        add(name, Some(value.to_owned()));
    }
    Ok(Output::Json(if attributes.is_empty() { json!({}) } else { json!({"Attributes": attributes}) }))
}

/// Sets the policy; an empty one clears it. It is read and enforced after the world's `queue_propagation_seconds`.
///
/// Source: Amazon SQS API Reference, `SetQueueAttributes`: changes take up to 60 seconds to spread.
pub(super) fn set(state: &mut State, address: QueueAddress, operation: &Operation) -> Answer {
    let attributes = match &operation.input {
        Input::Json(body) => body.get("Attributes").and_then(Value::as_object),
        Input::Form(_) | Input::Rest => None,
    };
    let attributes = attributes.ok_or_else(|| {
        let message = "The request must contain the parameter Attributes.";
        ServiceError::new("MissingRequiredParameterException", 400, message)
    })?;
    if let Some(other) = attributes.keys().find(|name| *name != "Policy") {
        // No queue here is a FIFO queue, and of another one AWS does not know the attribute.
        let is_known = is_attribute(other) && other != "FifoQueue";
        let not_served = || ServiceError::not_simulated(&format!("sqs:SetQueueAttributes of {other}"));
        return Err(if is_known { not_served() } else { unknown_attribute(other) });
    }
    let text = attributes.get("Policy").and_then(Value::as_str).unwrap_or_default();
    let policy = if text.is_empty() {
        None
    } else {
        queue_policy::check(text, KnownPrincipals::of(state))?;
        Some(text.into())
    };
    let spreads_for = SignedDuration::from_secs(state.world.queue_propagation_seconds.into());
    let in_force_at = state.clock.precisely_now().checked_add(spreads_for).unwrap_or(jiff::Timestamp::MAX);
    state.queues.set_later(PendingPolicy { queue: address, policy, in_force_at });
    state.settle();
    Ok(Output::Json(json!({})))
}

/// Attributes that nothing here changes.
const UNCHANGED: [(&str, &str); 7] = [
    ("VisibilityTimeout", "30"),
    ("MaximumMessageSize", "262144"),
    ("MessageRetentionPeriod", "345600"),
    ("ApproximateNumberOfMessagesNotVisible", "0"),
    ("ApproximateNumberOfMessagesDelayed", "0"),
    ("DelaySeconds", "0"),
    ("ReceiveMessageWaitTimeSeconds", "0"),
];

fn unknown_attribute(name: &str) -> ServiceError {
    ServiceError::new("InvalidAttributeName", 400, format!("Unknown Attribute {name}."))
}

/// Source: Amazon SQS API Reference, `GetQueueAttributes`.
fn is_attribute(name: &str) -> bool {
    matches!(
        name,
        "All"
            | "Policy"
            | "VisibilityTimeout"
            | "MaximumMessageSize"
            | "MessageRetentionPeriod"
            | "ApproximateNumberOfMessages"
            | "ApproximateNumberOfMessagesNotVisible"
            | "CreatedTimestamp"
            | "LastModifiedTimestamp"
            | "QueueArn"
            | "ApproximateNumberOfMessagesDelayed"
            | "DelaySeconds"
            | "ReceiveMessageWaitTimeSeconds"
            | "RedrivePolicy"
            | "FifoQueue"
            | "ContentBasedDeduplication"
            | "KmsMasterKeyId"
            | "KmsDataKeyReusePeriodSeconds"
            | "DeduplicationScope"
            | "FifoThroughputLimit"
            | "RedriveAllowPolicy"
            | "SqsManagedSseEnabled"
    )
}
