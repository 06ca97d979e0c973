//! What is told outside of the bucket: messages for people, events for other automation.

mod event_bus;
mod topic;

pub use event_bus::{Entry, EventBus, EventsError};
pub use topic::Topic;
