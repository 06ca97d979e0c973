//! What the functions do to the simulated organization, asserted on its world and its call log.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic here is a failed test")]

mod access_requests;
mod account_joined;
mod bad_input;
mod failures;
mod invariants;
mod organization;
mod promises;
mod secrets;
mod secure_accounts;
mod sweep;
mod tampering;
mod unlock;
