//! A simulated AWS organization, for tests and the demo; never deployed.
//!
//! No emulator serves `sts:AssumeRoot`. This crate does: a small stateful organization that speaks the wire protocols
//! of the operations this project uses, decides by the access key that signed a call, and enforces what AWS enforces
//! on root sessions. In process it is an HTTP client for the SDK ([`Simulator::sdk_config`]); as a server
//! ([`server`]) any SDK can use it. What it does not simulate stands in the crate's README.

mod access;
mod account;
mod answer;
mod authentication;
mod authorization;
mod call;
mod call_log;
mod caller;
mod clock;
mod conditions;
mod connector;
mod control;
mod create_account;
mod dispatch;
mod fault;
mod forward;
mod iam;
mod known_principals;
mod limits;
mod member_resources;
mod organizations;
mod policy;
mod policy_document;
mod policy_text;
mod principal;
mod request;
mod resource_policy;
mod s3;
pub mod server;
mod simulator;
mod sqs;
mod state;
mod states;
mod storage;
mod sts;
mod task;
mod vanish;
mod world;
mod world_file;
mod world_resources;
mod xml;

pub use access::{Access, is_allowed};
pub use account::{
    AccessKey, Account, Account as Member, KeyUse, LoginProfile, MfaDevice, RootCredentials, SigningCertificate,
};
pub use call::{Call, RootSessionOfCall};
pub use call_log::CallCounts;
pub use caller::{Caller, RegisteredCaller};
pub use connector::ConnectorFault;
pub use create_account::CreateAccountRequest;
pub use fault::{Effect, Fault, FaultTrigger, Times};
pub use limits::Limits;
pub use member_resources::{MemberBucket, MemberQueue};
pub use policy::{Policy, Statement};
pub use policy_text::PolicyText;
pub use simulator::Simulator;
pub use states::{AnsweredTask, StartedExecution, TaskAnswer};
pub use world::{Feature, World};
pub use world_file::WorldError;
