//! Whether a window is opened, and how long it lasts. Pure: what lies in the bucket comes in, a window or a refusal comes out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    request::{RecoveryAction, RecoveryRequest, SignedRecovery},
    window::RecoveryWindow,
};
use crate::{ids::recovery::RecoveryId, people::Person};

/// Why no window is opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    #[error("recovery is allowed already until {until}, by `{recovery}`: ask for `extend-recovery` instead")]
    AlreadyOpen { until: Timestamp, recovery: RecoveryId },
    #[error("no window is open that could be extended: ask for `allow-recovery`")]
    NothingToExtend,
    #[error("the window is open until {until} already, and would end at {asked}: ask for a longer duration")]
    NotLonger { until: Timestamp, asked: Timestamp },
    #[error("the request is to end a window, not to open one")]
    NotAnOpening,
    #[error("the request has opened its window at {0} already, and a request opens one window: ask anew")]
    OpenedBefore(Timestamp),
    #[error("the time of its end cannot be told")]
    NoEnd,
}

/// Whether what is asked for could be carried out right now, `current` being the account's window: to say no before anybody
/// is asked for an approval.
///
/// # Errors
/// Why not.
pub fn may_be_asked(
    request: &RecoveryRequest,
    current: Option<&RecoveryWindow>,
    now: Timestamp,
) -> Result<(), OpeningError> {
    until_of(request, current, now).map(drop)
}

/// A window as a request opened it, and what lay at its place before. Written once for a request.
///
/// INVARIANT (I12): an approval serves once: what a request has opened is not opened again after anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    pub window: RecoveryWindow,
    /// The request whose window lay there; none if there was none.
    after: Option<RecoveryId>,
}

impl Opening {
    /// The window of an approved request, from `now` on.
    ///
    /// # Errors
    /// Why none is opened.
    pub fn of(
        signed: &SignedRecovery,
        approved_by: &Person,
        current: Option<&RecoveryWindow>,
        now: Timestamp,
    ) -> Result<Self, OpeningError> {
        let SignedRecovery { recovery, request, requested_by, requested_at: _ } = signed;
        let until = until_of(request, current, now)?;
        // Why: what was made in a window that is extended, or not settled yet, was made while recovery was allowed.
        let from = current.filter(|window| window.settled.is_none()).map_or(now, |window| window.from);
        let window = RecoveryWindow {
            recovery: recovery.clone(),
            account: request.account,
            requested_by: requested_by.clone(),
            approved_by: approved_by.clone(),
            reason: request.reason.clone(),
            ticket: request.ticket.clone(),
            from,
            until,
            closed: None,
            settled: None,
        };
        Ok(Self { window, after: current.map(|window| window.recovery.clone()) })
    }

    /// Whether `window` is the one that was opened, whatever became of it since: closed, or settled.
    #[must_use]
    pub fn is_of(&self, window: &RecoveryWindow) -> bool {
        self.window == RecoveryWindow { closed: None, settled: None, ..window.clone() }
    }

    /// The window, if it may be written again by an attempt after one that was cut off.
    ///
    /// # Errors
    /// Something else lies at its place since, or it has ended.
    pub fn again(self, current: Option<&RecoveryWindow>, now: Timestamp) -> Result<RecoveryWindow, OpeningError> {
        let Self { window, after } = self;
        if current.map(|current| &current.recovery) == after.as_ref() && window.is_open(now) {
            return Ok(window);
        }
        Err(OpeningError::OpenedBefore(window.from))
    }
}

fn until_of(
    request: &RecoveryRequest,
    current: Option<&RecoveryWindow>,
    now: Timestamp,
) -> Result<Timestamp, OpeningError> {
    let open = current.filter(|window| window.is_open(now));
    let duration = request.action.duration().ok_or(OpeningError::NotAnOpening)?;
    let asked = now.checked_add(duration.length()).map_err(|_| OpeningError::NoEnd)?;
    match (request.action, open) {
        (RecoveryAction::Allow { .. }, None) => Ok(asked),
        (RecoveryAction::Allow { .. }, Some(window)) => {
            Err(OpeningError::AlreadyOpen { until: window.end(), recovery: window.recovery.clone() })
        }
        (RecoveryAction::Extend { .. }, None) => Err(OpeningError::NothingToExtend),
        (RecoveryAction::Extend { .. }, Some(window)) if asked > window.end() => Ok(asked),
        (RecoveryAction::Extend { .. }, Some(window)) => Err(OpeningError::NotLonger { until: window.end(), asked }),
        (RecoveryAction::End, _) => Err(OpeningError::NotAnOpening),
    }
}
