//! A simulated AWS organization, for tests and the demo; never deployed.
//!
//! No emulator serves `sts:AssumeRoot`. This crate does: a small stateful organization that speaks the wire protocols
//! of the operations this project uses, decides by the access key that signed a call, and enforces what AWS enforces
//! on root sessions. In process it is an HTTP client for the SDK ([`Simulator::sdk_config`]); as a server
//! ([`server`]) any SDK can use it. What it does not simulate stands in the crate's README.

mod clock;
mod engine {
    pub(crate) mod authentication;
    pub(crate) mod authorization;
    pub(crate) mod dispatch;
    pub(crate) mod known_principals;
    pub(crate) mod vanish;
}
mod policy {
    pub(crate) mod access;
    pub(crate) mod conditions;
    pub(crate) mod context;
    pub(crate) mod form;
    pub(crate) mod operators;
    pub(crate) mod principal;
    pub(crate) mod resource_policy;
    pub(crate) mod statement;
    pub(crate) mod task;
    #[cfg(test)]
    mod tests;
    pub(crate) mod text;
}
pub mod server;
mod services {
    pub(crate) mod iam;
    pub(crate) mod organizations;
    pub(crate) mod s3;
    pub(crate) mod sqs;
    pub(crate) mod states;
    pub(crate) mod sts;
}
mod simulator;
mod state;
mod wire {
    pub(crate) mod answer;
    pub(crate) mod request;
    pub(crate) mod xml;
}
mod world {
    pub(crate) mod account;
    pub(crate) mod caller;
    pub(crate) mod create_account;
    pub(crate) mod fault;
    pub(crate) mod member_resources;
    pub(crate) mod organization;
    pub(crate) mod resources;
    pub(crate) mod world_file;
}

pub use policy::access::{Access, is_allowed};
pub use policy::statement::{Policy, Statement};
pub use policy::text::PolicyText;
pub use services::states::{AnsweredTask, StartedExecution, TaskAnswer};
pub use simulator::Simulator;
pub use simulator::connector::ConnectorFault;
pub use state::call::{Call, RootSessionOfCall};
pub use state::call_log::CallCounts;
pub use state::limits::Limits;
pub use world::account::{
    AccessKey, Account, Account as Member, KeyUse, LoginProfile, MfaDevice, RootCredentials, SigningCertificate,
};
pub use world::caller::{Caller, RegisteredCaller};
pub use world::create_account::CreateAccountRequest;
pub use world::fault::{Effect, Fault, FaultTrigger, Times};
pub use world::member_resources::{MemberBucket, MemberQueue};
pub use world::organization::{Feature, World};
pub use world::world_file::WorldError;
