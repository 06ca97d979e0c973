//! Organizations: reading the organization, and trusted access and delegation for IAM.

mod units;

use std::ops::Bound;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::engine::authentication::Signer;
use crate::state::State;
use crate::wire::answer::{Answer, Output, ServiceError};
use crate::wire::request::Operation;
use crate::world::account::Account;
use crate::world::create_account::CreateAccountRequest;
use crate::world::organization::{IAM_SERVICE_PRINCIPAL, World};

/// Who may call an operation.
#[derive(Clone, Copy)]
enum Reach {
    AnyMember,
    ManagementOrDelegate,
    Management,
}

pub(crate) fn perform(state: &mut State, signer: &Signer, operation: &Operation) -> Answer {
    let name = operation.name.as_str();
    let reach = match name {
        "DescribeOrganization" => Reach::AnyMember,
        "ListAccounts"
        | "DescribeAccount"
        | "DescribeCreateAccountStatus"
        | "DescribeOrganizationalUnit"
        | "ListDelegatedAdministrators"
        | "ListTagsForResource" => Reach::ManagementOrDelegate,
        "EnableAWSServiceAccess"
        | "DisableAWSServiceAccess"
        | "RegisterDelegatedAdministrator"
        | "DeregisterDelegatedAdministrator" => Reach::Management,
        _ => return Err(ServiceError::not_simulated(&operation.action())),
    };
    authorize(&state.world, signer, reach)?;
    let now = state.now();
    match name {
        "DescribeOrganization" => Ok(describe_organization(&state.world)),
        "ListAccounts" => list_accounts(&state.world, operation),
        "DescribeAccount" => describe_account(&state.world, operation),
        "DescribeCreateAccountStatus" => describe_create_account_status(state, operation),
        "DescribeOrganizationalUnit" => units::describe(&state.world, operation),
        "ListDelegatedAdministrators" => Ok(list_delegated_administrators(&state.world, operation)),
        "ListTagsForResource" => list_tags_for_resource(&state.world, operation),
        "EnableAWSServiceAccess" => enable_service_access(&mut state.world, operation),
        "DisableAWSServiceAccess" => disable_service_access(&mut state.world, operation, now),
        "RegisterDelegatedAdministrator" => register_delegate(&mut state.world, operation),
        _ => deregister_delegate(&mut state.world, operation, now),
    }
}

fn authorize(world: &World, signer: &Signer, reach: Reach) -> Result<(), ServiceError> {
    let account = signer.account();
    let reaches = match reach {
        Reach::AnyMember => world.account(account).is_some(),
        Reach::ManagementOrDelegate => world.is_management_or_delegate(account),
        Reach::Management => world.is_management(account),
    };
    // A root session's task policies deny everything here.
    match signer {
        Signer::Caller(_) | Signer::AccountRoot(_) if reaches => Ok(()),
        Signer::Caller(_) | Signer::AccountRoot(_) | Signer::RootSession(_) | Signer::Unregistered(_) => {
            let message = "You don't have permissions to access this resource.";
            Err(ServiceError::new("AccessDeniedException", 400, message))
        }
    }
}

fn describe_organization(world: &World) -> Output {
    let World { management_account, organization_id, .. } = world;
    let email = world.account(management_account).map(email);
    Output::Json(json!({"Organization": {
        "Id": organization_id,
        "Arn": format!("arn:aws:organizations::{management_account}:organization/{organization_id}"),
        "FeatureSet": "ALL",
        "MasterAccountId": management_account,
        "MasterAccountArn": account_arn(world, management_account),
        "MasterAccountEmail": email,
        "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
    }}))
}

/// The token says where to go on: `empty:ID` gives an empty page first, `after:ID` the accounts after that one.
fn list_accounts(world: &World, operation: &Operation) -> Answer {
    let mut last = None;
    match operation.parameter("NextToken").map(|token| token.split_once(':')) {
        None => {}
        Some(Some(("after", id))) => last = Some(id),
        Some(Some(("empty", id))) => {
            return Ok(Output::Json(json!({"Accounts": [], "NextToken": format!("after:{id}")})));
        }
        Some(_) => return Err(invalid_token()),
    }
    let limit = operation.number("MaxResults").unwrap_or(world.accounts_page_size);
    let limit = limit.min(world.accounts_page_size).max(1);
    let from = last.map_or(Bound::Unbounded, Bound::Excluded);
    let mut rest = world.accounts.range::<str, _>((from, Bound::Unbounded)).map(|(_, account)| account);
    let page: Vec<&Account> = rest.by_ref().take(limit).collect();
    let next_token = match (page.last(), rest.next()) {
        (Some(account), Some(_)) => {
            let kind = if world.empty_account_pages { "empty" } else { "after" };
            Some(format!("{kind}:{}", account.id))
        }
        (Some(_) | None, _) => None,
    };
    let accounts: Vec<Value> = page.into_iter().map(|account| account_fields(world, account)).collect();
    Ok(Output::Json(without_nulls(json!({"Accounts": accounts, "NextToken": next_token}))))
}

