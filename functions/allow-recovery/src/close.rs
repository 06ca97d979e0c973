//! Closes a window: at its end, before it, or because nothing could be allowed.

use rootwarden_aws::{Clock, CurrentWindow, Recoveries};
use rootwarden_domain::{
    AccountId, Pin,
    ids::recovery::RecoveryId,
    recovery::{Closing, RecoveryAction, RecoveryWindow, SignedRecovery, WindowObject},
    text::{input::InputError, line::one_line},
};
use rootwarden_lambda::FunctionError;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::request::Requests;

/// Why the state machine closes a window that its own request opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CloseCause {
    /// Its end has come, or the request is to end it.
    End,
    /// Recovery could not be allowed, or nobody knows whether it was.
    NotAllowed,
}

/// What the state machine goes on with.
#[derive(Debug, Serialize)]
pub struct Closed {
    outcome: Outcome,
    summary: String,
    account: AccountId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// It is over; what was made in it has to go.
    Closed,
    /// It is over, and it is proven already that nothing is left of it.
    Settled,
    /// It is open for a while yet: whoever waits for its end came too early.
    NotYet,
    /// Another request has the window now, and will close it.
    Superseded,
    NothingToClose,
}

/// The step that closes a window.
#[derive(Debug)]
pub(crate) struct Closer {
    pub(crate) requests: Requests,
    pub(crate) recoveries: Recoveries,
    pub(crate) clock: Clock,
}

impl Closer {
    pub(crate) async fn close(
        &self,
        recovery: &RecoveryId,
        pin: &Pin,
        cause: CloseCause,
    ) -> Result<Closed, FunctionError> {
        let signed = self.requests.read(recovery, pin).await?;
        let account = signed.request.account;
        let current = self.recoveries.current(account).await?;
        let (outcome, summary) = self.close_current(&signed, current, cause).await?;
        info!(account.id = %account, recovery.id = %recovery, "{summary}");
        Ok(Closed { outcome, summary, account })
    }

    async fn close_current(
        &self,
        signed: &SignedRecovery,
        current: CurrentWindow,
        cause: CloseCause,
    ) -> Result<(Outcome, String), FunctionError> {
        let account = signed.request.account;
        let window = match (&current.object, signed.request.action) {
            (None, _) => return Ok((Outcome::NothingToClose, format!("Account {account} has no recovery window."))),
            (Some(WindowObject::Readable(window)), _) => window.as_ref().clone(),
            (Some(WindowObject::Unreadable(_)), RecoveryAction::End) => self.in_place_of_unreadable(signed),
            (Some(WindowObject::Unreadable(why)), RecoveryAction::Allow { .. } | RecoveryAction::Extend { .. }) => {
                let why = format!("the window of account {account} cannot be read ({why}): ask for `end-recovery`");
                return Err(InputError::new("window", why).into());
            }
        };
        let is_own = match signed.request.action {
            RecoveryAction::Allow { .. } | RecoveryAction::Extend { .. } => window.recovery == signed.recovery,
            RecoveryAction::End => true,
        };
        if !is_own {
            let other = &window.recovery;
            return Ok((Outcome::Superseded, format!("`{other}` has the recovery window of account {account} now.")));
        }
        if window.settled.is_some() && cause == CloseCause::NotAllowed {
            return self.open_question(current, window).await;
        }
        if window.settled.is_some() {
            let what = format!("Nothing is left of the recovery window of account {account}, which is proven already.");
            return Ok((Outcome::Settled, what));
        }
        if waits_for_the_end(signed, cause) && window.closed.is_none() && window.is_open(self.clock.now()) {
            // INVARIANT: the window says when it ends, by this function's clock, and not who wakes up first.
            let until = window.until;
            return Ok((Outcome::NotYet, format!("The recovery window of account {account} is open until {until}.")));
        }
        let closed = match window.closed {
            Some(_) => window,
            None => self.write_closed(current, window, because(signed, cause)).await?,
        };
        let why = closed.closed.as_ref().map_or("", |closed| closed.because.as_str());
        Ok((
            Outcome::Closed,
            format!("The recovery window of account {account} was closed at {} ({why}).", closed.end()),
        ))
    }

    /// INVARIANT: what proved that nothing was left came before whatever allowing has done or not, so that it proves nothing any
    /// more: the closing run of this request follows.
    async fn open_question(
        &self,
        current: CurrentWindow,
        window: RecoveryWindow,
    ) -> Result<(Outcome, String), FunctionError> {
        let (account, end) = (window.account, window.end());
        self.recoveries.replace(current, &RecoveryWindow { settled: None, ..window }).await?;
        let what = format!(
            "The recovery window of account {account} was closed at {end} already, while recovery was being allowed: it is looked at again."
        );
        Ok((Outcome::Closed, what))
    }

    async fn write_closed(
        &self,
        current: CurrentWindow,
        window: RecoveryWindow,
        because: String,
    ) -> Result<RecoveryWindow, FunctionError> {
        let closed = RecoveryWindow { closed: Some(Closing { at: self.clock.now(), because }), ..window };
        self.recoveries.replace(current, &closed).await?;
        Ok(closed)
    }

    /// A window of no time, under the name of who ends what cannot be read. Nothing was created within it, so that it excepts
    /// nothing from the protection of keys.
    fn in_place_of_unreadable(&self, signed: &SignedRecovery) -> RecoveryWindow {
        let SignedRecovery { recovery, request, requested_by, requested_at: _ } = signed;
        let now = self.clock.now();
        RecoveryWindow {
            recovery: recovery.clone(),
            account: request.account,
            requested_by: requested_by.clone(),
            approved_by: requested_by.clone(),
            reason: request.reason.clone(),
            ticket: request.ticket.clone(),
            from: now,
            until: now,
            closed: None,
            settled: None,
        }
    }
}

fn waits_for_the_end(signed: &SignedRecovery, cause: CloseCause) -> bool {
    match (signed.request.action, cause) {
        (RecoveryAction::Allow { .. } | RecoveryAction::Extend { .. }, CloseCause::End) => true,
        (RecoveryAction::Allow { .. } | RecoveryAction::Extend { .. }, CloseCause::NotAllowed)
        | (RecoveryAction::End, _) => false,
    }
}

fn because(signed: &SignedRecovery, cause: CloseCause) -> String {
    let SignedRecovery { recovery, request, requested_by, requested_at: _ } = signed;
    match (request.action, cause) {
        (RecoveryAction::End, _) => {
            format!("`{requested_by}` has ended it with `{recovery}`: {}", one_line(request.reason.as_str()))
        }
        (RecoveryAction::Allow { .. } | RecoveryAction::Extend { .. }, CloseCause::End) => "its end".to_owned(),
        (RecoveryAction::Allow { .. } | RecoveryAction::Extend { .. }, CloseCause::NotAllowed) => {
            "recovery could not be allowed".to_owned()
        }
    }
}
