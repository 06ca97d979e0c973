//! Deletes the planned root credentials of a batch of accounts, reads again, and tells each step.

mod account_check;
mod account_deletion;
mod again;
mod checks;
mod output;

use std::time::Duration;

use futures::{StreamExt, stream};
use jiff::Timestamp;
use rootwarden_aws::{
    Clock, Deadline, ExemptionReader, Journals, Organization, OrganizationLists, PauseSwitch, Recoveries,
    ReleaseReader, RootSessions, SdkConfig, Storage,
};
use rootwarden_domain::{
    ErrorKind, Pin, RoundId, RunId,
    artifact::WorkerResult,
    run::{deletion::DeletionReport, plan::PlannedAccount},
    text::input::parse,
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use serde::Deserialize;
use serde_json::Value;
use tracing::{Instrument, info, info_span};

use account_check::AccountCheck;
use account_deletion::{AccountDeletion, EarlierReports, Work};
use again::ReadAgain;
use checks::Checks;
pub use output::Output;

/// How many accounts are worked on side by side. An account that is slow takes up one of these places, and costs nobody
/// else anything; sessions and calls to Organizations are paced anyway, whatever this says.
const AT_ONCE: usize = 20;
/// Kept back for writing down what was done.
const WRITE: Duration = Duration::from_secs(35);
/// An Express child ends after five minutes, whatever the function is doing. What is deleted later would be in no report.
const CHILD: Duration = Duration::from_secs(285);

#[derive(Debug)]
pub struct DeleteCredentials {
    storage: Storage,
    clock: Clock,
    checks: Checks,
    journals: Journals,
    deletion: AccountDeletion,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    run: RunId,
    round: u32,
    plan: Pin,
    /// The batch's number: its accounts stand in the plan.
    batch: u32,
    /// When the child that waits for the answer began; another attempt of its task does not give it more time.
    #[serde(default)]
    began: Option<Timestamp>,
}

impl Function for DeleteCredentials {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let budget = settings.session_budget()?;
        let (storage, clock) = (Storage::new(config, settings.bucket()?), Clock::of(config));
        let checks = Checks::new(storage.clone(), clock.clone(), settings.mode()?);
        let exemptions = ExemptionReader::new(storage.clone(), settings.exemptions()?);
        let again = ReadAgain {
            lists: OrganizationLists::shared_by(config, budget.workers),
            releases: ReleaseReader::new(storage.clone(), clock.clone()),
            clock: clock.clone(),
            protect_keys_used_within_days: settings.protect_keys_used_within_days()?,
        };
        let check = AccountCheck {
            organization: Organization::shared_by(config, budget.workers),
            again,
            pause: PauseSwitch::new(storage.clone()),
            exemptions,
            recoveries: Recoveries::new(storage.clone()),
            clock: clock.clone(),
        };
        let journals = Journals::new(storage.clone());
        let deletion = AccountDeletion::new(RootSessions::new(config, budget), check, journals.clone());
        Ok(Self { storage, clock, checks, journals, deletion })
    }

    async fn handle(&self, input: Value, deadline: Deadline) -> Result<Output, FunctionError> {
        let Input { run, round, plan: pin, batch: number, began } = parse("input", input)?;
        let (now, of) = (self.clock.now(), RoundId::new(run, round));
        let deadline = began.map_or(deadline, |began| deadline.at_most_since(began, CHILD, now)).earlier_by(WRITE);
        let (plan, batch) = self.checks.planned(&of, &pin, number).await?;
        if let Some((pin, result)) = self.checks.carried_out(&of, number).await? {
            info!(run.id = %of.run, round, batch = number, "Batch {number} was carried out before");
            return Ok(Output::of(pin, &result));
        }
        self.checks.require_permission(&pin, &plan, &batch).await?;
        let earlier = self.earlier_reports(&of, number).await?;
        let work = Work { plan: &plan, round: &of, batch: number, deadline, earlier };
        let accounts = self.delete_each(&work, batch.accounts).await;
        let key = of.deleted_key(number);
        let result = WorkerResult { run: of.run, round, batch: number, accounts };
        let pin = self.storage.write(key, &result).await?;
        Ok(Output::of(pin, &result))
    }
}

impl DeleteCredentials {
    /// What an attempt before this one wrote down of the batch's accounts.
    async fn earlier_reports(&self, round: &RoundId, batch: u32) -> Result<EarlierReports, FunctionError> {
        let reports = self.journals.read(round, batch).await?;
        // Why the whole batch: its result would hide for good what an earlier attempt did, and this may pass.
        let may_pass = |kind| matches!(kind, ErrorKind::Throttled | ErrorKind::Transient);
        let mut unread = reports.values().filter_map(|read| read.as_ref().err());
        match unread.find(|failure| may_pass(failure.kind)) {
            Some(failure) => Err(failure.clone().into()),
            None => Ok(reports),
        }
    }

    async fn delete_each(&self, work: &Work<'_>, accounts: Vec<PlannedAccount>) -> Vec<DeletionReport> {
        let mut reports: Vec<DeletionReport> = stream::iter(accounts)
            .map(async |planned| {
                let span = info_span!("account", account.id = %planned.account.id, task = "delete");
                let outcome = self.deletion.secure(work, &planned).instrument(span).await;
                DeletionReport { account: planned.account, outcome }
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        reports.sort_by_key(|report| report.account.id);
        reports
    }
}
