//! Starts runs by hand, under the name of who asked for them.

use rootwarden_aws::{Clock, Executions, StartOutcome, StartedRun};
use rootwarden_domain::{Mode, RunId, people::Person, requests::SecureAccounts, run::selection::Selection};
use tracing::info;

use crate::{
    answer::RequestError,
    request_name::{EXECUTION_DIGITS, RequestName},
};

/// What the names of runs by hand begin with.
const BY_HAND: &str = "by-hand";

/// The same over the whole organization. There is one at a time: each lists the organization and audits every account, at
/// rates that AWS grants once.
const BY_HAND_ALL: &str = "by-hand-all";

/// The runs of the state machine `secure-accounts`.
#[derive(Debug)]
pub(crate) struct Runs {
    pub(crate) executions: Executions,
    pub(crate) deployed_mode: Mode,
    pub(crate) clock: Clock,
}

impl Runs {
    pub(crate) async fn start(
        &self,
        caller: &Person,
        secure: SecureAccounts,
    ) -> Result<StartOutcome<StartedRun>, RequestError> {
        Mode::of_run(secure.mode, self.deployed_mode)?;
        let reason = secure.reason.clone();
        let request = secure.started_by(caller.clone()).without_duplicates();
        request.check()?;
        let is_of_all = request.selection == Selection::All;
        // Who asked is part of the request.
        let name = RequestName::of(&request, self.clock.now())?;
        let run: RunId = name.with_prefix(if is_of_all { BY_HAND_ALL } else { BY_HAND }, EXECUTION_DIGITS)?;
        // Why not stricter: the list is a moment behind, so two people within the same second may both get through. That is
        // one run too many, and no more.
        if is_of_all && let Some(other) = self.executions.running(BY_HAND_ALL, run.as_str()).await? {
            return Err(RequestError::OneAtATime(other));
        }
        let started = self.executions.start(run.as_str(), &request).await?;
        info!(run.id = %run, by = %caller, reason = reason.as_str(), mode = ?request.mode, "{caller} started run {run}");
        Ok(StartOutcome::of(started, StartedRun { run }))
    }
}
