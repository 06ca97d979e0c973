//! What the engine asks of a service. The services stand above it and implement this.

use super::authentication::Signer;
use crate::state::State;
use crate::wire::{Answer, Operation, Request};

/// A service of AWS.
pub(crate) trait Handler {
    /// Carries a call out.
    fn perform(&self, state: &mut State, signer: &Signer, request: &Request, operation: &Operation) -> Answer;

    /// The account acted in, or aimed at; of a root session its own. `signer`: if it is known.
    fn account(
        &self,
        _state: &State,
        _request: &Request,
        _operation: &Operation,
        signer: Option<&Signer>,
    ) -> Option<String> {
        account_of_session(signer)
    }

    /// What the call log says that the call is about. `signer`: if it is known.
    fn resource(&self, _request: &Request, operation: &Operation, _signer: Option<&Signer>) -> Option<String> {
        RESOURCE_PARAMETERS.into_iter().find_map(|name| operation.parameter(name)).map(ToOwned::to_owned)
    }

    /// The `vanished` fault: what the call is about disappears just before the call. `account`: as [`Handler::account`] says.
    fn vanish(&self, _state: &mut State, _request: &Request, _operation: &Operation, _account: Option<&str>) {}
}

/// Parameters that say what a call is about, in this order.
const RESOURCE_PARAMETERS: [&str; 12] = [
    "TaskPolicyArn.arn",
    "AccessKeyId",
    "CertificateId",
    "SerialNumber",
    "CreateAccountRequestId",
    "OrganizationalUnitId",
    "PolicyId",
    "Name",
    "TrailName",
    "ServicePrincipal",
    "TopicArn",
    "name",
];

/// The account of the root session that signed, if one did.
pub(crate) fn account_of_session(signer: Option<&Signer>) -> Option<String> {
    match signer? {
        Signer::RootSession(session) => Some(session.account.clone()),
        Signer::Caller(_) | Signer::AccountRoot(_) | Signer::Unregistered(_) => None,
    }
}
