//! Reading the organization and its accounts.

use std::ops::Bound;

use serde_json::{Value, json};

use super::errors::{invalid_token, no_such_account};
use super::units;
use crate::wire::json::{seconds, without_nulls};
use crate::wire::{Answer, Operation, Output, ServiceError};
use crate::world::{Account, World};

pub(super) fn describe_organization(world: &World) -> Output {
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
pub(super) fn list_accounts(world: &World, operation: &Operation) -> Answer {
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

pub(super) fn describe_account(world: &World, operation: &Operation) -> Answer {
    let account = operation.parameter("AccountId").and_then(|id| world.account(id)).ok_or_else(no_such_account)?;
    Ok(Output::Json(json!({"Account": account_fields(world, account)})))
}

/// Tags of an account; those of roots, organizational units and policies are not simulated.
pub(super) fn list_tags_for_resource(world: &World, operation: &Operation) -> Answer {
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

pub(super) fn account_fields(world: &World, account: &Account) -> Value {
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
