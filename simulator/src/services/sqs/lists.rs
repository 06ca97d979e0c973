//! `ListQueues`: the caller's own account's queues in one Region.

use serde_json::{Map, json};

use crate::engine::Signer;
use crate::wire::{Answer, Operation, Output, Request, ServiceError};
use crate::world::{QueueAddress, World};

const MOST_QUEUES: usize = 1000;

/// Source: Amazon SQS API Reference, `ListQueues`; a token is given only where `MaxResults` is.
pub(super) fn list_queues(world: &World, signer: &Signer, request: &Request, operation: &Operation) -> Answer {
    let region = request.signature.as_ref().map_or("", |signature| &signature.region);
    let prefix = operation.parameter("QueueNamePrefix").unwrap_or_default();
    let after = operation.parameter("NextToken").unwrap_or_default();
    let limit = operation.number("MaxResults");
    if limit.is_some_and(|limit| !(1..=MOST_QUEUES).contains(&limit)) {
        let message = "Value for parameter MaxResults is invalid. Reason: Must be an integer from 1 to 1000.";
        return Err(ServiceError::new("InvalidParameterValueException", 400, message));
    }
    let queues = world.account(signer.account()).map(|account| account.queues.as_slice()).unwrap_or_default();
    let mut names: Vec<&str> = queues
        .iter()
        .filter(|queue| queue.region == region && queue.name.starts_with(prefix) && queue.name.as_str() > after)
        .map(|queue| queue.name.as_str())
        .collect();
    names.sort_unstable();
    let page: Vec<&str> = names.iter().copied().take(limit.unwrap_or(MOST_QUEUES)).collect();
    let url = |name: &&str| {
        let (region, account) = (region.to_owned(), signer.account().to_owned());
        QueueAddress { region, account, name: (*name).to_owned() }.url()
    };
    let mut answer = Map::new();
    if !page.is_empty() {
        answer.insert("QueueUrls".to_owned(), page.iter().map(url).collect());
    }
    if let (Some(_), true, Some(last)) = (limit, page.len() < names.len(), page.last()) {
        answer.insert("NextToken".to_owned(), json!(last));
    }
    Ok(Output::Json(answer.into()))
}
