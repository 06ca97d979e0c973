//! Trails of CloudTrail, and whether one delivers the events that tell of new accounts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{aws::partition::Partition, text::line::one_line};

/// What is known of a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    pub name: String,
    pub is_multi_region: bool,
    pub home_region: String,
    pub is_logging: bool,
    pub selects: EventSelection,
}

/// Which management events a trail logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventSelection {
    ReadAndWrite,
    WriteOnly,
    ReadOnly,
    /// By something of which nothing is known here.
    SomeOfThem,
    /// Events of Organizations are left out, or management events as a whole.
    NotThese,
}

/// A trail that does not do, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenTrail {
    pub name: String,
    pub why: String,
}

impl fmt::Display for SeenTrail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}", one_line(&self.name), self.why)
    }
}

/// The Region to which Organizations sends its events.
///
/// Source: AWS Organizations User Guide, "Logging and monitoring": `us-east-1`; in AWS `GovCloud` (US), Organizations has its endpoint
/// in `us-gov-west-1` alone (AWS General Reference).
#[must_use]
pub fn organizations_region(partition: Partition) -> Option<&'static str> {
    match partition {
        Partition::Aws => Some("us-east-1"),
        Partition::AwsUsGov => Some("us-gov-west-1"),
        Partition::AwsCn | Partition::AwsEusc => None,
    }
}

/// Why a trail does not deliver the events that tell of new accounts in `region`; `None` if it does.
///
/// Write events are enough: every event of Organizations but one is such, and that one may come as either.
#[must_use]
pub fn unfit(trail: &Trail, region: &str) -> Option<SeenTrail> {
    let Trail { name, is_multi_region, home_region, is_logging, selects } = trail;
    let why = if !is_multi_region && home_region != region {
        format!("is of {home_region} alone")
    } else if !is_logging {
        "has its logging stopped".to_owned()
    } else {
        match selects {
            EventSelection::ReadAndWrite | EventSelection::WriteOnly => return None,
            EventSelection::ReadOnly => "logs read events alone".to_owned(),
            EventSelection::SomeOfThem => {
                "selects among management events, perhaps not those of Organizations".to_owned()
            }
            EventSelection::NotThese => "logs no management events of Organizations".to_owned(),
        }
    };
    Some(SeenTrail { name: name.clone(), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_does_if_it_logs_write_events_there() {
        let fit = Trail {
            name: "all".to_owned(),
            is_multi_region: true,
            home_region: "eu-central-1".to_owned(),
            is_logging: true,
            selects: EventSelection::ReadAndWrite,
        };
        let why = |trail: Trail| unfit(&trail, "us-east-1").map(|seen| seen.to_string());
        assert_eq!(why(fit.clone()), None);
        assert_eq!(why(Trail { selects: EventSelection::WriteOnly, ..fit.clone() }), None);
        let local = Trail { is_multi_region: false, ..fit.clone() };
        assert_eq!(why(local.clone()).as_deref(), Some("`all` is of eu-central-1 alone"));
        assert_eq!(why(Trail { home_region: "us-east-1".to_owned(), ..local }), None);
        let stopped = Trail { is_logging: false, ..fit.clone() };
        assert_eq!(why(stopped).as_deref(), Some("`all` has its logging stopped"));
        for (selects, told) in [
            (EventSelection::ReadOnly, "`all` logs read events alone"),
            (EventSelection::SomeOfThem, "`all` selects among management events, perhaps not those of Organizations"),
            (EventSelection::NotThese, "`all` logs no management events of Organizations"),
        ] {
            assert_eq!(why(Trail { selects, ..fit.clone() }).as_deref(), Some(told));
        }
    }
}
