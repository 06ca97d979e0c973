//! What a request may hold: it names somebody, nobody twice, and no more than a run can carry.

use std::{collections::BTreeSet, mem};

use super::{Exclusions, Request, Selection};
use crate::{AccountId, aws::organizational_unit::OrganizationalUnitId, text::input::InputError};

/// An account id in JSON: 12 digits, two quotation marks and a comma.
const ACCOUNT_BYTES: usize = 15;

impl Request {
    /// The longest a request may be, as compact JSON, in bytes.
    ///
    /// Why: Step Functions takes 256 KiB as the input of a state, and a state that outgrows it cannot be caught. The request
    /// is carried from state to state, beside what the workers answer. This leaves each worker of the longest list at least
    /// the room that it has in the largest plan of all, of 500 batches; a test adds that up.
    pub const MOST_BYTES: usize = 58_000;

    /// The same request with each account and unit in it once, in the order of their first mention.
    #[must_use]
    pub fn without_duplicates(mut self) -> Self {
        let Self { selection, exclude, mode: _, started_by: _ } = &mut self;
        match selection {
            Selection::Accounts(accounts) => once(accounts),
            Selection::OrganizationalUnits(units) => once(units),
            Selection::All | Selection::Joined(_) => {}
        }
        let Exclusions { accounts, organizational_units, tags: _ } = exclude;
        once(accounts);
        once(organizational_units);
        self
    }

    /// Checks what its types cannot say. To be called without duplicates.
    ///
    /// # Errors
    /// An empty list, and a request that a run cannot carry, with how many accounts would fit.
    pub fn check(&self) -> Result<(), InputError> {
        let refused = |why: String| Err(InputError::new("request", why));
        let names_nobody = match &self.selection {
            Selection::Accounts(accounts) => accounts.is_empty(),
            Selection::OrganizationalUnits(units) => units.is_empty(),
            Selection::All | Selection::Joined(_) => false,
        };
        if names_nobody {
            return refused("`selection`: an empty list names nobody".to_owned());
        }
        let bytes = serde_json::to_string(self).map_err(|error| InputError::new("request", error))?.len();
        let Some(excess) = bytes.checked_sub(Self::MOST_BYTES).filter(|excess| *excess > 0) else { return Ok(()) };
        let accounts = self.listed_accounts();
        let fit = accounts.saturating_sub(excess.div_ceil(ACCOUNT_BYTES));
        refused(format!(
            "it has {bytes} bytes with {accounts} accounts listed, and a run carries {}: {fit} accounts fit; name \
             organizational units or `all` with exclusions, or ask in several requests",
            Self::MOST_BYTES,
        ))
    }

    /// The units that are named, each once, with the field that names it.
    #[must_use]
    pub fn units(&self) -> Vec<(&OrganizationalUnitId, &'static str)> {
        let selected = match &self.selection {
            Selection::OrganizationalUnits(units) => units.as_slice(),
            Selection::All | Selection::Accounts(_) | Selection::Joined(_) => &[],
        };
        let selected = selected.iter().map(|unit| (unit, "selection"));
        let excluded = self.exclude.organizational_units.iter().map(|unit| (unit, "exclude"));
        let mut seen = BTreeSet::new();
        selected.chain(excluded).filter(|(unit, _)| seen.insert(*unit)).collect()
    }

    fn listed_accounts(&self) -> usize {
        let listed: &[AccountId] = match &self.selection {
            Selection::Accounts(accounts) => accounts,
            Selection::All | Selection::OrganizationalUnits(_) | Selection::Joined(_) => &[],
        };
        listed.len() + self.exclude.accounts.len()
    }
}

fn once<T: Ord + Clone>(values: &mut Vec<T>) {
    let mut seen = BTreeSet::new();
    *values = mem::take(values).into_iter().filter(|value| seen.insert(value.clone())).collect();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(value: serde_json::Value) -> Request {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_request_names_each_account_and_unit_once() {
        let (one, two) = ("111122223333", "444455556666");
        let units = json!(["ou-aaaa-22222222", "ou-aaaa-11111111", "ou-aaaa-22222222"]);
        let exclude = json!({"accounts": [one, one], "organizational_units": units});
        let read =
            request(json!({"selection": {"accounts": [two, one, two]}, "exclude": exclude})).without_duplicates();
        let exclude = json!({"accounts": [one], "organizational_units": ["ou-aaaa-22222222", "ou-aaaa-11111111"]});
        assert_eq!(read, request(json!({"selection": {"accounts": [two, one]}, "exclude": exclude})));
        assert!(read.check().is_ok());
    }

    #[test]
    fn a_request_that_names_nobody_is_refused() {
        for selection in [json!({"accounts": []}), json!({"organizational_units": []})] {
            let error = request(json!({ "selection": selection })).check().unwrap_err();
            assert!(error.to_string().contains("`selection`: an empty list names nobody"), "{error}");
        }
    }

    #[test]
    fn a_request_that_a_run_cannot_carry_is_refused_with_what_would_fit() {
        let of = |count: u64, excluded: u64| {
            let ids = |from: u64, count| (from..from + count).map(|id| format!("{id:012}")).collect::<Vec<_>>();
            let exclude = json!({"accounts": ids(500_000, excluded)});
            request(json!({"selection": {"accounts": ids(0, count)}, "exclude": exclude}))
        };
        let fit = (3_720..3_770).rev().find(|count| of(*count, 100).check().is_ok()).unwrap();
        assert!(fit < 3_769, "{fit}");
        let error = of(fit + 500, 100).check().unwrap_err().to_string();
        assert!(error.contains(&format!("{} accounts fit", fit + 100)), "{error}");
    }

    #[test]
    fn units_are_named_with_the_field_they_stand_in() {
        let request = request(json!({
            "selection": {"organizational_units": ["ou-aaaa-11111111"]},
            "exclude": {"organizational_units": ["ou-aaaa-11111111", "ou-aaaa-22222222"]},
        }));
        let named: Vec<(String, &str)> =
            request.units().into_iter().map(|(unit, field)| (unit.to_string(), field)).collect();
        assert_eq!(named, [("ou-aaaa-11111111".to_owned(), "selection"), ("ou-aaaa-22222222".to_owned(), "exclude")]);
    }
}
