//! The organization as a value: what a test builds and compares, and what a world file holds.

mod account;
mod caller;
mod create_account;
mod defaults;
mod fault;
mod feature;
mod limits;
mod member_resources;
mod organization;
mod organization_policy;
mod queue_address;
mod root_credentials;
mod trail;
mod world_file;

pub use self::account::Account;
pub use self::caller::{Caller, RegisteredCaller};
pub use self::create_account::CreateAccountRequest;
pub(crate) use self::defaults::IAM_SERVICE_PRINCIPAL;
pub use self::fault::{Effect, Fault, FaultTrigger, Times};
pub use self::feature::Feature;
pub use self::limits::Limits;
pub use self::member_resources::{MemberBucket, MemberQueue};
pub use self::organization::World;
pub use self::organization_policy::{OrganizationPolicy, PolicyType};
pub(crate) use self::queue_address::QueueAddress;
pub use self::root_credentials::{AccessKey, KeyUse, LoginProfile, MfaDevice, RootCredentials, SigningCertificate};
pub use self::trail::Trail;
pub use self::world_file::WorldError;
