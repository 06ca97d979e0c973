//! What the run found out before it looked at anybody.

use rootwarden_domain::preflight::{Outcome, Told};
use schemars::JsonSchema;
use serde::Serialize;

/// One line of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PreflightLine<'a> {
    pub outcome: PreflightOutcome,
    /// What is wrong, where, and what to do, or why it was not checked.
    pub text: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreflightOutcome {
    Found,
    NotChecked,
}

impl<'a> PreflightLine<'a> {
    pub(super) fn of(told: &'a Told) -> Self {
        let outcome = match told.outcome {
            Outcome::Found => PreflightOutcome::Found,
            Outcome::NotChecked => PreflightOutcome::NotChecked,
        };
        Self { outcome, text: &told.text }
    }
}