fn describe_account(world: &World, operation: &Operation) -> Answer {
    let account = operation.parameter("AccountId").and_then(|id| world.account(id)).ok_or_else(no_such_account)?;
    Ok(Output::Json(json!({"Account": account_fields(world, account)})))
}

/// Tags of an account; those of roots, organizational units and policies are not simulated.
fn list_tags_for_resource(world: &World, operation: &Operation) -> Answer {
    let account = operation.parameter("ResourceId").and_then(|id| world.account(id)).ok_or_else(|| {
        let message = "We can't find a root, OU, account, or policy with the TargetId that you specified.";
        ServiceError::new("TargetNotFoundException", 400, message)
    })?;
    let start = match operation.parameter("NextToken").map(|token| token.strip_prefix("after:")) {
        None => Bound::Unbounded,
        Some(Some(key)) => Bound::Excluded(key),
        Some(None) => return Err(invalid_token()),
    };
    let mut rest = account.tags.range::<str, _>((start, Bound::Unbounded));
    let page: Vec<_> = rest.by_ref().take(world.tags_page_size.max(1)).collect();
    let next_token = page.last().filter(|_| rest.next().is_some()).map(|(key, _)| format!("after:{key}"));
    let tags: Vec<Value> = page.into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    Ok(Output::Json(without_nulls(json!({"Tags": tags, "NextToken": next_token}))))
}

fn describe_create_account_status(state: &mut State, operation: &Operation) -> Answer {
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

/// A time as AWS's JSON protocols have it: seconds, with a fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit")]
pub(crate) fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

fn list_delegated_administrators(world: &World, operation: &Operation) -> Output {
    let is_about_iam = operation.parameter("ServicePrincipal").is_none_or(|service| service == IAM_SERVICE_PRINCIPAL);
    let delegates = world.delegated_administrators.iter().filter(|_| is_about_iam);
    let delegates: Vec<Value> =
        delegates.filter_map(|id| world.account(id)).map(|account| account_fields(world, account)).collect();
    Output::Json(json!({"DelegatedAdministrators": delegates}))
}

fn enable_service_access(world: &mut World, operation: &Operation) -> Answer {
    let service = service_principal(operation)?;
    world.trusted_services.insert(service.to_owned());
    if service == IAM_SERVICE_PRINCIPAL {
        world.trust_removed_at = None;
    }
    Ok(Output::Json(json!({})))
}

fn disable_service_access(world: &mut World, operation: &Operation, now: Timestamp) -> Answer {
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

fn register_delegate(world: &mut World, operation: &Operation) -> Answer {
    let account = iam_delegate(world, operation)?;
    if !world.trusts_iam() {
        let message = "You must enable trusted access for the service before you register a delegated administrator.";
        return Err(constraint(message, "SERVICE_ACCESS_NOT_ENABLED"));
    }
    if !world.delegated_administrators.insert(account.clone()) {
        let message = "The provided account is already a delegated administrator for your organization.";
        return Err(ServiceError::new("AccountAlreadyRegisteredException", 400, message));
    }
    world.former_delegates.remove(&account);
    Ok(Output::Json(json!({})))
}

fn deregister_delegate(world: &mut World, operation: &Operation, now: Timestamp) -> Answer {
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

fn account_fields(world: &World, account: &Account) -> Value {
    let status = world.retired_status.then(|| retired_status(&account.state));
    let mut fields = without_nulls(json!({
        "Id": account.id,
        "Arn": account_arn(world, &account.id),
        "Name": account.name.clone().unwrap_or_else(|| format!("account-{}", account.id)),
        "Email": email(account),
        "State": account.state,
        "Status": status,
        "JoinedMethod": account.joined_method,
        "JoinedTimestamp": seconds(account.joined),
        "Paths": units::paths(world, account),
    }));
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|name, _| !account.omitted_fields.contains(name));
    }
    fields
}

/// What `Status` said before it was retired: closed accounts too were SUSPENDED.
fn retired_status(state: &str) -> &str {
    match state {
        "CLOSED" => "SUSPENDED",
        "PENDING_ACTIVATION" => "ACTIVE",
        state => state,
    }
}

fn account_arn(world: &World, id: &str) -> String {
    let World { management_account, organization_id, .. } = world;
    format!("arn:aws:organizations::{management_account}:account/{organization_id}/{id}")
}

fn email(account: &Account) -> String {
    account.email.clone().unwrap_or_else(|| format!("root+{}@example.com", account.id))
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, field| !field.is_null());
    }
    value
}

fn no_such_account() -> ServiceError {
    ServiceError::new("AccountNotFoundException", 400, "You specified an account that doesn't exist.")
}

fn invalid_input(message: &str, reason: &'static str) -> ServiceError {
    ServiceError::new("InvalidInputException", 400, message).because(reason)
}

fn invalid_token() -> ServiceError {
    invalid_input("You provided an invalid NextToken.", "INVALID_NEXT_TOKEN")
}

fn constraint(message: &str, reason: &'static str) -> ServiceError {
    ServiceError::new("ConstraintViolationException", 400, message).because(reason)
}
