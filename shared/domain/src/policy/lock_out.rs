//! Whom a policy keeps from changing it.

pub(super) mod analysis;
mod exception;
mod holds;
mod known;
mod left_out;
pub(super) mod locking;
mod never;
mod not_principal;
mod request;
mod verdict;
mod who;

pub use analysis::analyse;
pub use exception::{Exception, Likelihood};
pub use verdict::{Analysis, Finding, Verdict};
