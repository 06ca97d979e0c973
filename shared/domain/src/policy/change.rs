//! The smallest changes that give a policy back to those who manage it.

mod edit;
mod leave_out;
mod limits;
mod narrow;

pub use leave_out::{gone_principals, leave_out};
pub use limits::exceeded_limit;
pub use narrow::{Change, Reach, drop_locking, narrow};
