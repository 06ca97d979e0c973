//! The statuses by their names, and how urgent each is.

use rootwarden_domain::run::report::{Counts, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The status of an account. In the order in which people read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusName {
    /// Some of it could not be deleted.
    Failed,
    /// Nothing is known of it.
    Unknown,
    /// Root credentials are there, and the approval to delete them was not given.
    NotApproved,
    /// What is left waits for a person.
    Protected,
    /// Root credentials are there, and somebody paused every change.
    Paused,
    /// Root credentials are there, and the run only reports.
    Found,
    /// Root credentials were deleted, and a fresh read shows none left.
    Cleaned,
    /// An exemption keeps what is there.
    Exempt,
    /// It has a tag that the run leaves alone.
    Excluded,
    /// Not looked at.
    Ineligible,
    /// AWS called it clean in this run.
    Clean,
}

impl StatusName {
    pub const ALL: [Self; 11] = [
        Self::Failed,
        Self::Unknown,
        Self::NotApproved,
        Self::Protected,
        Self::Paused,
        Self::Found,
        Self::Cleaned,
        Self::Exempt,
        Self::Excluded,
        Self::Ineligible,
        Self::Clean,
    ];

    #[must_use]
    pub fn of(status: &Status) -> Self {
        match status {
            Status::Clean => Self::Clean,
            Status::Cleaned { .. } => Self::Cleaned,
            Status::Found { .. } => Self::Found,
            Status::Exempt { .. } => Self::Exempt,
            Status::Protected { .. } => Self::Protected,
            Status::Unknown(_) => Self::Unknown,
            Status::Failed { .. } => Self::Failed,
            Status::Ineligible(_) => Self::Ineligible,
            Status::Excluded { .. } => Self::Excluded,
            Status::NotApproved { .. } => Self::NotApproved,
            Status::Paused { .. } => Self::Paused,
        }
    }

    /// As it is written in every format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::NotApproved => "not_approved",
            Self::Protected => "protected",
            Self::Paused => "paused",
            Self::Found => "found",
            Self::Cleaned => "cleaned",
            Self::Exempt => "exempt",
            Self::Excluded => "excluded",
            Self::Ineligible => "ineligible",
            Self::Clean => "clean",
        }
    }

    /// The same for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotApproved => "not approved",
            other => other.name(),
        }
    }

    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Failed => "some of it could not be deleted",
            Self::Unknown => "nothing is known of it",
            Self::NotApproved => "root credentials are there, and the approval to delete them was not given",
            Self::Protected => "what is left waits for a person",
            Self::Paused => "root credentials are there, and somebody paused every change",
            Self::Found => "root credentials are there, and this run only reports",
            Self::Cleaned => "root credentials were deleted, and a fresh read shows none left",
            Self::Exempt => "an exemption keeps what is there",
            Self::Excluded => "it has a tag that the run leaves alone",
            Self::Ineligible => "left out: not looked at",
            Self::Clean => "AWS called it clean in this run",
        }
    }

    /// Whether it is something that people are told of as new, unchanged or gone. Each of these needs a person: those of a run
    /// that only reports as well, since nothing else will delete what was found.
    #[must_use]
    pub fn is_finding(self) -> bool {
        match self {
            Self::Failed | Self::Unknown | Self::NotApproved | Self::Protected | Self::Paused | Self::Found => true,
            Self::Cleaned | Self::Exempt | Self::Excluded | Self::Ineligible | Self::Clean => false,
        }
    }
}

/// How many accounts ended in each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusCounts {
    pub clean: u32,
    pub cleaned: u32,
    pub found: u32,
    pub exempt: u32,
    pub protected: u32,
    pub unknown: u32,
    pub failed: u32,
    pub ineligible: u32,
    pub excluded: u32,
    pub not_approved: u32,
    pub paused: u32,
    /// Of the unknown ones, those that a service control policy denies root sessions in.
    pub denied_by_service_control_policy: u32,
}

impl From<Counts> for StatusCounts {
    fn from(counts: Counts) -> Self {
        let Counts {
            clean,
            cleaned,
            found,
            exempt,
            protected,
            unknown,
            failed,
            ineligible,
            excluded,
            not_approved,
            paused,
            denied_by_service_control_policy,
        } = counts;
        Self {
            clean,
            cleaned,
            found,
            exempt,
            protected,
            unknown,
            failed,
            ineligible,
            excluded,
            not_approved,
            paused,
            denied_by_service_control_policy,
        }
    }
}

impl StatusCounts {
    #[must_use]
    pub fn of(&self, status: StatusName) -> u32 {
        match status {
            StatusName::Failed => self.failed,
            StatusName::Unknown => self.unknown,
            StatusName::NotApproved => self.not_approved,
            StatusName::Protected => self.protected,
            StatusName::Paused => self.paused,
            StatusName::Found => self.found,
            StatusName::Cleaned => self.cleaned,
            StatusName::Exempt => self.exempt,
            StatusName::Excluded => self.excluded,
            StatusName::Ineligible => self.ineligible,
            StatusName::Clean => self.clean,
        }
    }

    pub(crate) fn add(&mut self, status: StatusName) {
        let count = match status {
            StatusName::Failed => &mut self.failed,
            StatusName::Unknown => &mut self.unknown,
            StatusName::NotApproved => &mut self.not_approved,
            StatusName::Protected => &mut self.protected,
            StatusName::Paused => &mut self.paused,
            StatusName::Found => &mut self.found,
            StatusName::Cleaned => &mut self.cleaned,
            StatusName::Exempt => &mut self.exempt,
            StatusName::Excluded => &mut self.excluded,
            StatusName::Ineligible => &mut self.ineligible,
            StatusName::Clean => &mut self.clean,
        };
        *count += 1;
    }

    /// Accounts that people are told of as findings.
    #[must_use]
    pub fn findings(&self) -> u32 {
        StatusName::ALL.into_iter().filter(|status| status.is_finding()).map(|status| self.of(status)).sum()
    }

    #[must_use]
    pub fn all(&self) -> u32 {
        StatusName::ALL.into_iter().map(|status| self.of(status)).sum()
    }
}
