//! What holds for a while: exemptions and recovery windows, with their ends.

use jiff::Timestamp;
use rootwarden_domain::{AccountId, run::exemption::Exemption};
use schemars::JsonSchema;
use serde::Serialize;

/// An exemption that holds.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ExemptionEnd<'a> {
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    pub account: AccountId,
    pub reason: &'a str,
    /// None: it never ends.
    pub until: Option<Timestamp>,
}

/// An account in which somebody may set a root password for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OpenWindow {
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    pub account: AccountId,
    pub reason: String,
    pub until: Timestamp,
}

impl<'a> ExemptionEnd<'a> {
    pub(super) fn of((account, exemption): (AccountId, &'a Exemption)) -> Self {
        let Exemption { reason, until } = exemption;
        Self { account, reason, until: *until }
    }
}
