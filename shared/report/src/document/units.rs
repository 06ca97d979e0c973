//! Organizational units: what accounts stand in, and what became of them by unit.

use std::collections::BTreeMap;

use rootwarden_domain::{
    AccountId,
    aws::organizational_unit::{OrganizationalUnitId, UnitNames},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::account::Account;
use crate::status::StatusCounts;

/// Where accounts stand, and what units are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The unit that an account stands in directly.
    pub units: BTreeMap<AccountId, OrganizationalUnitId>,
    pub names: UnitNames,
}

/// A unit with accounts of the run directly in it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Unit<'a> {
    /// None: directly under the root, or where that was not read.
    pub id: Option<&'a str>,
    /// None: it has not been read yet.
    pub name: Option<&'a str>,
    pub counts: StatusCounts,
}

impl Places {
    pub(super) fn unit(&self, account: AccountId) -> Option<&OrganizationalUnitId> {
        self.units.get(&account)
    }
}

/// The units of these accounts: those with most findings first, then the largest.
pub(super) fn units<'a>(accounts: &[Account<'a>], places: &'a Places) -> Vec<Unit<'a>> {
    let mut counts: BTreeMap<Option<&'a OrganizationalUnitId>, StatusCounts> = BTreeMap::new();
    for account in accounts {
        counts.entry(places.unit(account.id)).or_default().add(account.status);
    }
    let name = |id: &OrganizationalUnitId| places.names.get(id).map(|unit| unit.name.as_str());
    let mut units: Vec<Unit<'a>> = counts
        .into_iter()
        .map(|(id, counts)| Unit { id: id.map(OrganizationalUnitId::as_str), name: id.and_then(name), counts })
        .collect();
    units.sort_by_key(|unit| std::cmp::Reverse((unit.counts.findings(), unit.counts.all())));
    units
}
