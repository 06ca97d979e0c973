//! The real binary, on the simulated organization as a server: what it prints, how it ends, and what the world says of it.

#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not have")]

mod audit;
mod check;
mod delete;
mod interrupted;
mod lost;
mod output;
mod plans;
mod profiles;
mod session;
mod support;
mod terminal;
mod usage;
