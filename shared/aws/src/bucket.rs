//! The project's bucket: what lies in it, each kind with a reader of its own.

mod error;
mod exemptions;
mod journal;
mod journals;
mod object;
mod pause;
mod read_recorder;
mod recoveries;
mod releases;
mod results;
mod storage;

pub use error::StorageError;
pub use exemptions::{CurrentExemption, Exempting, ExemptionReader};
pub(crate) use journal::LONGEST_WRITE;
pub use journal::{Journal, JournalKeeper};
pub use journals::Journals;
pub use pause::PauseSwitch;
pub use read_recorder::ReadRecorder;
pub use recoveries::{CurrentWindow, Recoveries};
pub use releases::ReleaseReader;
pub use results::WorkerResults;
pub use storage::Storage;
