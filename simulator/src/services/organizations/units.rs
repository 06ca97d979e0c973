//! Organizational units: which there are, and where accounts stand.
//!
//! Units have no names of their own: one is called like its id.

use serde_json::json;

use crate::identifiers::root_path;
use crate::wire::{Answer, Operation, Output, ServiceError};
use crate::world::{Account, World};

/// `Account.Paths`, as AWS answers it: with the account's own id at the end.
///
/// Source: `DescribeAccount` of September 2026, `o-r1e3db1vbq/r-wfup/ou-wfup-7taopy61/376834080797/`; service model, shape `Path`.
pub(super) fn paths(world: &World, account: &Account) -> Vec<String> {
    if account.paths.is_empty() {
        return vec![format!("{}{}/", root_path(&world.organization_id), account.id)];
    }
    account.paths.iter().map(|path| with_account(path, &account.id)).collect()
}

fn with_account(path: &str, id: &str) -> String {
    let ends_in_a_unit = path.strip_suffix('/').and_then(|path| path.rsplit('/').next());
    if ends_in_a_unit.is_some_and(|last| last.starts_with("ou-") || last.starts_with("r-")) {
        format!("{path}{id}/")
    } else {
        path.to_owned()
    }
}

/// Sources: `CreateOrganizationalUnit` of September 2026 for the fields of a unit; the code is the service model's, and its
/// text is unverified.
pub(super) fn describe(world: &World, operation: &Operation) -> Answer {
    let id = operation.parameter("OrganizationalUnitId").unwrap_or_default();
    let Some(path) = path_of(world, id) else {
        let message = "You specified an organizational unit that doesn't exist.";
        return Err(ServiceError::new("OrganizationalUnitNotFoundException", 400, message));
    };
    let World { management_account, organization_id, .. } = world;
    Ok(Output::Json(json!({"OrganizationalUnit": {
        "Id": id,
        "Arn": format!("arn:aws:organizations::{management_account}:ou/{organization_id}/{id}"),
        "Name": id,
        "Path": path,
    }})))
}

fn path_of(world: &World, id: &str) -> Option<String> {
    if world.empty_organizational_units.contains(id) {
        return Some(format!("{}{id}/", root_path(&world.organization_id)));
    }
    let mut paths = world.accounts.values().flat_map(|account| &account.paths);
    paths.find_map(|path| {
        let end = path.find(&format!("/{id}/"))? + id.len() + 2;
        path.get(..end).map(str::to_owned)
    })
}
