//! Root password recovery, for a while: what is asked, the window that it opens, and when that window ends.

mod backing;
mod duration;
mod opening;
mod partitions;
mod request;
mod window;
mod windows;

pub use backing::{APPROVAL_IS_GOOD_FOR, Backing, BackingError};
pub use duration::{DurationLimits, WindowDuration};
pub use opening::{Opening, OpeningError, may_be_asked};
pub use partitions::{PartitionError, require_partition};
pub use request::{RecoveryAction, RecoveryRequest, SignedRecovery};
pub use window::{Closing, RecoveryWindow, Settlement};
pub use windows::{RecoveryWindows, WindowObject};

#[cfg(test)]
mod tests;
