//! Unlock requests: one bucket or queue whose policy denies everybody.

mod resource;

pub use resource::{BucketName, Queue, Resource};
