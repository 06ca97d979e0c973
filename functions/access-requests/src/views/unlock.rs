//! An unlock request.

use rootwarden_domain::{
    Sha256,
    approvals::DecisionRecord,
    ids::unlock::UnlockId,
    unlock::{SignedRequest, UnlockPlan, UnlockResult, UnlockVerified},
};
use serde::Serialize;

/// Everything that is known of an unlock request. The policy's text is in it: who may ask may read it.
#[derive(Debug, Serialize)]
pub(super) struct UnlockView {
    pub(super) unlock: UnlockId,
    pub(super) request: SignedRequest,
    pub(super) plan: Option<UnlockPlan>,
    /// What a decision has to name; none as long as nobody is asked.
    pub(super) plan_sha256: Option<Sha256>,
    /// The plan for people, with the change as a diff.
    pub(super) shown: Option<String>,
    pub(super) decision: Option<DecisionRecord>,
    pub(super) result: Option<UnlockResult>,
    pub(super) verified: Option<UnlockVerified>,
}
