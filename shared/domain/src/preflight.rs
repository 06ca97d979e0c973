//! What a run finds out about the organization and its own account before it looks at anybody, each with what to do.
//!
//! Nothing here stops a run: what stops one, such as a feature that is off, is an error of `select-accounts`. What could not be
//! looked at is named as not checked, and never as in order.

mod event_selectors;
mod finding;
mod policies;
mod region;
mod trail;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use event_selectors::EventSelectors;
pub use finding::{Check, Finding};
pub use policies::{BoundTarget, DenyingPolicy, DenyingStatement, PolicyKind, Purpose};
pub use region::is_opt_in;
pub use trail::{EventSelection, SeenTrail, Trail, organizations_region, unfit};

/// A finding as a report holds it: what was looked at, how it came out, and the line for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    pub check: Check,
    pub outcome: Outcome,
    /// What is wrong, where, and what to do, or why it was not checked.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Something is wrong.
    Found,
    NotChecked,
}

impl Told {
    /// How many of `told` say that something is wrong, and how many that it could not be looked at.
    #[must_use]
    pub fn count(told: &[Self]) -> (usize, usize) {
        let found = told.iter().filter(|one| one.outcome == Outcome::Found).count();
        (found, told.len() - found)
    }
}

impl From<&Finding> for Told {
    fn from(finding: &Finding) -> Self {
        let outcome = match finding {
            Finding::NotChecked { .. } => Outcome::NotChecked,
            Finding::NoTrail { .. }
            | Finding::DeniesRoot(_)
            | Finding::RootSessionsOff
            | Finding::SmallConcurrency { .. }
            | Finding::OptInRegion { .. } => Outcome::Found,
        };
        Self { check: finding.check(), outcome, text: finding.to_string() }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
