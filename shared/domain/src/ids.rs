//! What runs, unlock and recovery requests, releases and approvals are called, and where their objects lie in the bucket.

pub mod approval;
pub mod recovery;
pub mod release;
pub mod run;
pub mod unlock;
