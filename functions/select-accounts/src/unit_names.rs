//! What organizational units are called: read a few at a time where accounts are listed anyway, and kept from run to run.
//!
//! Nothing goes by a name. So nothing here fails a run: a unit without a name is told by its id.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use rootwarden_aws::StorageError;
use rootwarden_domain::aws::organizational_unit::{OrganizationalUnitId, UnitName, UnitNames};
use tracing::warn;

use crate::SelectAccounts;

/// A chunk is listed in about three seconds, while the one before it is audited: as many names fit in beside, one a second.
const WHILE_LISTING: usize = 3;
/// Nothing follows the last chunk, so a small organization has its names after one run.
const AFTER_LISTING: usize = 30;
/// Units may be called something else.
const READ_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24 * 30);

impl SelectAccounts {
    /// Reads names of units that have none yet, or whose names are old, and keeps them.
    pub(crate) async fn learn_unit_names(&self, units: &BTreeSet<OrganizationalUnitId>, has_more: bool) {
        if units.is_empty() {
            return;
        }
        let mut names: UnitNames = match self.storage.find(UnitNames::KEY).await {
            Ok(names) => names.unwrap_or_default(),
            // They are names and no more: read anew, they are written over what cannot be read.
            Err(StorageError::Malformed { .. }) => UnitNames::default(),
            Err(error) => return warn!("Names of organizational units are not read: {error}"),
        };
        let now = self.clock.now();
        let stale = now.checked_sub(READ_AGAIN_AFTER).unwrap_or(now);
        let most = if has_more { WHILE_LISTING } else { AFTER_LISTING };
        let mut is_changed = false;
        for unit in names.to_read(units, stale, most) {
            match self.organization.unit_name(unit).await {
                Ok(Some(name)) => {
                    names.insert(unit.clone(), UnitName { name, read_at: now });
                    is_changed = true;
                }
                Ok(None) => {}
                // What refuses one refuses the next.
                Err(error) => {
                    warn!("The name of organizational unit `{unit}` is not read: {error}");
                    break;
                }
            }
        }
        if is_changed && let Err(error) = self.storage.write(UnitNames::KEY.to_owned(), &names).await {
            warn!("Names of organizational units are not kept: {error}");
        }
    }
}
