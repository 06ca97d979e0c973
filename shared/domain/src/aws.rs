//! AWS's own things: accounts, units, partitions, credentials, buckets and queues, and how AWS fails.

pub mod account;
pub mod credential;
pub mod failure;
pub mod organizational_unit;
pub mod partition;
pub mod resource;
