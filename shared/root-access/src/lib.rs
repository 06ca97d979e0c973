//! How Rootwarden acts on AWS: the organization, root sessions, storage, executions, and one table of errors.
//!
//! The only crate that imports `aws_sdk_*`. What to do is decided in `rootwarden-domain`; here it is done.

mod audit;
mod client;
mod deadline;
mod delete;
mod error;
mod executions;
mod journal;
mod kill_switch;
mod member;
mod organization;
mod policy;
mod records;
mod releases;
mod root_session;
mod root_user;
mod storage;

pub use aws_config::SdkConfig;

pub use audit::audit;
pub use client::load_config;
pub use deadline::Deadline;
pub use delete::{KeysAgain, LEAST_TIME, delete};
pub use error::AwsError;
pub use executions::{Answered, Executions, Started};
pub use journal::Journal;
pub use member::{MemberAccount, NotAMember};
pub use organization::{AccountList, Creation, Organization};
pub use policy::{PolicyRefusal, ResourceSession};
pub use records::Created;
pub use root_session::{Audit, Delete, RootSession, RootSessions, SessionBudget, Task, UnlockBucket, UnlockQueue};
pub use storage::{Storage, StorageError};
