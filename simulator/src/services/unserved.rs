//! Services that are not simulated, and what a root session hears from a service that is not for it.

use crate::engine::{Handler, Signer, authorize_root};
use crate::state::State;
use crate::wire::{Answer, Operation, Request, ServiceError};

pub(super) struct Unserved;

impl Handler for Unserved {
    fn perform(&self, state: &mut State, signer: &Signer, _request: &Request, operation: &Operation) -> Answer {
        Err(refuse(state, signer, operation))
    }
}

/// A root session is denied what its task policy does not allow before anything else.
pub(super) fn refuse(state: &State, signer: &Signer, operation: &Operation) -> ServiceError {
    if let Signer::RootSession(session) = signer
        && let Err(denied) = authorize_root(state, session, &operation.action(), "*", &session.account)
    {
        return denied;
    }
    ServiceError::not_simulated(&operation.action())
}
