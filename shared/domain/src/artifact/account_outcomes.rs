//! What a batch's worker says of each of the batch's accounts.

use std::collections::BTreeMap;

use super::{Collected, no_result};
use crate::aws::{
    account::AccountId,
    failure::{ErrorKind, Failure},
};

/// The outcomes of a batch, by account, each to be taken once.
#[derive(Debug)]
pub(crate) struct AccountOutcomes<T> {
    outcomes: BTreeMap<AccountId, T>,
    /// Why nothing is known of an account without an outcome.
    missing: Failure,
}

impl<T> AccountOutcomes<T> {
    /// `collected` is what was found of the worker of `batch`; `read` takes apart what it says of one account.
    pub(crate) fn of<R>(batch: u32, collected: Option<Collected<R>>, read: fn(R) -> (AccountId, T)) -> Self {
        match collected.unwrap_or_else(|| Err(no_result(batch))) {
            Ok(result) => Self {
                outcomes: result.accounts.into_iter().map(read).collect(),
                missing: Failure::new(ErrorKind::Defect, "the result of its batch does not name it"),
            },
            Err(missing) => Self { outcomes: BTreeMap::new(), missing },
        }
    }

    /// What the worker says of an account.
    ///
    /// INVARIANT (I11): whatever the worker left behind, an account of its batch has an outcome, or a reason why nothing is
    /// known of it. Outcomes of accounts that are not asked for are dropped.
    ///
    /// # Errors
    /// Why nothing is known of it.
    pub(crate) fn take(&mut self, account: AccountId) -> Result<T, Failure> {
        self.outcomes.remove(&account).ok_or_else(|| self.missing.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::WorkerResult;

    const ONE: &str = "111122223333";
    const OTHER: &str = "444455556666";

    fn taken(collected: Option<Collected<&'static str>>) -> [Result<&'static str, String>; 2] {
        let mut outcomes = AccountOutcomes::of(7, collected, |id| (id.parse().unwrap(), "audited"));
        [ONE, OTHER].map(|id| outcomes.take(id.parse().unwrap()).map_err(|failure| failure.message))
    }

    #[test]
    fn i11_an_account_without_an_outcome_is_told_why_nothing_is_known_of_it() {
        let result = WorkerResult { run: "a-run".parse().unwrap(), round: 0, batch: 7, accounts: vec![ONE] };
        let not_named = Err("the result of its batch does not name it".to_owned());
        assert_eq!(taken(Some(Ok(result))), [Ok("audited"), not_named]);
        let failed = Failure::new(ErrorKind::Transient, "its worker failed");
        assert_eq!(taken(Some(Err(failed))), [(); 2].map(|()| Err("its worker failed".to_owned())));
        assert_eq!(taken(None), [(); 2].map(|()| Err("batch 7 left no result".to_owned())));
    }
}
