//! The real binary, on the simulated organization as a server: what it prints, how it ends, and what the world says of it.

#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not have")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is a failed test, also in what tests share"
)]

mod audit;
mod check;
mod delete;
mod deployment;
mod documents;
mod exemptions;
mod interrupted;
mod journal;
mod lost;
mod output;
mod page;
mod plans;
mod profiles;
mod proxies;
mod record;
mod recovery;
mod report_commands;
mod session;
mod support;
mod terminal;
mod unlock;
mod usage;
