//! Runs that selected nobody: when that is as it should be, and when it is not.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Ineligible, Selection};

/// Why a run looked at nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NobodySelected {
    /// Each account was left out by a state, a place or an exclusion that was read.
    EachIneligible,
    /// The units that were asked for are there, and hold no member.
    EmptyUnits,
    /// The organization has the management account and nobody else.
    NoMembers,
    /// Nothing but the management account was asked for.
    ManagementAccount,
    /// Nobody who was asked for is in the organization.
    NotInOrganization,
    /// State or place of an account could not be read.
    Unreadable,
}

impl NobodySelected {
    /// Why nobody was selected, `ineligible` being every account that was left out; nobody is waited for.
    #[must_use]
    pub fn because<'a>(
        selection: &Selection,
        ineligible: impl IntoIterator<Item = &'a Ineligible>,
        any_unknown: bool,
    ) -> Option<Self> {
        let (mut by_what_was_read, mut not_there) = (false, false);
        for reason in ineligible {
            match reason {
                Ineligible::NotInOrganization if matches!(selection, Selection::Accounts(_)) => not_there = true,
                // One that was not listed by hand was there when it was selected.
                Ineligible::NotActive(_) | Ineligible::Excluded | Ineligible::NotInOrganization => {
                    by_what_was_read = true;
                }
                Ineligible::ManagementAccount => {}
            }
        }
        if any_unknown {
            return Some(Self::Unreadable);
        }
        if by_what_was_read {
            return Some(Self::EachIneligible);
        }
        match selection {
            Selection::All => Some(Self::NoMembers),
            Selection::OrganizationalUnits(_) => Some(Self::EmptyUnits),
            Selection::Accounts(_) if not_there => Some(Self::NotInOrganization),
            Selection::Accounts(_) => Some(Self::ManagementAccount),
            // An event only names who is to be looked at: the management account has one too, when an organization begins.
            Selection::Joined(_) => None,
        }
    }

    /// Whether nobody needs to look.
    #[must_use]
    pub fn is_settled(self) -> bool {
        match self {
            Self::EachIneligible | Self::EmptyUnits => true,
            Self::NoMembers | Self::ManagementAccount | Self::NotInOrganization | Self::Unreadable => false,
        }
    }
}

impl fmt::Display for NobodySelected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::EachIneligible => "each account was left out by its state, its place or an exclusion",
            Self::EmptyUnits => "no account stands in the organizational units that were asked for",
            Self::NoMembers => "the organization has no member account",
            Self::ManagementAccount => {
                "only the management account was asked for, in which AWS lets nobody open a root session"
            }
            Self::NotInOrganization => "nobody who was asked for is in the organization",
            Self::Unreadable => "what decides about the others, a state or a place, could not be read",
        })
    }
}
