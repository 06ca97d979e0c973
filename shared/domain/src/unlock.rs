//! Unlock requests: one bucket or queue whose policy denies everybody.
//!
//! A person asks, the policy is read and a change is planned from it, another person approves exactly that plan, and only
//! then is the policy changed. Everything in between lies in the bucket under the request's id.

mod outcome;
mod plan;
#[cfg(test)]
mod plan_tests;
mod protected;
mod request;
mod shown;
mod stored;

pub use outcome::{ApplyOutcome, PolicyState, UnlockResult, UnlockVerified, is_same_policy};
pub use plan::{Found, Opens, Planned, PlannedChange, UnlockPlan, plan};
pub use protected::{NotAPattern, ProtectedResources};
pub(crate) use request::ActionName;
pub use request::{LeaveOut, PolicyChange, SignedRequest, UnlockAction, UnlockRequest};
pub use stored::{StoredKey, StoredPolicy};
