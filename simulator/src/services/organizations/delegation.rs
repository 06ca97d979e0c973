//! Trusted access for services, and delegated administrators for IAM.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::accounts::account_fields;
use super::errors::{constraint, invalid_input, no_such_account};
use crate::wire::{Answer, Operation, Output, ServiceError};
use crate::world::{IAM_SERVICE_PRINCIPAL, World};

pub(super) fn list_delegated_administrators(world: &World, operation: &Operation) -> Output {
    let is_about_iam = operation.parameter("ServicePrincipal").is_none_or(|service| service == IAM_SERVICE_PRINCIPAL);
    let delegates = world.delegated_administrators.iter().filter(|_| is_about_iam);
    let delegates: Vec<Value> =
        delegates.filter_map(|id| world.account(id)).map(|account| account_fields(world, account)).collect();
    Output::Json(json!({"DelegatedAdministrators": delegates}))
}

pub(super) fn enable_service_access(world: &mut World, operation: &Operation) -> Answer {
    let service = service_principal(operation)?;
    world.trusted_services.insert(service.to_owned());
    if service == IAM_SERVICE_PRINCIPAL {
        world.trust_removed_at = None;
    }
    Ok(Output::Json(json!({})))
}

pub(super) fn disable_service_access(world: &mut World, operation: &Operation, now: Timestamp) -> Answer {
    let service = service_principal(operation)?;
    if service == IAM_SERVICE_PRINCIPAL && !world.delegated_administrators.is_empty() {
        let message = "You have delegated administrator/s for this service. \
                       De-register them in order to disable service access.";
        return Err(constraint(message, "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE"));
    }
    if world.trusted_services.remove(service) && service == IAM_SERVICE_PRINCIPAL {
        world.trust_removed_at = Some(now);
    }
    Ok(Output::Json(json!({})))
}

pub(super) fn register_delegate(world: &mut World, operation: &Operation) -> Answer {
    let account = iam_delegate(world, operation)?;
    if !world.trusts_iam() {
        // Source: the error that several people published of the AWS CLI, e.g. of servicecatalog.amazonaws.com.
        let message = "You must enable service access before you delegate an administrator for this service. \
                       Call the AWS API EnableAWSServiceAccess first.";
        return Err(constraint(message, "SERVICE_ACCESS_NOT_ENABLED"));
    }
    if !world.delegated_administrators.insert(account.clone()) {
        let message = "The provided account is already a delegated administrator for your organization.";
        return Err(ServiceError::new("AccountAlreadyRegisteredException", 400, message));
    }
    world.former_delegates.remove(&account);
    Ok(Output::Json(json!({})))
}

pub(super) fn deregister_delegate(world: &mut World, operation: &Operation, now: Timestamp) -> Answer {
    let account = iam_delegate(world, operation)?;
    if !world.delegated_administrators.remove(&account) {
        let message = "The provided account is not a registered delegated administrator for your organization.";
        return Err(ServiceError::new("AccountNotRegisteredException", 400, message));
    }
    world.former_delegates.insert(account, now);
    Ok(Output::Json(json!({})))
}

/// The member account that a delegation to IAM is about.
fn iam_delegate(world: &World, operation: &Operation) -> Result<String, ServiceError> {
    if service_principal(operation)? != IAM_SERVICE_PRINCIPAL {
        return Err(ServiceError::not_simulated("delegation to other services than IAM"));
    }
    let account = operation.parameter("AccountId").and_then(|id| world.account(id)).ok_or_else(no_such_account)?;
    if world.is_management(&account.id) {
        let message = "You cannot register the management account as a delegated administrator.";
        return Err(constraint(message, "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"));
    }
    Ok(account.id.clone())
}

fn service_principal(operation: &Operation) -> Result<&str, ServiceError> {
    let missing = || invalid_input("You must specify a service principal.", "INPUT_REQUIRED");
    operation.parameter("ServicePrincipal").ok_or_else(missing)
}
