//! Policy analysis held against the simulator's evaluator, over generated policies.
//!
//! The domain decides from a policy's text who is locked out and what may change; the evaluator answers single requests and
//! was written apart from it. Here the two have to agree.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic here is a failed test")]

mod captured;
mod generated;
mod properties;
mod requests;
