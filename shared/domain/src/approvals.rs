//! Approvals: two people for what one person must not decide alone.
//!
//! A run or an unlock request asks for an approval. People are shown the plan, and one of them, who did not start it, decides
//! once. The decision names the plan's SHA-256, so that it holds for that plan and no other.

mod decision;
mod request;
#[cfg(test)]
mod tests;

pub use decision::{Decision, DecisionRecord, DecisionSubject, NotCarriedOut, Refusal, Verdict, carries_out};
pub use request::{Ask, TaskToken};
