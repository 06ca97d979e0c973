//! What is told outside of the bucket: messages for people, events for other automation.

mod event_bus;
pub mod security_hub;
mod topic;

pub use event_bus::{Entry, EventBus, EventsError};
pub use security_hub::{Imported, SecurityHub};
pub use topic::Topic;
