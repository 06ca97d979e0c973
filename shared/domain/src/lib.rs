//! What Rootwarden decides: which accounts are looked at, what goes, and what is said of it afterwards.
//!
//! Pure and synchronous: no AWS type, no clock, no environment, so every decision is tested in milliseconds.
//! What acts on AWS lies in `rootwarden-root-access`.

pub mod account;
pub mod approval;
pub mod artifact;
pub mod audit;
pub mod credential;
pub mod deletion;
pub mod event;
pub mod exemption;
pub mod failure;
pub mod guard;
pub mod identity;
pub mod input;
mod line;
pub mod mode;
pub mod organizational_unit;
pub mod partition;
pub mod plan;
pub mod release;
pub mod report;
pub mod resource_policy;
pub mod round;
pub mod run;
pub mod selection;
mod text;
pub mod unlock;

pub use account::{AccountId, AccountState, Candidate};
pub use artifact::{Batch, BatchOutcome, Pin, Sha256};
pub use credential::{Inventory, RootCredential};
pub use failure::{ErrorKind, Failure};
pub use mode::Mode;
pub use run::RunId;
