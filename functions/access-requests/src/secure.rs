//! A run by hand, under the name of who asked for it.

use rootwarden_domain::selection::Request;
use rootwarden_domain::{Mode, RunId, approval::SecureAccounts, identity::Person};
use rootwarden_root_access::Started;
use serde::Serialize;
use tracing::info;

use crate::{
    AccessRequests,
    answer::NotDone,
    name::{defect, name},
};

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
        let request = secure.started_by(caller.clone());
        let run = self.run_id(&request)?;
        let started = self.secure_accounts.start(run.as_str(), &request).await?;
        info!(run.id = %run, by = %caller, reason = reason.as_str(), mode = ?request.mode, "{caller} started run {run}");
        Ok(match started {
            Started::Now => Secured::Started { run },
            Started::Before => Secured::AlreadyStarted { run },
        })
    }

    /// The same person asking for the same within the same minute names the same run, so that a double click starts one.
    fn run_id(&self, request: &Request) -> Result<RunId, NotDone> {
        // Who asked is part of the request.
        let run = name("by-hand", request, self.storage.now())?;
        Ok(run.parse().map_err(|error| defect(&error))?)
    }
}
