//! An account, as Organizations describes and lists it.

use aws_sdk_organizations::types::{Account, AccountState as AwsState};
use jiff::Timestamp;
use rootwarden_domain::{
    AccountState, Candidate, ErrorKind, aws::organizational_unit::UnitPath, run::selection::OrganizationAccount,
};

use crate::client::AwsError;

/// The parts of an account that decide. What cannot be read of them is said where it decides, and not guessed.
pub(super) fn read_account(account: &Account) -> Result<OrganizationAccount, AwsError> {
    let id = account
        .id()
        .unwrap_or_default()
        .parse()
        .map_err(|error| AwsError::of_kind(ErrorKind::Defect, "read an account of the organization", error))?;
    let joined_at = account.joined_timestamp().and_then(|at| Timestamp::from_second(at.secs()).ok());
    let state = AccountState::read(id, account.state().map(AwsState::as_str));
    let name = account.name().unwrap_or_default().to_owned();
    let path = UnitPath::of_account(id, account.paths());
    // `arn:PARTITION:organizations::MANAGEMENT:account/ORGANIZATION/ACCOUNT`. Source: AWS Service Authorization Reference.
    let managed_by = account.arn().and_then(|arn| arn.split(':').nth(4)).and_then(|id| id.parse().ok());
    Ok(OrganizationAccount { candidate: Candidate { id, name, joined_at }, state, managed_by, path })
}
