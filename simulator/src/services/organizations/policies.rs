//! Policies of the organization: which there are, what they say, and what they are attached to.
//!
//! Sources: AWS Organizations API Reference and the examples of its service model (samples/organizations.policies.json).

use serde_json::{Value, json};

use super::errors::{invalid_input, invalid_token};
use crate::wire::{Answer, Operation, Output, ServiceError, json::without_nulls};
use crate::world::{OrganizationPolicy, PolicyType, World};

pub(super) fn list_policies(world: &World, operation: &Operation) -> Answer {
    let kind = match operation.parameter("Filter") {
        Some("SERVICE_CONTROL_POLICY") => PolicyType::ServiceControlPolicy,
        Some("RESOURCE_CONTROL_POLICY") => PolicyType::ResourceControlPolicy,
        Some(_) | None => {
            return Err(invalid_input("You specified an invalid policy type.", "INVALID_ENUM_POLICY_TYPE"));
        }
    };
    let own = world.all_policies().into_iter().filter(|policy| policy.kind == kind);
    let mut policies: Vec<Value> = own.map(|policy| summary(world, &policy)).collect();
    policies.push(everything_allowed(kind));
    paged(world, operation, "Policies", policies)
}

pub(super) fn describe_policy(world: &World, operation: &Operation) -> Answer {
    let policy = find(world, operation)?;
    let content = policy.document.to_string();
    Ok(Output::Json(json!({"Policy": {"PolicySummary": summary(world, &policy), "Content": content}})))
}

pub(super) fn list_targets(world: &World, operation: &Operation) -> Answer {
    let policy = find(world, operation)?;
    let World { management_account, organization_id, .. } = world;
    let targets = policy.targets.iter().map(|target| {
        let (kind, segment, name) = match target.split_once('-') {
            Some(("r", _)) => ("ROOT", "root", "Root".to_owned()),
            Some(("ou", _)) => ("ORGANIZATIONAL_UNIT", "ou", target.clone()),
            _ => {
                let name = world.account(target).and_then(|account| account.name.clone());
                ("ACCOUNT", "account", name.unwrap_or_else(|| target.clone()))
            }
        };
        json!({
            "TargetId": target,
            "Arn": format!("arn:aws:organizations::{management_account}:{segment}/{organization_id}/{target}"),
            "Name": name,
            "Type": kind,
        })
    });
    paged(world, operation, "Targets", targets.collect())
}

fn find(world: &World, operation: &Operation) -> Result<OrganizationPolicy, ServiceError> {
    let id = operation.parameter("PolicyId").unwrap_or_default();
    world.all_policies().into_iter().find(|policy| policy.id == id).ok_or_else(|| {
        let message = "We can't find a policy with the PolicyId that you specified.";
        ServiceError::new("PolicyNotFoundException", 400, message)
    })
}

fn summary(world: &World, policy: &OrganizationPolicy) -> Value {
    let World { management_account, organization_id, .. } = world;
    let OrganizationPolicy { id, name, kind, .. } = policy;
    json!({
        "Id": id,
        "Arn": format!("arn:aws:organizations::{management_account}:policy/{organization_id}/{}/{id}", kind.segment()),
        "Name": name,
        "Description": "",
        "Type": kind.name(),
        "AwsManaged": false,
    })
}

/// AWS's own policy, which is attached everywhere.
fn everything_allowed(kind: PolicyType) -> Value {
    let name = match kind {
        PolicyType::ServiceControlPolicy => "FullAWSAccess",
        PolicyType::ResourceControlPolicy => "RCPFullAWSAccess",
    };
    json!({
        "Id": format!("p-{name}"),
        "Arn": format!("arn:aws:organizations::aws:policy/{}/p-{name}", kind.segment()),
        "Name": name,
        "Description": "Allows access to every operation",
        "Type": kind.name(),
        "AwsManaged": true,
    })
}

/// The token says how many came before.
fn paged(world: &World, operation: &Operation, name: &str, entries: Vec<Value>) -> Answer {
    let before = match operation.parameter("NextToken") {
        None => 0,
        Some(token) => token.strip_prefix("after:").and_then(|count| count.parse().ok()).ok_or_else(invalid_token)?,
    };
    let limit = operation.number("MaxResults").unwrap_or(world.policies_page_size).min(world.policies_page_size).max(1);
    let all = entries.len();
    let page: Vec<Value> = entries.into_iter().skip(before).take(limit).collect();
    let after = before + page.len();
    let next_token = (after < all).then(|| format!("after:{after}"));
    Ok(Output::Json(without_nulls(json!({name: page, "NextToken": next_token}))))
}
