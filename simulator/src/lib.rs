//! A simulated AWS organization, for tests and the demo; never deployed.
//!
//! No emulator serves `sts:AssumeRoot`. This crate does: a small stateful organization that speaks the wire protocols
//! of the operations this project uses, decides by the access key that signed a call, and enforces what AWS enforces
//! on root sessions. In process it is an HTTP client for the SDK ([`Simulator::sdk_config`]); as a server
//! ([`server`]) any SDK can use it. What it does not simulate stands in the crate's README.

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
mod limits;
mod organizations;
mod policy;
mod request;
mod s3;
pub mod server;
mod simulator;
mod state;
mod states;
mod storage;
mod sts;
mod task;
mod vanish;
mod world;
mod world_file;
mod xml;

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
pub use policy::{Policy, Statement};
pub use simulator::Simulator;
pub use states::{AnsweredTask, StartedExecution, TaskAnswer};
pub use world::{Feature, World};
pub use world_file::WorldError;
