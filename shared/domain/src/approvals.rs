//! Approvals: two people for what one person must not decide alone.
//!
//! A run or an unlock request asks for an approval. People are shown the plan, and one of them, who did not start it, decides
//! once. The decision names the plan's SHA-256, so that it holds for that plan and no other.

mod decision;
mod request;
#[cfg(test)]
mod tests;

pub use decision::{
    ApprovalError, Decision, DecisionError, DecisionRecord, DecisionRequest, DecisionSubject, carries_out,
};
pub use request::{ApprovalRequest, TaskToken};
