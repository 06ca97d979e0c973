//! What a window rests on: three other objects, of two other writers. A window that does not rest on them is none.

use jiff::{SignedDuration, Timestamp};

use super::{
    opening::Opening,
    request::{RecoveryAction, SignedRecovery},
    window::RecoveryWindow,
};
use crate::{
    Pin,
    approvals::{ApprovalError, DecisionRecord, carries_out},
    ids::approval::ApprovalId,
};

/// For how long an approval opens a window. It is meant to do so at once.
pub const APPROVAL_IS_GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);

/// What lies beside a window's request.
#[derive(Debug, Clone, Default)]
pub struct Backing {
    /// What was asked for, and the pin of it as it lies there.
    pub asked: Option<(Pin, SignedRecovery)>,
    pub decided: Option<DecisionRecord>,
    pub opened: Option<Opening>,
}

/// Why a window is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackingError {
    #[error("nobody has asked for it")]
    NotAsked,
    #[error("somebody else asked for it, or for something else")]
    AskedOtherwise,
    #[error(transparent)]
    NotApproved(#[from] ApprovalError),
    #[error("somebody else approved it")]
    ApprovedByAnother,
    #[error("it ends later than was approved")]
    EndsTooLate,
    #[error("its request did not open it so")]
    OpenedOtherwise,
}

impl Backing {
    /// Whether `window` is what two people have asked for and approved, and what its request opened.
    ///
    /// INVARIANT (I12): whoever can write windows and nothing else can neither keep an account open, nor lift the guard or the
    /// protection of keys: requests and decisions have other writers.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, window: &RecoveryWindow) -> Result<(), BackingError> {
        let (pin, signed) = self.asked.as_ref().ok_or(BackingError::NotAsked)?;
        let is_as_asked = signed.is_of(&window.recovery)
            && (signed.request.account, &signed.requested_by) == (window.account, &window.requested_by);
        if !is_as_asked {
            return Err(BackingError::AskedOtherwise);
        }
        match signed.request.action {
            // In the place of one that could not be read: it was never open, and excepts nothing.
            RecoveryAction::End if window.was_ever_open() => Err(BackingError::OpenedOtherwise),
            RecoveryAction::End => Ok(()),
            RecoveryAction::Allow { duration } | RecoveryAction::Extend { duration } => {
                let id = ApprovalId::Recovery(window.recovery.clone());
                carries_out(pin, &id, Some(&signed.started_by()), self.decided.as_ref())?;
                let decided = self.decided.as_ref().filter(|decided| decided.by == window.approved_by);
                let decided = decided.ok_or(BackingError::ApprovedByAnother)?;
                if latest_end(decided.at, duration.length()).is_none_or(|latest| window.until > latest) {
                    return Err(BackingError::EndsTooLate);
                }
                let is_as_opened = self.opened.as_ref().is_some_and(|opened| opened.is_of(window));
                if is_as_opened { Ok(()) } else { Err(BackingError::OpenedOtherwise) }
            }
        }
    }
}

fn latest_end(approved_at: Timestamp, duration: SignedDuration) -> Option<Timestamp> {
    approved_at.checked_add(APPROVAL_IS_GOOD_FOR).ok()?.checked_add(duration).ok()
}
