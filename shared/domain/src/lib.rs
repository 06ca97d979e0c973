//! What Rootwarden decides: which accounts are looked at, what goes, and what is said of it afterwards.
//!
//! Pure and synchronous: no AWS type, no clock, no environment, so every decision is tested in milliseconds.
//! What acts on AWS lies in `rootwarden-aws`.
//!
//! The folders, lowest first; each imports from those before it alone, which `make lint` checks:
//!
//! - [`text`]: reading and writing text
//! - [`aws`]: AWS's own things: accounts, units, partitions, credentials, buckets and queues, failures
//! - [`ids`]: what runs, unlock and recovery requests, releases and approvals are called, and where their objects lie
//! - [`artifact`]: what one step hands to the next, pinned by version and SHA-256
//! - [`people`]: who asks, starts and decides
//! - [`approvals`]: what is asked of a second person, and what a decision is good for
//! - [`preflight`]: what a run finds out about the organization before it looks at anybody
//! - [`recovery`]: root password recovery, for a while: the request and its window
//! - [`run`]: one run, from the event to the report
//! - [`policy`]: what a resource policy says, who is locked out, and what a change of it gives
//! - [`unlock`]: one bucket or queue, from the request to the result
//! - [`requests`]: everything that people may ask for

pub mod approvals;
pub mod artifact;
pub mod aws;
pub mod ids;
pub mod people;
pub mod policy;
pub mod preflight;
pub mod recovery;
pub mod requests;
pub mod run;
pub mod text;
pub mod unlock;

pub use artifact::{Batch, BatchOutcome, Pin, Sha256};
pub use aws::{
    account::{AccountId, AccountState, Candidate},
    credential::{Inventory, RootCredential},
    failure::{ErrorKind, Failure},
};
pub use ids::run::{RoundId, RunId};
pub use run::mode::Mode;
