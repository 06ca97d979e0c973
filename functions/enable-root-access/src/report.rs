//! What was changed, what was there already, and what was not reached.

use std::{collections::BTreeSet, fmt};

use rootwarden_domain::AccountId;
use serde_json::{Value, json};

/// What became of one step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum StepOutcome {
    /// A step before it failed, or this one did.
    #[default]
    NotReached,
    SwitchedOn,
    WasOn,
    /// Nobody asked for it, and it is off.
    LeftOff,
    /// Nobody asked for it, and it is on.
    LeftOn,
    /// Nobody asked for it.
    NotAskedFor,
}

impl fmt::Display for StepOutcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotReached => "not reached",
            Self::SwitchedOn => "switched on now",
            Self::WasOn => "was on already",
            Self::LeftOff => "left off",
            Self::LeftOn => "left on",
            Self::NotAskedFor => "not asked for",
        })
    }
}

/// All steps, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) trusted_access: StepOutcome,
    pub(crate) root_credentials_management: StepOutcome,
    pub(crate) root_sessions: StepOutcome,
    pub(crate) delegated_administrator: StepOutcome,
    /// Whoever else is delegated for IAM: they may open root sessions as well.
    pub(crate) other_delegated_administrators: BTreeSet<AccountId>,
}

impl Report {
    /// What `Fn::GetAtt` gives.
    pub(crate) fn attributes(&self) -> Value {
        let Self {
            trusted_access,
            root_credentials_management,
            root_sessions,
            delegated_administrator,
            other_delegated_administrators: _,
        } = self;
        json!({
            "TrustedAccess": trusted_access.to_string(),
            "RootCredentialsManagement": root_credentials_management.to_string(),
            "RootSessions": root_sessions.to_string(),
            "DelegatedAdministrator": delegated_administrator.to_string(),
            "OtherDelegatedAdministrators": self.others(),
        })
    }

    fn others(&self) -> String {
        let ids: Vec<String> = self.other_delegated_administrators.iter().map(ToString::to_string).collect();
        if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
    }
}

/// One line.
impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            trusted_access,
            root_credentials_management,
            root_sessions,
            delegated_administrator,
            other_delegated_administrators,
        } = self;
        write!(
            formatter,
            "trusted access for iam.amazonaws.com: {trusted_access}; root credentials management: {root_credentials_management}; \
             root sessions: {root_sessions}; delegated administrator: {delegated_administrator}"
        )?;
        if !other_delegated_administrators.is_empty() {
            write!(formatter, "; also delegated, and able to open root sessions: {}", self.others())?;
        }
        Ok(())
    }
}
