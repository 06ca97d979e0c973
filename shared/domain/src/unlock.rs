//! Unlock requests: one bucket or queue whose policy denies everybody.
//!
//! A person asks, the policy is read and a change is planned from it, another person approves exactly that plan, and only
//! then is the policy changed. Everything in between lies in the bucket under the request's id.

mod current_policy;
mod force;
mod lock_out_kind;
mod outcome;
mod plan;
#[cfg(test)]
mod plan_tests;
mod planning;
mod protected;
mod request;
mod shown;
mod stored;

pub use current_policy::CurrentPolicy;
pub use force::Force;
pub use lock_out_kind::LockOutKind;
pub use outcome::{ApplyOutcome, PolicyState, UnlockResult, UnlockVerified, is_same_policy};
pub use plan::{FoundPolicy, Opens, Planned, PlannedChange, UnlockPlan, plan};
pub use protected::{PatternError, ProtectedResources};
pub use request::{ActionName, LeaveOut, PolicyChange, SignedRequest, UnlockAction, UnlockRequest};
pub use stored::{StoredKey, StoredPolicy};
