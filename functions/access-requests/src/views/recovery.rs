//! A request to allow root password recovery for a while, to extend that, or to end it.

use rootwarden_domain::{
    Sha256,
    approvals::DecisionRecord,
    ids::recovery::RecoveryId,
    recovery::{Opening, RecoveryWindow, SignedRecovery},
};
use serde::Serialize;

/// Everything that is known of a recovery request.
#[derive(Debug, Serialize)]
pub(super) struct RecoveryView {
    pub(super) recovery: RecoveryId,
    pub(super) asked: SignedRecovery,
    pub(super) plan_sha256: Sha256,
    pub(super) decision: Option<DecisionRecord>,
    /// The window as this request opened it.
    pub(super) opened: Option<Opening>,
    /// The account's window as it is now, whichever request it is of.
    pub(super) window: Option<RecoveryWindow>,
}
