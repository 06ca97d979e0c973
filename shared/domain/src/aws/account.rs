//! Accounts of an organization, as far as they are known before AWS confirms them.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ErrorKind, Failure, text::input::ValueError};

/// The id of an AWS account: exactly 12 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(u64);

impl FromStr for AccountId {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let refused = || ValueError::new(value, "an account id (12 digits)");
        if value.len() != 12 || !value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused());
        }
        value.parse().map(Self).map_err(|_| refused())
    }
}

impl AccountId {
    /// Reads an id as somebody types it: 12 digits, or three groups of four with hyphens between them, as AWS's console shows it.
    ///
    /// # Errors
    /// Anything else.
    pub fn from_typed(value: &str) -> Result<Self, ValueError> {
        let groups: Vec<&str> = value.split('-').collect();
        let is_grouped = groups.len() == 3 && groups.iter().all(|group| group.len() == 4);
        let ungrouped = if is_grouped { groups.concat() } else { value.to_owned() };
        ungrouped.parse().map_err(|_| ValueError::new(value, "an account id (12 digits)"))
    }
}

impl TryFrom<String> for AccountId {
    type Error = ValueError;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        value.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:012}", self.0)
    }
}

/// The state of an account in its organization.
///
/// Source: AWS Organizations API Reference, `Account.State` (`Status` was retired on 9 September 2026).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccountState {
    PendingActivation,
    Active,
    Suspended,
    PendingClosure,
    Closed,
}

impl AccountState {
    /// Reads `Account.State` of an account.
    ///
    /// # Errors
    /// None at all, and one that this version does not know: neither is ever taken for any of these.
    pub fn read(account: AccountId, state: Option<&str>) -> Result<Self, Failure> {
        let unreadable = |why: String| {
            let message = format!("cannot tell whether account `{account}` is active: Organizations names {why}");
            Failure::new(ErrorKind::Defect, message)
        };
        let Some(state) = state else { return Err(unreadable("no state of it".to_owned())) };
        state
            .parse()
            .map_err(|error: ValueError| unreadable(format!("a state of it that this version does not know: {error}")))
    }
}

impl FromStr for AccountState {
    type Err = ValueError;

    fn from_str(state: &str) -> Result<Self, Self::Err> {
        Ok(match state {
            "PENDING_ACTIVATION" => Self::PendingActivation,
            "ACTIVE" => Self::Active,
            "SUSPENDED" => Self::Suspended,
            "PENDING_CLOSURE" => Self::PendingClosure,
            "CLOSED" => Self::Closed,
            _ => return Err(ValueError::new(state, "a state of an account")),
        })
    }
}

impl fmt::Display for AccountState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::PendingClosure => "PENDING_CLOSURE",
            Self::Closed => "CLOSED",
        })
    }
}

/// An account that Organizations named in this run as an active member, before anything was done in it.
///
/// A candidate may be audited; deleting asks Organizations again first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    pub id: AccountId,
    pub name: String,
    /// When the account joined the organization: a refusal within its first hour may only mean that it is new.
    pub joined_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_leading_zeros() {
        let id: AccountId = "000123456789".parse().unwrap();
        assert_eq!(id.to_string(), "000123456789");
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""000123456789""#);
    }

    #[test]
    fn refuses_anything_but_twelve_digits() {
        for wrong in ["", "12345678901", "1234567890123", "12345678901a", "+12345678901", " 12345678901", "１２３４"]
        {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn groups_of_four_are_read_where_somebody_types_and_nowhere_else() {
        let id: AccountId = "000122223333".parse().unwrap();
        for typed in ["0001-2222-3333", "000122223333"] {
            assert_eq!(AccountId::from_typed(typed), Ok(id), "{typed}");
        }
        for wrong in
            ["0001-22223333", "0001-2222-333", "00012222-3333-", "0001--22223333", "-0001-2222-3333", "0001 2222 3333"]
        {
            let why = AccountId::from_typed(wrong).unwrap_err().to_string();
            assert_eq!(why, format!("`{wrong}` is not an account id (12 digits)"));
        }
        assert!("0001-2222-3333".parse::<AccountId>().is_err());
    }

    #[test]
    fn never_takes_an_unknown_state_for_active() {
        let account: AccountId = "111122223333".parse().unwrap();
        for (state, named) in
            [(None, "no state"), (Some("active"), "`active`"), (Some("FRO\nZEN"), "`FRO\\nZEN`"), (Some(""), "``")]
        {
            let failure = AccountState::read(account, state).unwrap_err();
            assert_eq!(failure.kind, ErrorKind::Defect);
            assert!(failure.message.contains(named) && failure.message.contains("111122223333"), "{failure}");
            assert!(!failure.message.contains('\n'), "{failure}");
        }
        assert_eq!(AccountState::read(account, Some("ACTIVE")), Ok(AccountState::Active));
    }

    #[test]
    fn every_state_is_written_as_aws_writes_it() {
        for name in ["PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"] {
            let state: AccountState = name.parse().unwrap();
            assert_eq!((state.to_string(), serde_json::to_value(state).unwrap()), (name.to_owned(), name.into()));
        }
    }
}
