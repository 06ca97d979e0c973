//! The organization's features of centralized root access: list, enable, disable.

use crate::wire::{Answer, Output, ServiceError, xml};
use crate::world::{Feature, World};

/// What an operation does to a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Enable(Feature),
    Disable(Feature),
}

impl Change {
    pub(super) fn of(operation: &str) -> Option<Self> {
        match operation {
            "EnableOrganizationsRootCredentialsManagement" => Some(Self::Enable(Feature::RootCredentialsManagement)),
            "EnableOrganizationsRootSessions" => Some(Self::Enable(Feature::RootSessions)),
            "DisableOrganizationsRootCredentialsManagement" => Some(Self::Disable(Feature::RootCredentialsManagement)),
            "DisableOrganizationsRootSessions" => Some(Self::Disable(Feature::RootSessions)),
            _ => None,
        }
    }
}

/// A delegate may list and disable; only the management account may enable.
pub(super) fn perform(world: &mut World, caller_account: &str, operation: &str) -> Answer {
    let change = Change::of(operation);
    if matches!(change, Some(Change::Enable(_))) && !world.is_management(caller_account) {
        let message = format!(
            "Caller account {caller_account} is not management account of the organization and cannot enable IAM features."
        );
        return Err(ServiceError::new("CallerIsNotManagementAccountException", 400, message));
    }
    if !world.is_management_or_delegate(caller_account) {
        let code = "AccountNotManagementOrDelegatedAdministratorException";
        let message = format!("Input account {caller_account} is neither management account nor delegated admin.");
        return Err(ServiceError::new(code, 400, message));
    }
    if !world.trusts_iam() {
        let message = format!("Trusted Access for IAM not enabled by organization of input account {caller_account}.");
        return Err(ServiceError::new("ServiceAccessNotEnabledException", 400, message));
    }
    match change {
        Some(Change::Enable(feature)) => {
            world.features.insert(feature);
        }
        Some(Change::Disable(feature)) => {
            world.features.remove(&feature);
        }
        None => {}
    }
    let enabled = world.features.iter().map(|feature| name(*feature).to_owned());
    let fields = xml::text("OrganizationId", &world.organization_id) + &xml::members("EnabledFeatures", enabled);
    Ok(Output::Xml(fields))
}

fn name(feature: Feature) -> &'static str {
    match feature {
        Feature::RootSessions => "RootSessions",
        Feature::RootCredentialsManagement => "RootCredentialsManagement",
    }
}
