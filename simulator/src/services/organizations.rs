//! Organizations: reading the organization, and trusted access and delegation for IAM.

mod accounts;
mod create_account;
mod delegation;
mod errors;
mod policies;
mod units;

use crate::engine::{Handler, Signer, require_statements};
use crate::state::State;
use crate::wire::{Answer, Operation, Request, ServiceError};
use crate::world::World;

/// Who may call an operation.
#[derive(Clone, Copy)]
enum Callers {
    AnyMember,
    ManagementOrDelegate,
    Management,
}

pub(super) struct Organizations;

impl Handler for Organizations {
    fn perform(&self, state: &mut State, signer: &Signer, _request: &Request, operation: &Operation) -> Answer {
        let name = operation.name.as_str();
        let callers = match name {
            "DescribeOrganization" => Callers::AnyMember,
            "ListAccounts"
            | "DescribeAccount"
            | "DescribeCreateAccountStatus"
            | "DescribeOrganizationalUnit"
            | "ListDelegatedAdministrators"
            | "ListPolicies"
            | "DescribePolicy"
            | "ListTargetsForPolicy"
            | "ListTagsForResource" => Callers::ManagementOrDelegate,
            "EnableAWSServiceAccess"
            | "DisableAWSServiceAccess"
            | "RegisterDelegatedAdministrator"
            | "DeregisterDelegatedAdministrator" => Callers::Management,
            _ => return Err(ServiceError::not_simulated(&operation.action())),
        };
        authorize(&state.world, signer, callers)?;
        require_statements(state, signer, operation, 400)?;
        let now = state.now();
        match name {
            "DescribeOrganization" => Ok(accounts::describe_organization(&state.world)),
            "ListAccounts" => accounts::list_accounts(&state.world, operation),
            "DescribeAccount" => accounts::describe_account(&state.world, operation),
            "DescribeCreateAccountStatus" => create_account::describe_create_account_status(state, operation),
            "DescribeOrganizationalUnit" => units::describe(&state.world, operation),
            "ListDelegatedAdministrators" => Ok(delegation::list_delegated_administrators(&state.world, operation)),
            "ListPolicies" => policies::list_policies(&state.world, operation),
            "DescribePolicy" => policies::describe_policy(&state.world, operation),
            "ListTargetsForPolicy" => policies::list_targets(&state.world, operation),
            "ListTagsForResource" => accounts::list_tags_for_resource(&state.world, operation),
            "EnableAWSServiceAccess" => delegation::enable_service_access(&mut state.world, operation),
            "DisableAWSServiceAccess" => delegation::disable_service_access(&mut state.world, operation, now),
            "RegisterDelegatedAdministrator" => delegation::register_delegate(&mut state.world, operation),
            _ => delegation::deregister_delegate(&mut state.world, operation, now),
        }
    }

    /// The account aimed at.
    fn account(
        &self,
        _state: &State,
        _request: &Request,
        operation: &Operation,
        _signer: Option<&Signer>,
    ) -> Option<String> {
        operation.parameter("AccountId").or_else(|| operation.parameter("ResourceId")).map(ToOwned::to_owned)
    }

    /// An account, or a request to create one, vanishes.
    fn vanish(&self, state: &mut State, _request: &Request, operation: &Operation, account: Option<&str>) {
        if let Some(id) = account {
            state.world.accounts.remove(id);
        }
        if let Some(id) = operation.parameter("CreateAccountRequestId") {
            state.world.create_account_requests.remove(id);
        }
    }
}

fn authorize(world: &World, signer: &Signer, callers: Callers) -> Result<(), ServiceError> {
    let account = signer.account();
    let is_one = match callers {
        Callers::AnyMember => world.account(account).is_some(),
        Callers::ManagementOrDelegate => world.is_management_or_delegate(account),
        Callers::Management => world.is_management(account),
    };
    // A root session's task policies deny everything here.
    match signer {
        Signer::Caller(_) | Signer::AccountRoot(_) if is_one => Ok(()),
        Signer::Caller(_) | Signer::AccountRoot(_) | Signer::RootSession(_) | Signer::Unregistered(_) => {
            let message = "You don't have permissions to access this resource.";
            Err(ServiceError::new("AccessDeniedException", 400, message))
        }
    }
}
