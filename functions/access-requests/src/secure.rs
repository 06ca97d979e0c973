//! A run by hand, under the name of who asked for it.

use rootwarden_domain::run::selection::{Request, Selection};
use rootwarden_domain::{Mode, RunId, people::Person, requests::SecureAccounts};
use rootwarden_root_access::Done;
use serde::Serialize;
use tracing::info;

use crate::{
    AccessRequests,
    answer::NotDone,
    name::{defect, name},
};

/// What the names of runs by hand over the whole organization begin with. There is one at a time: each lists the organization
/// and audits every account, at rates that AWS grants once.
const WHOLE: &str = "by-hand-all";

/// What became of the request.
#[derive(Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Secured {
    Started {
        run: RunId,
    },
    /// The same was asked for before, within the same minute.
    AlreadyStarted {
        run: RunId,
    },
}

impl AccessRequests {
    pub(crate) async fn secure(&self, caller: &Person, secure: SecureAccounts) -> Result<Secured, NotDone> {
        Mode::of_run(secure.mode, self.deployed_mode)?;
        let reason = secure.reason.clone();
        let request = secure.started_by(caller.clone()).without_duplicates();
        request.check()?;
        let whole = request.selection == Selection::All;
        let run = self.run_id(if whole { WHOLE } else { "by-hand" }, &request)?;
        // Two people within the same second may both get through, since the list is a moment behind: one run too many, and no more.
        if whole && let Some(other) = self.secure_accounts.running(WHOLE, run.as_str()).await? {
            return Err(NotDone::OneAtATime(other));
        }
        let started = self.secure_accounts.start(run.as_str(), &request).await?;
        info!(run.id = %run, by = %caller, reason = reason.as_str(), mode = ?request.mode, "{caller} started run {run}");
        Ok(match started {
            Done::Now => Secured::Started { run },
            Done::Already => Secured::AlreadyStarted { run },
        })
    }

    /// The same person asking for the same within the same minute names the same run, so that a double click starts one.
    fn run_id(&self, what: &str, request: &Request) -> Result<RunId, NotDone> {
        // Who asked is part of the request.
        let run = name(what, request, self.clock.now())?;
        Ok(run.parse().map_err(|error| defect(&error))?)
    }
}
