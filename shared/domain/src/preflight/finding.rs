//! Each finding, and its line for people.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{policies::DenyingPolicy, trail::SeenTrail};

/// What is looked at before a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    Trail,
    ServiceControlPolicies,
    ResourceControlPolicies,
    RootSessions,
    LambdaConcurrency,
    Region,
}

impl Check {
    /// What it is about, for a line that says that it was not checked.
    fn subject(self) -> &'static str {
        match self {
            Self::Trail => "whether a trail delivers management events",
            Self::ServiceControlPolicies => "whether service control policies let root sessions through",
            Self::ResourceControlPolicies => "whether resource control policies let root sessions through",
            Self::RootSessions => "whether privileged root actions in member accounts are switched on",
            Self::LambdaConcurrency => "whether Lambda's concurrency is enough",
            Self::Region => "whether members have the Region",
        }
    }
}

/// What a run found out before it looked at anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// No trail delivers management events where Organizations sends its events: new accounts wait for the night.
    NoTrail {
        region: String,
        /// Trails that are there and do not do.
        seen: Vec<SeenTrail>,
    },
    /// A policy of the organization denies root sessions what they are opened for.
    DeniesRoot(DenyingPolicy),
    /// Unlock requests are taken, and the feature that they need is off.
    RootSessionsOff,
    /// Fewer functions may run at once than a run starts.
    SmallConcurrency {
        region: String,
        /// What Lambda leaves to functions without a reservation.
        unreserved: u32,
        needed: u32,
    },
    /// The Region has to be enabled in every member by itself.
    OptInRegion { region: String },
    /// It could not be looked at, for this reason.
    NotChecked { check: Check, why: String },
}

impl Finding {
    #[must_use]
    pub fn check(&self) -> Check {
        match self {
            Self::NoTrail { .. } => Check::Trail,
            Self::DeniesRoot(policy) => policy.kind.check(),
            Self::RootSessionsOff => Check::RootSessions,
            Self::SmallConcurrency { .. } => Check::LambdaConcurrency,
            Self::OptInRegion { .. } => Check::Region,
            Self::NotChecked { check, why: _ } => *check,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTrail { region, seen } => {
                write!(formatter, "no trail delivers management events in {region}, so new accounts wait for the night")?;
                for trail in seen {
                    write!(formatter, "; {trail}")?;
                }
                write!(
                    formatter,
                    ": in the management account, let a trail of all Regions, or of {region}, log management events, read and write"
                )
            }
            Self::DeniesRoot(policy) => write!(formatter, "{policy}"),
            Self::RootSessionsOff => formatter.write_str(
                "unlock requests are taken, and privileged root actions in member accounts are off, so each of them fails: \
                 switch them on in IAM, in the management account, or set UnlockRequests to off",
            ),
            Self::SmallConcurrency { region, unreserved, needed } => write!(
                formatter,
                "Lambda runs {unreserved} functions at once in {region} of this account, and a run starts {needed}, so batches are \
                 throttled and tried again: ask for a higher quota \"Concurrent executions\" of Lambda"
            ),
            Self::OptInRegion { region } => write!(
                formatter,
                "{region} is off in every account until somebody enables it there, and a root session needs it in the member: \
                 enable it in all accounts, or deploy into a Region that every account has, such as us-east-1"
            ),
            Self::NotChecked { check, why } => write!(formatter, "not checked: {}: {why}", check.subject()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_one_line_and_says_what_to_do() {
        let region = "us-east-1".to_owned();
        let seen = vec![SeenTrail { name: "data\nonly".to_owned(), why: "logs read events alone".to_owned() }];
        for finding in [
            Finding::NoTrail { region: region.clone(), seen },
            Finding::RootSessionsOff,
            Finding::SmallConcurrency { region: region.clone(), unreserved: 10, needed: 12 },
            Finding::OptInRegion { region },
        ] {
            let text = finding.to_string();
            assert!(!text.contains('\n') && text.contains(": "), "{text}");
        }
    }
}
