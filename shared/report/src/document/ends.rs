//! What holds for a while: exemptions and recovery windows, with their ends.

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId,
    recovery::RecoveryWindow,
    run::{exemption::Exemption, report::KeptOpen},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{account::NextStep, acts_through::ActsThrough};

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
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OpenWindow<'a> {
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    pub account: AccountId,
    pub reason: &'a str,
    pub ticket: &'a str,
    pub requested_by: String,
    pub approved_by: String,
    pub until: Timestamp,
}

/// An account whose recovery window is over, and which this run did not see clean.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StillOpen<'a> {
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    pub account: AccountId,
    pub because: &'a str,
    pub requested_by: String,
    pub ended_at: Timestamp,
    /// What a person has to do.
    pub next: NextStep,
}

impl<'a> ExemptionEnd<'a> {
    pub(super) fn of((account, exemption): (AccountId, &'a Exemption)) -> Self {
        let Exemption { reason, until } = exemption;
        Self { account, reason, until: *until }
    }
}

impl<'a> OpenWindow<'a> {
    pub(super) fn of((account, window): (&AccountId, &'a RecoveryWindow)) -> Self {
        Self {
            account: *account,
            reason: window.reason.as_str(),
            ticket: window.ticket.as_str(),
            requested_by: window.requested_by.to_string(),
            approved_by: window.approved_by.to_string(),
            until: window.until,
        }
    }
}

impl<'a> StillOpen<'a> {
    pub(super) fn of((account, kept_open): (&AccountId, &'a KeptOpen), through: ActsThrough<'_>) -> Self {
        let KeptOpen { recovery: _, requested_by, ended_at, because } = kept_open;
        let next = NextStep {
            what: "Mend what keeps it open, then end the recovery again: that runs its end anew.".into(),
            command: through.end_recovery(*account),
        };
        Self { account: *account, because, requested_by: requested_by.to_string(), ended_at: *ended_at, next }
    }
}
