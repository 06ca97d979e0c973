//! How a request to create an account goes on.

use serde_json::json;

use crate::state::State;
use crate::wire::json::{seconds, without_nulls};
use crate::wire::{Answer, Operation, Output, ServiceError};
use crate::world::CreateAccountRequest;

pub(super) fn describe_create_account_status(state: &mut State, operation: &Operation) -> Answer {
    let now = state.now();
    let id = operation.parameter("CreateAccountRequestId").unwrap_or_default();
    let Some(request) = state.world.create_account_requests.get(id) else {
        let message = "We can't find an create account request with the CreateAccountRequestId that you specified.";
        return Err(ServiceError::new("CreateAccountStatusNotFoundException", 400, message));
    };
    let polls = state.polls.entry(id.to_owned()).or_default();
    let (status, account, reason) = match request {
        CreateAccountRequest::SucceedsAfterPolls { polls: needed, account } if *polls >= *needed => {
            ("SUCCEEDED", Some(account), None)
        }
        CreateAccountRequest::SucceedsAfterPolls { .. } | CreateAccountRequest::InProgress => {
            ("IN_PROGRESS", None, None)
        }
        CreateAccountRequest::Failed { reason } => ("FAILED", None, Some(reason)),
    };
    *polls = polls.saturating_add(1);
    Ok(Output::Json(json!({"CreateAccountStatus": without_nulls(json!({
        "Id": id,
        "AccountName": format!("account-of-{id}"),
        "State": status,
        "RequestedTimestamp": seconds(now),
        "CompletedTimestamp": (status != "IN_PROGRESS").then(|| seconds(now)),
        "AccountId": account,
        "FailureReason": reason,
    }))})))
}
