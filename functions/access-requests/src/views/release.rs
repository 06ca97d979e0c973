//! A request to let a protected access key go.

use jiff::Timestamp;
use rootwarden_domain::{
    Sha256,
    approvals::DecisionRecord,
    ids::release::ReleaseId,
    run::release::{GOOD_FOR, KeyRelease},
};
use serde::Serialize;

/// Everything that is known of a request to release a key.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ReleaseView {
    approval_id: ReleaseId,
    asked: KeyRelease,
    plan_sha256: Sha256,
    decision: Option<DecisionRecord>,
    /// Until when somebody can decide.
    decide_before: Option<Timestamp>,
    /// Until when runs delete the key, if it was approved.
    good_until: Option<Timestamp>,
    executions: Executions,
}

/// The names of the executions that tell people of it, by their steps. One of another name tells nothing.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Executions {
    asked: String,
    decided: String,
}

impl ReleaseView {
    pub(super) fn of(asked: KeyRelease, plan_sha256: Sha256, decision: Option<DecisionRecord>) -> Self {
        let good_until = decision.as_ref().and_then(|decided| decided.at.checked_add(GOOD_FOR).ok());
        let decide_before = asked.decide_before();
        let executions =
            Executions { asked: asked.release.asked_execution(), decided: asked.release.decided_execution() };
        Self { approval_id: asked.release.clone(), asked, plan_sha256, decision, decide_before, good_until, executions }
    }
}
