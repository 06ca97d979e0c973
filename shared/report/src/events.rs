//! What other automation is told of a run: events for the default bus, of changes alone.
//!
//! The types are the events' details; their schemas lie in `docs/events/`, and are open: a field may be added. What is told of buckets, queues and recovery windows is
//! put together by their state machines, in the forms that stand here as well.

mod of_requests;
mod of_runs;
mod schemas;

use rootwarden_domain::Mode;
use schemars::JsonSchema;
use serde::Serialize;

pub use of_requests::{PolicyUnlocked, RecoveryAllowed, RecoveryEnded};
pub use of_runs::{
    AccountUnknown, CredentialNamed, FurtherAccounts, RootCredentialsDeleted, RootCredentialsFound, of_run,
};
pub use schemas::{Kind, schema};

/// The source of every event.
pub const SOURCE: &str = "rootwarden";
/// The version of the details. It is raised when a field changes its meaning or goes; a field may be added without.
pub const VERSION: u32 = 1;
/// So many events for single accounts are sent for one run; one more tells of the rest.
pub const MOST_ACCOUNTS: usize = 100;

/// An event, as EventBridge takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub kind: Kind,
    /// JSON, in the form that the kind's schema says.
    pub detail: String,
}

/// Whose event it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunNamed {
    /// The name of the run's execution.
    pub run: String,
    /// `report` or `enforce`.
    #[schemars(with = "String")]
    pub mode: Mode,
    /// The run's report, as `s3://BUCKET/KEY`.
    pub report: String,
}
