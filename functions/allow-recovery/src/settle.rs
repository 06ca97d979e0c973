//! Reads what the closing run did, and writes down that nothing is left of a window, if its report proves it.

use rootwarden_aws::{Clock, Recoveries, Storage};
use rootwarden_domain::{
    AccountId, ErrorKind, Pin, RoundId, RunId,
    ids::recovery::{RecoveryId, window_key},
    recovery::{RecoveryAction, RecoveryWindow, Settlement, SignedRecovery},
    run::{
        deletion::{DeletionStep, StepOutcome},
        report::{AccountReport, Report, Status},
        selection::Ineligible,
    },
};
use rootwarden_lambda::FunctionError;
use serde::Serialize;
use tracing::{error, info};

use crate::request::Requests;

/// What the state machine ends with.
#[derive(Debug, Serialize)]
pub struct Settled {
    outcome: Outcome,
    /// What was deleted, and where the evidence lies; or why the account is kept open.
    summary: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Settled,
    NotSettled,
    /// Recovery is allowed again, by another request.
    Superseded,
}

/// The step that reads the proof.
#[derive(Debug)]
pub(crate) struct Settler {
    pub(crate) requests: Requests,
    pub(crate) recoveries: Recoveries,
    pub(crate) storage: Storage,
    pub(crate) clock: Clock,
}

impl Settler {
    /// INVARIANT (I3): the proof is the report of the run that was started for this request after the end, in which AWS called
    /// the account clean.
    pub(crate) async fn settle(&self, recovery: &RecoveryId, pin: &Pin) -> Result<Settled, FunctionError> {
        let signed = self.requests.read(recovery, pin).await?;
        let account = signed.request.account;
        let run = closing_run(recovery)?;
        let current = self.recoveries.current(account).await?;
        let is_open = |window: &RecoveryWindow| window.is_open(self.clock.now());
        let window = match current.readable() {
            None => return Ok(gone(account)),
            Some(window) if is_another(&signed, window, is_open(window)) => {
                let summary = format!("Account {account} has another recovery window now: `{}`.", window.recovery);
                return Ok(Settled { outcome: Outcome::Superseded, summary });
            }
            Some(window) if is_open(window) => return Ok(not_settled(account, window, "its window is open again")),
            Some(window) => window.clone(),
        };
        let Some((report_pin, report)) = self.last_report(&run).await? else {
            return Ok(not_settled(account, &window, &format!("the run `{run}` left no report")));
        };
        let Some(AccountReport { status, .. }) = report.accounts.get(&account) else {
            return Ok(not_settled(account, &window, &format!("the report of run `{run}` does not name it")));
        };
        let steps = match status {
            Status::Ineligible(reason) => return Ok(out_of_reach(account, &window, reason)),
            Status::Clean => &[][..],
            Status::Cleaned { steps } => steps.as_slice(),
            Status::Found { .. }
            | Status::Exempt { .. }
            | Status::Protected { .. }
            | Status::Unknown(_)
            | Status::Failed { .. }
            | Status::Excluded { .. }
            | Status::NotApproved { .. }
            | Status::Paused { .. } => {
                let kept = report.kept_open.get(&account);
                let why = kept.map_or_else(|| format!("run `{run}` did not see it clean"), |kept| kept.because.clone());
                return Ok(not_settled(account, &window, &why));
            }
        };
        let summary = proof(account, &window, steps, &report_pin);
        if window.settled.is_none() {
            let settled = Some(Settlement { at: self.clock.now(), run, report: report_pin });
            self.recoveries.replace(current, &RecoveryWindow { settled, ..window }).await?;
        }
        info!(account.id = %account, recovery.id = %recovery, "{summary}");
        Ok(Settled { outcome: Outcome::Settled, summary })
    }

    /// The report of the run's last round.
    async fn last_report(&self, run: &RunId) -> Result<Option<(Pin, Report)>, FunctionError> {
        let keys = self.storage.list(&run.report_prefix()).await?;
        let Some(round) = keys.iter().filter_map(|key| run.round_of_report(key)).max() else { return Ok(None) };
        let found = self.storage.find_pinned::<Report>(&RoundId::new(run.clone(), round).report_key()).await?;
        Ok(found.filter(|(_, report)| report.run == *run))
    }
}

/// Named after the request, so that no other run stands for it; the state machine names it alike.
fn closing_run(recovery: &RecoveryId) -> Result<RunId, FunctionError> {
    let name = format!("closing-{recovery}");
    name.parse().map_err(|error| FunctionError::new(ErrorKind::Defect, format!("cannot name the closing run: {error}")))
}

/// Whether the window is none that this request has closed.
fn is_another(signed: &SignedRecovery, window: &RecoveryWindow, is_open: bool) -> bool {
    match signed.request.action {
        RecoveryAction::Allow { .. } | RecoveryAction::Extend { .. } => window.recovery != signed.recovery,
        RecoveryAction::End => is_open,
    }
}

/// Somebody has written over the window since it was closed.
fn gone(account: AccountId) -> Settled {
    let summary = format!(
        "The recovery window of account {account} cannot be read any more, so that nothing could be proven: find out who wrote \
         `{}`, then ask for `end-recovery`.",
        window_key(account)
    );
    error!(account.id = %account, "{summary}");
    Settled { outcome: Outcome::NotSettled, summary }
}

fn not_settled(account: AccountId, window: &RecoveryWindow, why: &str) -> Settled {
    let summary = format!(
        "Account {account} is kept open after the end of its recovery window ({}): {why}. Every run reports it until one sees it \
         clean; mend the cause, then ask for `end-recovery`.",
        window.end()
    );
    error!(account.id = %account, recovery.id = %window.recovery, "{summary}");
    Settled { outcome: Outcome::NotSettled, summary }
}

/// Neither this nor another run can do anything about it.
fn out_of_reach(account: AccountId, window: &RecoveryWindow, reason: &Ineligible) -> Settled {
    let summary = format!(
        "Account {account} is out of reach after the end of its recovery window ({}): it is {reason}, so that nothing could be deleted \
         there. No further run reports it. If it comes back, ask for `end-recovery`.",
        window.end()
    );
    error!(account.id = %account, recovery.id = %window.recovery, "{summary}");
    Settled { outcome: Outcome::NotSettled, summary }
}

fn proof(account: AccountId, window: &RecoveryWindow, steps: &[DeletionStep], report: &Pin) -> String {
    let gone = steps.iter().filter_map(|step| match &step.outcome {
        StepOutcome::Deleted => Some(step.credential.to_string()),
        StepOutcome::AlreadyAbsent => Some(format!("{} (gone before)", step.credential)),
        StepOutcome::Unconfirmed(_) | StepOutcome::Failed(_) | StepOutcome::NotAttempted(_) => None,
    });
    let gone: Vec<String> = gone.collect();
    let gone = if gone.is_empty() {
        "Nothing was there to delete".to_owned()
    } else {
        format!("Deleted: {}", gone.join(", "))
    };
    format!(
        "The recovery window of account {account} is over ({}). {gone}. AWS shows no root credential there any more. Evidence: {} (version \
         {}, SHA-256 {}).",
        window.end(),
        report.key,
        report.version_id,
        report.sha256
    )
}
