//! EventBridge: events that are put on the default bus.

use serde_json::{Value, json};

use super::unserved::refuse;
use crate::engine::{Handler, Signer};
use crate::state::State;
use crate::wire::{Answer, Input, Operation, Output, Request, ServiceError};

/// Source: Amazon EventBridge API Reference, `PutEvents`, Entries.
const MOST_ENTRIES: usize = 10;

pub(super) struct EventBridge;

impl Handler for EventBridge {
    fn perform(&self, state: &mut State, signer: &Signer, _request: &Request, operation: &Operation) -> Answer {
        if matches!(signer, Signer::RootSession(_)) || operation.name != "PutEvents" {
            return Err(refuse(state, signer, operation));
        }
        let entries = match &operation.input {
            Input::Json(body) => body.get("Entries").and_then(Value::as_array).cloned().unwrap_or_default(),
            Input::Form(_) | Input::Rest => Vec::new(),
        };
        if entries.is_empty() || entries.len() > MOST_ENTRIES {
            return Err(ServiceError::new("ValidationException", 400, "1 to 10 entries"));
        }
        let taken: Vec<Value> = entries
            .into_iter()
            .map(|entry| {
                state.told.events.push(entry);
                json!({"EventId": format!("00000000-0000-4000-b000-{:012x}", state.told.events.len())})
            })
            .collect();
        Ok(Output::Json(json!({"Entries": taken, "FailedEntryCount": 0})))
    }
}
