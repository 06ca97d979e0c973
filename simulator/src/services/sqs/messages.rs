//! Messages, as far as they show who may send and receive: no visibility timeout, no batches, no digests.

use serde_json::json;

use crate::state::State;
use crate::wire::{Answer, Operation, Output, ServiceError};
use crate::world::QueueAddress;

pub(super) fn send(state: &mut State, address: &QueueAddress, operation: &Operation) -> Answer {
    let Some(body) = operation.parameter("MessageBody") else {
        let message = "The request must contain the parameter MessageBody.";
        return Err(ServiceError::new("MissingRequiredParameterException", 400, message));
    };
    let id = state.queues.send(address.arn(), body.to_owned());
    Ok(Output::Json(json!({"MessageId": id})))
}

/// Gives the first messages, which stay where they are.
pub(super) fn receive(state: &State, address: &QueueAddress, operation: &Operation) -> Output {
    let limit = operation.number("MaxNumberOfMessages").unwrap_or(1);
    let messages = state.queues.in_queue(&address.arn()).iter().take(limit);
    let messages: Vec<_> = messages
        .map(|message| json!({"MessageId": message.id, "ReceiptHandle": message.id, "Body": message.body}))
        .collect();
    Output::Json(if messages.is_empty() { json!({}) } else { json!({"Messages": messages}) })
}

pub(super) fn delete(state: &mut State, address: &QueueAddress, operation: &Operation) -> Output {
    if let Some(handle) = operation.parameter("ReceiptHandle") {
        state.queues.delete(&address.arn(), handle);
    }
    Output::Json(json!({}))
}
