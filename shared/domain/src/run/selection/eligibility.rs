//! What a request makes of one account, from what Organizations said of it: once, or more than once.

use serde::{Deserialize, Serialize};

use super::{Ineligible, OrganizationAccount, Request, Selection};
use crate::{AccountId, AccountState, Candidate, ErrorKind, Failure, aws::organizational_unit::OrganizationalUnitId};

/// What a request makes of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Eligibility {
    Eligible(Candidate),
    /// The request is not about this account.
    NotSelected,
    Ineligible(Ineligible),
    /// Whether it is to be looked at cannot be said: nothing is done in it, and it is reported as unknown.
    Unknown(UnknownAccount),
}

/// An account of which Organizations did not say what decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnknownAccount {
    pub account: Candidate,
    pub failure: Failure,
}

/// Why an account is not a candidate, whatever was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EligibilityError {
    Ineligible(Ineligible),
    /// Its state cannot be read.
    Unknown(Failure),
}

/// Decides whether an account may be a candidate. `found` is what Organizations said of it in this run, `None` if nothing.
///
/// # Errors
/// Why it may not.
pub fn check_eligibility(
    management_account: AccountId,
    account: AccountId,
    found: Option<OrganizationAccount>,
) -> Result<Candidate, EligibilityError> {
    // INVARIANT (I1): the management account is refused, whether an earlier step or the fresh answer calls it that.
    let is_management = |found: &OrganizationAccount| found.managed_by == Some(account);
    if account == management_account || found.as_ref().is_some_and(is_management) {
        return Err(EligibilityError::Ineligible(Ineligible::ManagementAccount));
    }
    let Some(OrganizationAccount { candidate, state, managed_by: _, path: _ }) = found else {
        return Err(EligibilityError::Ineligible(Ineligible::NotInOrganization));
    };
    match state {
        Ok(AccountState::Active) => Ok(candidate),
        Ok(state) => Err(EligibilityError::Ineligible(Ineligible::NotActive(state))),
        Err(failure) => Err(EligibilityError::Unknown(failure)),
    }
}

impl Request {
    /// What the request makes of an account. `found` is what Organizations said of it, `None` if nothing.
    ///
    /// INVARIANT (I2): a state or a place that cannot be read, and decides, makes the account unknown. It decides where
    /// nothing that was read leaves the account out already.
    #[must_use]
    pub fn eligibility(&self, management: AccountId, id: AccountId, found: Option<OrganizationAccount>) -> Eligibility {
        let Self { selection, exclude, mode: _, started_by: _ } = self;
        let (mut asked, mut excluded, mut unplaced) = (true, exclude.accounts.contains(&id), None);
        if let Some(found) = &found {
            let is_in = |units: &[OrganizationalUnitId]| found.path.as_ref().map(|path| path.is_in(units));
            if let Selection::OrganizationalUnits(units) = selection {
                match is_in(units) {
                    Ok(inside) => asked = inside,
                    Err(failure) => unplaced = Some(failure.clone()),
                }
            }
            if !exclude.organizational_units.is_empty() {
                match is_in(&exclude.organizational_units) {
                    Ok(inside) => excluded |= inside,
                    Err(failure) => unplaced = Some(failure.clone()),
                }
            }
        }
        if !asked {
            return Eligibility::NotSelected;
        }
        let account = found.as_ref().map(|found| found.candidate.clone());
        match (check_eligibility(management, id, found), account) {
            (
                Err(EligibilityError::Ineligible(
                    reason @ (Ineligible::ManagementAccount | Ineligible::NotInOrganization),
                )),
                _,
            ) => Eligibility::Ineligible(reason),
            (Ok(_) | Err(_), _) if excluded => Eligibility::Ineligible(Ineligible::Excluded),
            (Err(EligibilityError::Ineligible(reason)), _) => Eligibility::Ineligible(reason),
            (Err(EligibilityError::Unknown(failure)), Some(account)) => {
                Eligibility::Unknown(UnknownAccount { account, failure })
            }
            // Of an account that was not found no state can be unreadable.
            (Err(EligibilityError::Unknown(_)), None) => Eligibility::Ineligible(Ineligible::NotInOrganization),
            (Ok(account), _) => match unplaced {
                Some(failure) => Eligibility::Unknown(UnknownAccount { account, failure }),
                None => Eligibility::Eligible(account),
            },
        }
    }
}

impl Eligibility {
    /// What two readings of one account make together, `later` being the fresher one.
    ///
    /// Organizations' list is no snapshot: an account that is moved or closed meanwhile may come twice, and differently.
    /// Whatever keeps it from being touched holds: an exclusion or the management account first, then what could not be
    /// read. Active in the one and not in the other is not known either, but another look settles it, so it is taken up again.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        match (self, later) {
            (Self::NotSelected, other) | (other, Self::NotSelected) => other,
            (left @ Self::Ineligible(Ineligible::Excluded | Ineligible::ManagementAccount), _)
            | (_, left @ Self::Ineligible(Ineligible::Excluded | Ineligible::ManagementAccount)) => left,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            (Self::Eligible(_), Self::Eligible(later)) => Self::Eligible(later),
            (Self::Ineligible(_), Self::Ineligible(later)) => Self::Ineligible(later),
            (Self::Eligible(account), Self::Ineligible(reason))
            | (Self::Ineligible(reason), Self::Eligible(account)) => {
                let why = format!("Organizations says twice what account `{}` is: active, and {reason}", account.id);
                Self::Unknown(UnknownAccount { account, failure: Failure::new(ErrorKind::Transient, why) })
            }
        }
    }
}

#[cfg(test)]
#[path = "eligibility_tests.rs"]
mod tests;
