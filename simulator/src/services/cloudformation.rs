//! CloudFormation: an organization without stacks. Those of a deployment are the emulator's.

use super::unserved::refuse;
use crate::engine::{Handler, Signer};
use crate::state::State;
use crate::wire::{Answer, Operation, Request, ServiceError};

pub(super) struct CloudFormation;

impl Handler for CloudFormation {
    /// Source: AWS CloudFormation API Reference, `DescribeStacks`: "If the stack doesn't exist, a `ValidationError` is returned." The
    /// words are those that the AWS CLI and the CDK look for; docs/unverified.md.
    fn perform(&self, state: &mut State, signer: &Signer, _request: &Request, operation: &Operation) -> Answer {
        if operation.name != "DescribeStacks" || matches!(signer, Signer::RootSession(_)) {
            return Err(refuse(state, signer, operation));
        }
        let name = operation.parameter("StackName").unwrap_or_default();
        Err(ServiceError::new("ValidationError", 400, format!("Stack with id {name} does not exist")))
    }
}
