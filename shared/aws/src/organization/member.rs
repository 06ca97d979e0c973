//! A member account that Organizations has just confirmed: what deleting requires.

use rootwarden_domain::{
    AccountId, Candidate,
    run::selection::{EligibilityError, Ineligible, OrganizationAccount, check_eligibility},
};

use crate::client::AwsError;

/// An active member account that is not the management account.
///
/// INVARIANT (I1): made only by `Organization::member`, from an answer of this very moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberAccount(Candidate);

/// Why an account is not taken for a member.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
    #[error("the account is ineligible: {0}")]
    Ineligible(Ineligible),
    #[error(transparent)]
    Unanswered(#[from] AwsError),
}

impl MemberAccount {
    pub(super) fn confirm(
        management_account: AccountId,
        id: AccountId,
        found: Option<OrganizationAccount>,
    ) -> Result<Self, MembershipError> {
        check_eligibility(management_account, id, found).map(Self).map_err(|error| match error {
            EligibilityError::Ineligible(reason) => MembershipError::Ineligible(reason),
            // INVARIANT (I2): a state that cannot be read is no reason to leave the account out as if it had been read.
            EligibilityError::Unknown(failure) => MembershipError::Unanswered(AwsError::of_kind(
                failure.kind,
                format!("take account `{id}` for a member"),
                failure,
            )),
        })
    }

    #[must_use]
    pub fn account(&self) -> &Candidate {
        &self.0
    }
}
