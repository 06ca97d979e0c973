//! The project's bucket: what lies in it, each kind with a reader of its own.

mod journal;
mod pause;
mod records;
mod releases;
mod storage;

pub use journal::Journal;
pub(crate) use journal::LONGEST_WRITE;
pub use records::Created;
pub use storage::{Storage, StorageError};
