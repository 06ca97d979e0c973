//! The accounts that were asked for, sorted by what Organizations says of them.

use std::collections::BTreeMap;

use rootwarden_domain::{
    AccountId, Batch, Candidate,
    selection::{Concern, LeftOut, LeftOutAccount, Newcomer, NotCreated, OrganizationAccount, Request, admit},
};

#[derive(Debug)]
pub(crate) struct Sorted {
    management_account: AccountId,
    /// Whether an account that is not there yet is waited for.
    waits: bool,
    candidates: BTreeMap<AccountId, Candidate>,
    left_out: BTreeMap<AccountId, LeftOut>,
    pub(crate) waiting: Vec<Newcomer>,
    pub(crate) not_created: Vec<NotCreated>,
}

impl Sorted {
    pub(crate) fn new(management_account: AccountId, waits: bool) -> Self {
        Self {
            management_account,
            waits,
            candidates: BTreeMap::new(),
            left_out: BTreeMap::new(),
            waiting: Vec::new(),
            not_created: Vec::new(),
        }
    }

    /// Sorts an account in, if the request is about it. `found` is what Organizations said of it in this run.
    pub(crate) fn add(&mut self, request: &Request, id: AccountId, found: Option<OrganizationAccount>) {
        match found.as_ref().map_or(Concern::Asked, |account| request.concerns(account)) {
            Concern::None => {}
            Concern::LeftOut(reason) => {
                self.left_out.insert(id, reason);
            }
            Concern::Asked => self.admit(id, found),
        }
    }

    fn admit(&mut self, id: AccountId, found: Option<OrganizationAccount>) {
        if self.candidates.contains_key(&id) {
            return;
        }
        match admit(self.management_account, id, found) {
            Ok(candidate) => {
                self.candidates.insert(id, candidate);
            }
            Err(reason) if self.waits && reason.passes_with_time() => self.waiting.push(Newcomer::Account(id)),
            Err(reason) => {
                self.left_out.insert(id, reason);
            }
        }
    }

    /// Batches of candidates, who was left out, and what is still to come.
    pub(crate) fn into_parts(
        self,
        accounts_in_a_batch: usize,
    ) -> (Vec<Batch<Candidate>>, Vec<LeftOutAccount>, Vec<Newcomer>, Vec<NotCreated>) {
        let Self { management_account: _, waits: _, candidates, left_out, waiting, not_created } = self;
        let batches = Batch::form(candidates.into_values().collect(), accounts_in_a_batch);
        let left_out = left_out.into_iter().map(|(account, reason)| LeftOutAccount { account, reason }).collect();
        (batches, left_out, waiting, not_created)
    }
}
