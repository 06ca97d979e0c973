//! How Rootwarden acts on AWS: the organization, root sessions, storage, executions, and one table of errors.
//!
//! The only crate that imports `aws_sdk_*`. What to do is decided in `rootwarden-domain`; here it is done.
//!
//! Its folders, lowest first; each imports only those before it:
//! - `client`: what every client has in common – bounds, the clock, the deadline, the errors;
//! - `caller`: who signs the calls;
//! - `bucket`: the project's bucket, and a reader for each kind of object in it;
//! - `executions`: starting executions, and answering those that wait;
//! - `centralized_access`: which features of root access the organization has on, and switching them on;
//! - `custom_resource`: the answers that CloudFormation waits for;
//! - `deployment`: a deployment as people reach it, for the command line alone;
//! - `organization`: who is in the organization, and who may be changed;
//! - `preflight`: what a run looks at in its own account first;
//! - `root_session`: sessions as the root user of a member account, and what is done with them;
//! - `telling`: what is told outside of the bucket: messages for people, events for other automation.

mod bucket;
mod caller;
mod centralized_access;
mod client;
mod custom_resource;
#[cfg(feature = "profiles")]
mod deployment;
mod executions;
mod organization;
mod preflight;
mod root_session;
mod telling;

pub use aws_config::SdkConfig;

pub use bucket::{
    CurrentExemption, CurrentWindow, Exempting, ExemptionReader, Journal, JournalKeeper, Journals, PauseSwitch,
    ReadRecorder, Recoveries, ReleaseReader, Storage, StorageError, WorkerResults,
};
pub use caller::CallerIdentity;
pub use centralized_access::{Feature, RootAccess};
#[cfg(feature = "profiles")]
pub use client::{
    AccessOptions, PersonProfile, SignIn, WireAnswer, WireRecorder, load_config_of_person, profiles_of_person,
    service_endpoints, sts_endpoint,
};
pub use client::{AwsError, CallRecorder, Clock, Deadline, Done, load_config};
pub use custom_resource::{CustomResourceAnswers, ResponseUrl};
#[cfg(feature = "profiles")]
pub use deployment::{DeployedStack, FunctionUrl, UrlAnswer};
pub use executions::{
    Answered, EndedExecution, ExecutionState, Executions, ListedExecution, StartOutcome, StartedRun, TaskAnswers,
};
pub use organization::{
    AccountList, Creation, FurtherFeatures, MemberAccount, MembershipError, Organization, OrganizationIdentity,
    OrganizationLists, OrganizationPolicies, PolicyReading, named_accounts,
};
pub use preflight::{Concurrency, Trails};
pub use root_session::{
    AllowRecovery, Audit, Delete, KeysAgain, LEAST_TIME, PolicyWriteError, RecoveryAllowed, ResourceSession,
    RootSession, RootSessions, SessionBudget, Task, UnlockBucket, UnlockQueue, allow_recovery, audit, delete,
};
#[cfg(feature = "profiles")]
pub use root_session::{SessionCredentials, read_everything};
pub use telling::{Entry, EventBus, EventsError, Imported, SecurityHub, Topic, security_hub};
