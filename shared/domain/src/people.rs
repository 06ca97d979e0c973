//! Who asks, starts and decides, and in what words.

mod identity;
mod started_by;
mod words;

pub use identity::{People, Person, PersonError, PersonKinds, PersonRole};
pub use started_by::StartedBy;
pub use words::{Reason, Ticket};
