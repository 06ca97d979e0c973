//! How Rootwarden acts on AWS: the organization, root sessions, storage, executions, and one table of errors.
//!
//! The only crate that imports `aws_sdk_*`. What to do is decided in `rootwarden-domain`; here it is done.

// Lowest first: each imports those above it alone.
/// The project's bucket, and what lies in it.
mod bucket;
/// What every client has in common: bounds, the clock, the deadline, and one table of errors.
mod client;
/// Starting executions, and answering those that wait.
mod executions;
/// AWS Organizations: who is in it, and who may be changed.
mod organization;
/// Sessions as the root user of one member account, and what is done with them.
mod root_session;

pub use aws_config::SdkConfig;

pub use bucket::{
    ExemptionReader, Journal, Journals, PauseSwitch, ReleaseReader, Storage, StorageError, WorkerResults,
};
pub use client::{AwsError, Clock, Deadline, Done, load_config};
pub use executions::{Answered, Executions, TaskAnswers};
pub use organization::{AccountList, Creation, MemberAccount, NotAMember, Organization, OrganizationLists};
pub use root_session::{
    Audit, Delete, KeysAgain, LEAST_TIME, PolicyRefusal, ResourceSession, RootSession, RootSessions, SessionBudget,
    Task, UnlockBucket, UnlockQueue, audit, delete,
};
