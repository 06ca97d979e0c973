//! SQS over AWS's JSON protocol: the queues of the world's accounts, with their policies.

mod address;
mod attributes;
mod errors;
mod lists;
mod messages;
mod queue_policy;

use serde_json::json;

use self::address::address_of;
use crate::engine::{Handler, Signer, Target, account_of_session, authorize, authorize_root};
use crate::state::State;
use crate::wire::{Answer, Operation, Output, Request, ServiceError};
use crate::world::{QueueAddress, World};

pub(crate) const LIST_QUEUES: &str = "ListQueues";

/// The account that a request's queue belongs to, if it is one of the world's.
pub(crate) fn owner(world: &World, request: &Request, operation: &Operation, caller_account: &str) -> Option<String> {
    let address = address_of(request, operation, Some(caller_account))?;
    world.queue(&address).map(|_| address.account)
}

pub(super) struct Sqs;

impl Handler for Sqs {
    fn perform(&self, state: &mut State, signer: &Signer, request: &Request, operation: &Operation) -> Answer {
        let action = operation.action();
        if operation.name == LIST_QUEUES {
            authorize(state, signer, &Target::without_policy(&action, "*", signer.account()))?;
            return lists::list_queues(&state.world, signer, request, operation);
        }
        let Some(address) = address_of(request, operation, Some(signer.account())) else {
            authorize(state, signer, &Target::without_policy(&action, "*", signer.account()))?;
            return Err(if is_served(&operation.name) {
                errors::missing_queue()
            } else {
                ServiceError::not_simulated(&action)
            });
        };
        perform_on(state, signer, address, operation)
    }

    fn account(
        &self,
        state: &State,
        request: &Request,
        operation: &Operation,
        signer: Option<&Signer>,
    ) -> Option<String> {
        let signer = signer?;
        match signer {
            Signer::RootSession(_) => account_of_session(Some(signer)),
            Signer::Caller(_) | Signer::AccountRoot(_) | Signer::Unregistered(_) => {
                owner(&state.world, request, operation, signer.account())
            }
        }
    }

    /// The queue's ARN.
    fn resource(&self, request: &Request, operation: &Operation, signer: Option<&Signer>) -> Option<String> {
        address_of(request, operation, signer.map(Signer::account)).map(|address| address.arn())
    }

    /// The queue vanishes.
    fn vanish(&self, state: &mut State, request: &Request, operation: &Operation, account: Option<&str>) {
        if let Some(queue) = address_of(request, operation, account) {
            state.world.remove_queue(&queue);
        }
    }
}

/// Performs an operation on a queue, whether or not there is one.
fn perform_on(state: &mut State, signer: &Signer, address: QueueAddress, operation: &Operation) -> Answer {
    let action = operation.action();
    let arn = address.arn();
    let Some(queue) = state.world.queue(&address) else {
        if let Signer::RootSession(session) = signer {
            authorize_root(state, session, &action, &arn, &address.account)?;
        }
        return Err(errors::no_such_queue());
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
