//! Which queue a request means.

use crate::wire::{Operation, Request};
use crate::world::QueueAddress;

/// Reads `QueueUrl` (on any host: its last two segments), or `QueueName` with its owner, the caller unless it is named.
/// The Region is that for which the request is signed.
pub(super) fn address_of(
    request: &Request,
    operation: &Operation,
    caller_account: Option<&str>,
) -> Option<QueueAddress> {
    let region = request.signature.as_ref()?.region.clone();
    let (account, name) = if let Some(url) = operation.parameter("QueueUrl") {
        let (rest, name) = url.trim_end_matches('/').rsplit_once('/')?;
        (rest.rsplit('/').next()?, name)
    } else {
        let owner = operation.parameter("QueueOwnerAWSAccountId").or(caller_account)?;
        (owner, operation.parameter("QueueName")?)
    };
    Some(QueueAddress { region, account: account.to_owned(), name: name.to_owned() })
}
