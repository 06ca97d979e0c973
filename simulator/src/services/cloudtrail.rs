//! CloudTrail: which trails there are, whether they log, and what.

use serde_json::{Value, json};

use super::unserved::refuse;
use crate::engine::{Handler, Signer, require_statements};
use crate::state::State;
use crate::wire::{Answer, Operation, Output, Request, ServiceError};
use crate::world::{Trail, World};

pub(super) struct CloudTrail;

impl Handler for CloudTrail {
    fn perform(&self, state: &mut State, signer: &Signer, request: &Request, operation: &Operation) -> Answer {
        if matches!(signer, Signer::RootSession(_)) {
            return Err(refuse(state, signer, operation));
        }
        require_statements(state, signer, operation, 400)?;
        let (world, account) = (&state.world, signer.account());
        let region = request.signature.as_ref().map(|signature| signature.region.as_str()).unwrap_or_default();
        match operation.name.as_str() {
            "DescribeTrails" => {
                let trails: Vec<Value> = visible(world, account, region).map(|trail| fields(world, trail)).collect();
                Ok(Output::Json(json!({"trailList": trails})))
            }
            "GetTrailStatus" => {
                let trail = named(world, account, operation.parameter("Name"))?;
                Ok(Output::Json(json!({"IsLogging": trail.is_logging})))
            }
            "GetEventSelectors" => {
                let trail = named(world, account, operation.parameter("TrailName"))?;
                let mut answer = trail.event_selectors.clone();
                if let Some(fields) = answer.as_object_mut() {
                    fields.insert("TrailARN".to_owned(), json!(trail.arn(&world.management_account)));
                }
                Ok(Output::Json(answer))
            }
            _ => Err(ServiceError::not_simulated(&operation.action())),
        }
    }
}

/// Members see the organization's trails, the management account all of its own.
///
/// Source: AWS CloudTrail User Guide, "Creating a trail for an organization"; API Reference, `DescribeTrails` (shadow trails).
fn visible<'a>(world: &'a World, account: &'a str, region: &'a str) -> impl Iterator<Item = &'a Trail> {
    world
        .trails
        .iter()
        .filter(move |trail| world.is_management(account) || trail.is_organization_trail)
        .filter(move |trail| trail.is_multi_region || trail.home_region == region)
}

fn named<'a>(world: &'a World, account: &str, arn: Option<&str>) -> Result<&'a Trail, ServiceError> {
    let arn = arn.unwrap_or_default();
    let found = world
        .trails
        .iter()
        .filter(|trail| world.is_management(account) || trail.is_organization_trail)
        .find(|trail| trail.arn(&world.management_account) == arn);
    found.ok_or_else(|| {
        let message = format!("Unknown trail: {arn} for the user: {account}");
        ServiceError::new("TrailNotFoundException", 400, message)
    })
}

/// Source: AWS CloudTrail User Guide, "Using update-trail", output of the CLI; API Reference, Trail.
fn fields(world: &World, trail: &Trail) -> Value {
    json!({
        "Name": trail.name,
        "S3BucketName": "trail-logs",
        "IncludeGlobalServiceEvents": trail.is_multi_region,
        "IsMultiRegionTrail": trail.is_multi_region,
        "HomeRegion": trail.home_region,
        "TrailARN": trail.arn(&world.management_account),
        "LogFileValidationEnabled": true,
        "HasCustomEventSelectors": false,
        "HasInsightSelectors": false,
        "IsOrganizationTrail": trail.is_organization_trail,
    })
}
