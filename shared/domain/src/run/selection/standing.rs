//! What a request makes of one account, from what Organizations said of it: once, or more than once.

use serde::{Deserialize, Serialize};

use super::{LeftOut, OrganizationAccount, Request, Selection};
use crate::{AccountId, AccountState, Candidate, ErrorKind, Failure, aws::organizational_unit::OrganizationalUnitId};

/// What a request makes of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Candidate(Candidate),
    /// The request is not about this account.
    NotAsked,
    LeftOut(LeftOut),
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
pub enum NotAdmitted {
    LeftOut(LeftOut),
    /// Its state cannot be read.
    Unknown(Failure),
}

/// Decides whether an account may be a candidate. `found` is what Organizations said of it in this run, `None` if nothing.
///
/// # Errors
/// Why it may not.
pub fn admit(
    management_account: AccountId,
    account: AccountId,
    found: Option<OrganizationAccount>,
) -> Result<Candidate, NotAdmitted> {
    // INVARIANT (I1): the management account is refused, whether an earlier step or the fresh answer calls it that.
    let is_management = |found: &OrganizationAccount| found.managed_by == Some(account);
    if account == management_account || found.as_ref().is_some_and(is_management) {
        return Err(NotAdmitted::LeftOut(LeftOut::ManagementAccount));
    }
    let Some(OrganizationAccount { candidate, state, managed_by: _, path: _ }) = found else {
        return Err(NotAdmitted::LeftOut(LeftOut::NotInOrganization));
    };
    match state {
        Ok(AccountState::Active) => Ok(candidate),
        Ok(state) => Err(NotAdmitted::LeftOut(LeftOut::NotActive(state))),
        Err(failure) => Err(NotAdmitted::Unknown(failure)),
    }
}

impl Request {
    /// What the request makes of an account. `found` is what Organizations said of it, `None` if nothing.
    ///
    /// INVARIANT (I2): a state or a place that cannot be read, and decides, makes the account unknown. It decides where
    /// nothing that was read leaves the account out already.
    #[must_use]
    pub fn standing(&self, management: AccountId, id: AccountId, found: Option<OrganizationAccount>) -> Standing {
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
            return Standing::NotAsked;
        }
        let account = found.as_ref().map(|found| found.candidate.clone());
        match (admit(management, id, found), account) {
            (Err(NotAdmitted::LeftOut(reason @ (LeftOut::ManagementAccount | LeftOut::NotInOrganization))), _) => {
                Standing::LeftOut(reason)
            }
            (Ok(_) | Err(_), _) if excluded => Standing::LeftOut(LeftOut::Excluded),
            (Err(NotAdmitted::LeftOut(reason)), _) => Standing::LeftOut(reason),
            (Err(NotAdmitted::Unknown(failure)), Some(account)) => {
                Standing::Unknown(UnknownAccount { account, failure })
            }
            // Of an account that was not found no state can be unreadable.
            (Err(NotAdmitted::Unknown(_)), None) => Standing::LeftOut(LeftOut::NotInOrganization),
            (Ok(account), _) => match unplaced {
                Some(failure) => Standing::Unknown(UnknownAccount { account, failure }),
                None => Standing::Candidate(account),
            },
        }
    }
}

impl Standing {
    /// What two readings of one account make together, `later` being the fresher one.
    ///
    /// Organizations' list is no snapshot: an account that is moved or closed meanwhile may come twice, and differently.
    /// Whatever keeps it from being touched holds: an exclusion or the management account first, then what could not be
    /// read. Active in the one and not in the other is not known either, but another look settles it, so it is taken up again.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        match (self, later) {
            (Self::NotAsked, other) | (other, Self::NotAsked) => other,
            (left @ Self::LeftOut(LeftOut::Excluded | LeftOut::ManagementAccount), _)
            | (_, left @ Self::LeftOut(LeftOut::Excluded | LeftOut::ManagementAccount)) => left,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            (Self::Candidate(_), Self::Candidate(later)) => Self::Candidate(later),
            (Self::LeftOut(_), Self::LeftOut(later)) => Self::LeftOut(later),
            (Self::Candidate(account), Self::LeftOut(reason)) | (Self::LeftOut(reason), Self::Candidate(account)) => {
                let why = format!("Organizations says twice what account `{}` is: active, and {reason}", account.id);
                Self::Unknown(UnknownAccount { account, failure: Failure::new(ErrorKind::Transient, why) })
            }
        }
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
