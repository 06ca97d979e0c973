//! Whom a policy keeps from changing it.

pub(super) mod analysis;
mod excepted;
mod exception;
mod holds;
mod known;
mod locked_out;
pub(super) mod locking;
mod never;
mod not_principal;
mod request;
mod who;

pub use analysis::analyse;
pub use exception::{Exception, Likelihood};
pub use locked_out::{Analysis, LockOut, StatementFinding};
