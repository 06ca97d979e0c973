//! The accounts that were asked for, sorted by what Organizations says of them.

use std::collections::BTreeMap;

use super::{Eligibility, IneligibleAccount, Newcomer, NotCreated, OrganizationAccount, Request, UnknownAccount};
use crate::{
    AccountId, Batch, Candidate,
    aws::organizational_unit::{OrganizationalUnitId, UnitPath},
};

/// The accounts of one chunk, each once.
#[derive(Debug)]
pub struct Sorted {
    management_account: AccountId,
    /// Whether an account that is not there yet is waited for.
    waits: bool,
    accounts: BTreeMap<AccountId, Eligibility>,
    /// The unit that each account of the request stands in, as far as that was read.
    pub units: BTreeMap<AccountId, OrganizationalUnitId>,
    pub waiting: Vec<Newcomer>,
    pub not_created: Vec<NotCreated>,
}

/// Batches of candidates, who was left out or cannot be placed, and what is still to come.
#[derive(Debug)]
pub struct Parts {
    pub batches: Vec<Batch<Candidate>>,
    pub units: BTreeMap<AccountId, OrganizationalUnitId>,
    pub ineligible: Vec<IneligibleAccount>,
    pub unknown: Vec<UnknownAccount>,
    pub waiting: Vec<Newcomer>,
    pub not_created: Vec<NotCreated>,
}

impl Sorted {
    /// `waits`: an account that is not there yet is waited for.
    #[must_use]
    pub fn new(management_account: AccountId, waits: bool) -> Self {
        Self {
            management_account,
            waits,
            accounts: BTreeMap::new(),
            units: BTreeMap::new(),
            waiting: Vec::new(),
            not_created: Vec::new(),
        }
    }

    /// Sorts an account in. `found` is what Organizations said of it in this run; of what it says twice, both counts.
    pub fn add(&mut self, request: &Request, id: AccountId, found: Option<OrganizationAccount>) {
        let unit = found.as_ref().and_then(|found| found.path.as_ref().ok()).and_then(UnitPath::innermost).cloned();
        let eligibility = request.eligibility(self.management_account, id, found);
        let eligibility = match self.accounts.remove(&id) {
            Some(earlier) => earlier.and(eligibility),
            None => eligibility,
        };
        if let (Some(unit), true) = (unit, eligibility != Eligibility::NotSelected) {
            self.units.insert(id, unit);
        }
        self.accounts.insert(id, eligibility);
    }

    #[must_use]
    pub fn into_parts(self, accounts_in_a_batch: usize) -> Parts {
        let Self { management_account: _, waits, accounts, units, mut waiting, not_created } = self;
        let (mut candidates, mut ineligible, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        for (id, eligibility) in accounts {
            match eligibility {
                Eligibility::Eligible(candidate) => candidates.push(candidate),
                Eligibility::NotSelected => {}
                Eligibility::Ineligible(reason) if waits && reason.passes_with_time() => {
                    waiting.push(Newcomer::Account(id));
                }
                Eligibility::Ineligible(reason) => ineligible.push(IneligibleAccount { account: id, reason }),
                Eligibility::Unknown(account) => unknown.push(account),
            }
        }
        let batches = Batch::form(candidates, accounts_in_a_batch);
        Parts { batches, units, ineligible, unknown, waiting, not_created }
    }
}
