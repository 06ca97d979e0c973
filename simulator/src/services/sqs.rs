//! SQS over AWS's JSON protocol: the queues of the world's accounts, with their policies.

mod address;
mod attributes;
mod lists;
mod messages;
mod queue_policy;
mod queues;

use serde_json::json;

pub(crate) use self::address::Address;
pub(crate) use self::queues::Queues;
use crate::engine::authentication::Signer;
use crate::engine::authorization::{Target, authorize, authorize_root};
use crate::state::State;
use crate::wire::answer::{Answer, Output, ServiceError};
use crate::wire::request::{Operation, Request};
use crate::world::organization::World;

pub(crate) const LIST_QUEUES: &str = "ListQueues";

/// The account that a request's queue belongs to, if it is one of the world's.
pub(crate) fn owner(world: &World, request: &Request, operation: &Operation, caller_account: &str) -> Option<String> {
    let address = Address::of(request, operation, Some(caller_account))?;
    world.queue(&address).map(|_| address.account)
}

/// What the call log says that a request is about: the queue's ARN.
pub(crate) fn resource(request: &Request, operation: &Operation, signer: Option<&Signer>) -> Option<String> {
    Address::of(request, operation, signer.map(Signer::account)).map(|address| address.arn())
}

/// The code that the query protocol has for an error; SDKs show it.
///
/// Source: Amazon SQS API Reference, the `awsQueryError` of its Smithy model.
pub(crate) fn query_code(code: &str) -> &str {
    match code {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
        "UnsupportedOperation" => "AWS.SimpleQueueService.UnsupportedOperation",
        code => code,
    }
}

pub(crate) fn perform(state: &mut State, signer: &Signer, request: &Request, operation: &Operation) -> Answer {
    let action = operation.action();
    if operation.name == LIST_QUEUES {
        authorize(state, signer, &Target::without_policy(&action, "*", signer.account()))?;
        return lists::list_queues(&state.world, signer, request, operation);
    }
    let Some(address) = Address::of(request, operation, Some(signer.account())) else {
        authorize(state, signer, &Target::without_policy(&action, "*", signer.account()))?;
        return Err(if is_served(&operation.name) { missing_queue() } else { ServiceError::not_simulated(&action) });
    };
    let arn = address.arn();
    let Some(queue) = state.world.queue(&address) else {
        if let Signer::RootSession(session) = signer {
            authorize_root(state, session, &action, &arn, &address.account)?;
        }
        return Err(no_such_queue());
    };
    let target = Target {
        action: &action,
        resource: &arn,
        owner: &address.account,
        policy: queue.policy.as_deref(),
        // An assumption: root sessions with SQSUnlockQueuePolicy exist for queues whose policy denies everybody.
        // Source: IAM User Guide, "Perform a privileged task on an AWS Organizations member account".
        is_open_to_owners_root: matches!(
            operation.name.as_str(),
            "GetQueueAttributes" | "SetQueueAttributes" | "GetQueueUrl"
        ),
        context: &[],
    };
    authorize(state, signer, &target)?;
    // Source: Amazon SQS Developer Guide, "Limitations of Amazon SQS custom policies", cross-account access.
    if operation.name == "SetQueueAttributes" && signer.account() != address.account {
        let denied = ServiceError::not_authorized(&signer.arn(), &action.to_ascii_lowercase(), &arn);
        return Err(denied);
    }
    match operation.name.as_str() {
        "GetQueueUrl" => Ok(Output::Json(json!({"QueueUrl": address.url()}))),
        "GetQueueAttributes" => attributes::get(state, &address, operation),
        "SetQueueAttributes" => attributes::set(state, address, operation),
        "SendMessage" => messages::send(state, &address, operation),
        "ReceiveMessage" => Ok(messages::receive(state, &address, operation)),
        "DeleteMessage" => Ok(messages::delete(state, &address, operation)),
        _ => Err(ServiceError::not_simulated(&action)),
    }
}

fn is_served(operation: &str) -> bool {
    matches!(
        operation,
        "GetQueueUrl"
            | "GetQueueAttributes"
            | "SetQueueAttributes"
            | "SendMessage"
            | "ReceiveMessage"
            | "DeleteMessage"
    )
}

fn missing_queue() -> ServiceError {
    let message = "The request must contain the parameter QueueUrl.";
    ServiceError::new("MissingRequiredParameterException", 400, message)
}

fn no_such_queue() -> ServiceError {
    ServiceError::new("QueueDoesNotExist", 400, "The specified queue does not exist.")
}
