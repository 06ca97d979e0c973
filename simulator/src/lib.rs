//! A simulated AWS organization, for tests and the demo; never deployed.
//!
//! No emulator serves `sts:AssumeRoot`. This crate does: a small stateful organization that speaks the wire protocols
//! of the operations this project uses, decides by the access key that signed a call, and enforces what AWS enforces
//! on root sessions. In process it is an HTTP client for the SDK ([`Simulator::sdk_config`]); as a server
//! ([`server`]) any SDK can use it. What it does not simulate stands in the crate's README.

mod clock;
mod engine;
mod identifiers;
mod policy;
pub mod server;
mod services;
mod simulator;
mod state;
mod wire;
mod world;

pub use engine::ConnectorFault;
pub use policy::{Access, Policy, PolicyText, Statement, is_allowed};
pub use simulator::Simulator;
pub use state::{AnsweredTask, Call, CallCounts, PublishedMessage, RootSessionOfCall, StartedExecution, TaskAnswer};
pub use world::{
    AccessKey, Account, Account as Member, Caller, CreateAccountRequest, Effect, Fault, FaultTrigger, Feature, KeyUse,
    Limits, LoginProfile, MemberBucket, MemberQueue, MfaDevice, OrganizationPolicy, PolicyType, RegisteredCaller,
    RootCredentials, SigningCertificate, Times, Trail, World, WorldError,
};
