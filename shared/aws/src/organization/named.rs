//! Accounts that were asked for by their id.

use std::collections::{BTreeMap, BTreeSet};

use rootwarden_domain::{AccountId, run::selection::OrganizationAccount};

use super::{Organization, OrganizationLists};
use crate::client::AwsError;

/// Up to so many accounts are described one by one; more are looked up in the list of all.
const DESCRIBED_ONE_BY_ONE: usize = 50;

/// What Organizations says of each of `ids`, each reading of it: `None` once for an account that is not there.
///
/// # Errors
/// Any failure of `DescribeAccount` or `ListAccounts`.
pub async fn named_accounts(
    organization: &Organization,
    lists: &OrganizationLists,
    ids: BTreeSet<AccountId>,
) -> Result<Vec<(AccountId, Option<OrganizationAccount>)>, AwsError> {
    let mut found = Vec::new();
    if ids.len() > DESCRIBED_ONE_BY_ONE {
        let mut all: BTreeMap<AccountId, Vec<OrganizationAccount>> = BTreeMap::new();
        for account in lists.accounts().await? {
            all.entry(account.candidate.id).or_default().push(account);
        }
        for id in ids {
            match all.remove(&id) {
                None => found.push((id, None)),
                // The list may name an account twice, and differently: each reading counts.
                Some(readings) => found.extend(readings.into_iter().map(|reading| (id, Some(reading)))),
            }
        }
        return Ok(found);
    }
    for id in ids {
        found.push((id, organization.account(id).await?));
    }
    Ok(found)
}
