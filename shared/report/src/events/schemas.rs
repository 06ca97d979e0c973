//! The kinds of events by their detail types, and the JSON Schema of each, made from its type.

use super::{
    AccountUnknown, FurtherAccounts, PolicyUnlocked, RecoveryAllowed, RecoveryEnded, RootCredentialsDeleted,
    RootCredentialsFound,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    RootCredentialsFound,
    RootCredentialsDeleted,
    AccountUnknown,
    FurtherAccounts,
    PolicyUnlocked,
    RecoveryAllowed,
    RecoveryEnded,
}

impl Kind {
    pub const ALL: [Self; 7] = [
        Self::RootCredentialsFound,
        Self::RootCredentialsDeleted,
        Self::AccountUnknown,
        Self::FurtherAccounts,
        Self::PolicyUnlocked,
        Self::RecoveryAllowed,
        Self::RecoveryEnded,
    ];

    #[must_use]
    pub fn detail_type(self) -> &'static str {
        match self {
            Self::RootCredentialsFound => "Root Credentials Found",
            Self::RootCredentialsDeleted => "Root Credentials Deleted",
            Self::AccountUnknown => "Account Unknown",
            Self::FurtherAccounts => "Further Accounts",
            Self::PolicyUnlocked => "Policy Unlocked",
            Self::RecoveryAllowed => "Recovery Allowed",
            Self::RecoveryEnded => "Recovery Ended",
        }
    }

    /// What its schema and its sample are called in `docs/events/`.
    #[must_use]
    pub fn file_name(self) -> String {
        self.detail_type().to_lowercase().replace(' ', "-")
    }
}

/// The schema of the details of a kind, as it stands in `docs/events/`.
///
/// # Errors
/// It cannot be written as JSON.
pub fn schema(kind: Kind) -> Result<String, serde_json::Error> {
    let schema = match kind {
        Kind::RootCredentialsFound => schemars::schema_for!(RootCredentialsFound),
        Kind::RootCredentialsDeleted => schemars::schema_for!(RootCredentialsDeleted),
        Kind::AccountUnknown => schemars::schema_for!(AccountUnknown),
        Kind::FurtherAccounts => schemars::schema_for!(FurtherAccounts),
        Kind::PolicyUnlocked => schemars::schema_for!(PolicyUnlocked),
        Kind::RecoveryAllowed => schemars::schema_for!(RecoveryAllowed),
        Kind::RecoveryEnded => schemars::schema_for!(RecoveryEnded),
    };
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    Ok(text)
}
