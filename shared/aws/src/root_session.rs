//! Privileged sessions in one member account, typed by what AWS lets them do, and what is done with them.

mod audit;
#[cfg(feature = "profiles")]
mod credentials;
mod delete;
mod policy;
mod recovery;
mod root_user;
mod session;
mod sessions;
mod task;

pub use audit::audit;
#[cfg(feature = "profiles")]
pub use audit::read_everything;
#[cfg(feature = "profiles")]
pub use credentials::SessionCredentials;
pub use delete::{KeysAgain, LEAST_TIME, delete};
pub use policy::{PolicyWriteError, ResourceSession};
pub use recovery::{RecoveryAllowed, allow_recovery};
pub use session::RootSession;
pub use sessions::{RootSessions, SessionBudget};
pub use task::{AllowRecovery, Audit, Delete, Task, UnlockBucket, UnlockQueue};
