//! Organizational units: what accounts stand in, and what became of them by unit.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rootwarden_domain::{AccountId, aws::organizational_unit::OrganizationalUnitId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{account::Account, status::StatusCounts};

/// Where accounts stand, and what units are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The unit that an account stands in directly.
    pub units: BTreeMap<AccountId, OrganizationalUnitId>,
    pub names: BTreeMap<OrganizationalUnitId, UnitName>,
}

/// What a unit is called, and when that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitName {
    pub name: String,
    pub read_at: Timestamp,
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
    pub(crate) fn unit(&self, account: AccountId) -> Option<&str> {
        self.units.get(&account).map(OrganizationalUnitId::as_str)
    }
}

/// The units of these accounts: those with most findings first, then the largest.
pub(super) fn units<'a>(accounts: &[Account<'a>], places: &'a Places) -> Vec<Unit<'a>> {
    let mut counts: BTreeMap<Option<&'a str>, StatusCounts> = BTreeMap::new();
    for account in accounts {
        counts.entry(account.unit).or_default().add(account.status);
    }
    let names: BTreeMap<&str, &str> =
        places.names.iter().map(|(id, unit)| (id.as_str(), unit.name.as_str())).collect();
    let mut units: Vec<Unit<'a>> = counts
        .into_iter()
        .map(|(id, counts)| Unit { id, name: id.and_then(|id| names.get(id).copied()), counts })
        .collect();
    units.sort_by_key(|unit| std::cmp::Reverse((unit.counts.findings(), unit.counts.all())));
    units
}
