//! Deletes the planned root credentials of a batch of accounts, reads again, and tells each step.

mod again;
mod checks;

use std::time::Duration;

use futures::{StreamExt, stream};
use rootwarden_domain::{
    AccountId, Batch, Failure, Mode, Pin, RunId,
    artifact::WorkerResult,
    deletion::{DeletionOutcome, DeletionReport, StepOutcome},
    exemption::Exemptions,
    input::{InvalidInput, parse},
    plan::{DeletionPlan, PlannedAccount},
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_root_access::{
    Deadline, NotAMember, Organization, RootSessions, SdkConfig, Storage, StorageError, delete,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use again::LookedAtAgain;
use tracing::{Instrument, info, info_span, warn};

/// How many accounts are worked on side by side.
const AT_ONCE: usize = 5;
/// No account is begun with less time left: opening a session and the first reads, one step, and reading again.
const RESERVE: Duration = Duration::from_secs(100);
/// Kept back for writing down what was done.
const WRITE: Duration = Duration::from_secs(35);

#[derive(Debug)]
pub struct DeleteCredentials {
    organization: Organization,
    sessions: RootSessions,
    storage: Storage,
    deployed_mode: Mode,
    exemptions: Exemptions,
    protect_keys_used_within_days: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    run: RunId,
    round: u32,
    plan: Pin,
    batch: Batch<PlannedAccount>,
}

/// How many credentials of the batch ended how; the steps themselves are in the result.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    pub batch: u32,
    pub result: Pin,
    pub deleted: usize,
    /// Gone before this worker came to it: never counted as deleted.
    pub already_absent: usize,
    pub failed: usize,
    pub not_attempted: usize,
}

impl Function for DeleteCredentials {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let budget = settings.session_budget()?;
        Ok(Self {
            organization: Organization::shared_by(config, budget.workers),
            sessions: RootSessions::new(config, budget),
            storage: Storage::new(config, settings.bucket()?),
            deployed_mode: settings.mode()?,
            exemptions: settings.exemptions()?,
            protect_keys_used_within_days: settings.protect_keys_used_within_days()?,
        })
    }

    async fn handle(&self, input: Value, deadline: Deadline) -> Result<Output, FunctionError> {
        let Input { run, round, plan: pin, batch } = parse("input", input)?;
        let (plan, planned) = self.planned(&run, round, &pin, batch.batch).await?;
        // INVARIANT (the bucket is a trust anchor): the batch that was handed in is the one that was planned.
        if planned != batch {
            let why = format!("batch {} is not in the plan of run `{run}`, round {round}", batch.batch);
            return Err(InvalidInput::new("input", why).into());
        }
        if let Some((pin, result)) = self.carried_out(&run, round, batch.batch).await? {
            info!(run.id = %run, round, batch = batch.batch, "Batch {} was carried out before", batch.batch);
            return Ok(Output::of(pin, &result));
        }
        self.require_permission(&pin, &plan, &batch).await?;
        let number = batch.batch;
        let accounts = stream::iter(batch.accounts)
            .map(async |planned| {
                let span = info_span!("account", account.id = %planned.account.id, task = "delete");
                let outcome = self.secure(&plan, &planned, deadline).instrument(span).await;
                DeletionReport { account: planned.account, outcome }
            })
            .buffered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        self.write(WorkerResult { run, round, batch: number, accounts }).await
    }
}

impl DeleteCredentials {
    /// One account. Whatever goes wrong is its own, and never stops the others.
    async fn secure(&self, plan: &DeletionPlan, planned: &PlannedAccount, deadline: Deadline) -> DeletionOutcome {
        let id = planned.account.id;
        if !deadline.leaves(RESERVE + WRITE) {
            return DeletionOutcome::NotAttempted;
        }
        match self.kept_by_people(id).await {
            Ok(None) => {}
            Ok(Some(outcome)) => return outcome,
            Err(error) => {
                let failure = Failure::from(error);
                tell_failure(&failure);
                return DeletionOutcome::Failed(failure);
            }
        }
        // INVARIANT (I1): asked again right before anything is deleted.
        let member = match self.organization.member(plan.management_account, id).await {
            Ok(member) => member,
            Err(NotAMember::LeftOut(reason)) => {
                warn!("Account {id} is no longer an active member: nothing is deleted");
                return DeletionOutcome::LeftOut(reason);
            }
            Err(NotAMember::Unanswered(error)) => {
                let failure = Failure::from(error);
                tell_failure(&failure);
                return DeletionOutcome::Failed(failure);
            }
        };
        let keys = match self.looked_at_again(plan, planned).await {
            Ok(LookedAtAgain::Goes(keys)) => keys,
            Ok(LookedAtAgain::Stays(outcome)) => return outcome,
            Err(failure) => {
                tell_failure(&failure);
                return DeletionOutcome::Failed(failure);
            }
        };
        let outcome = delete(&self.sessions, &member, planned, keys.as_ref(), deadline.earlier_by(WRITE)).await;
        tell(id, &outcome);
        outcome
    }

    /// Whether somebody wants this account left alone, asked right before anything is deleted.
    async fn kept_by_people(&self, id: AccountId) -> Result<Option<DeletionOutcome>, StorageError> {
        if let Some(reason) = self.storage.paused().await? {
            warn!("Everything that changes is paused: {reason}");
            return Ok(Some(DeletionOutcome::Paused(reason)));
        }
        let mut exemptions = self.exemptions.clone();
        if let Some(exemption) = self.storage.exemption(id).await? {
            exemptions.add(id, exemption);
        }
        let reason = exemptions.reason(id, self.storage.now()).map(str::to_owned);
        Ok(reason.map(DeletionOutcome::Exempt))
    }

    async fn write(&self, result: WorkerResult<DeletionReport>) -> Result<Output, FunctionError> {
        let key = result.run.deleted_key(result.round, result.batch);
        let pin = self.storage.write(key, &result).await?;
        Ok(Output::of(pin, &result))
    }
}

impl Output {
    fn of(pin: Pin, result: &WorkerResult<DeletionReport>) -> Self {
        let (mut deleted, mut already_absent, mut failed, mut not_attempted) = (0, 0, 0, 0);
        for report in &result.accounts {
            match &report.outcome {
                DeletionOutcome::Attempted { steps, remaining: _ } => {
                    for step in steps {
                        match step.outcome {
                            StepOutcome::Deleted => deleted += 1,
                            StepOutcome::AlreadyAbsent => already_absent += 1,
                            StepOutcome::Failed(_) => failed += 1,
                            StepOutcome::NotAttempted(_) => not_attempted += 1,
                        }
                    }
                }
                DeletionOutcome::Failed(_) => failed += 1,
                DeletionOutcome::LeftOut(_)
                | DeletionOutcome::Exempt(_)
                | DeletionOutcome::Paused(_)
                | DeletionOutcome::NotAttempted => {
                    not_attempted += 1;
                }
            }
        }
        Self { batch: result.batch, result: pin, deleted, already_absent, failed, not_attempted }
    }
}

fn tell(id: AccountId, outcome: &DeletionOutcome) {
    match outcome {
        DeletionOutcome::Attempted { steps, remaining: _ } => {
            for step in steps {
                let credential = &step.credential;
                match &step.outcome {
                    StepOutcome::Deleted => info!("Deleted {credential} of account {id}"),
                    StepOutcome::AlreadyAbsent => info!("Account {id} had no {credential} any more"),
                    StepOutcome::NotAttempted(reason) => warn!("Left {credential} of account {id} alone: {reason}"),
                    StepOutcome::Failed(failure) => tell_failure(failure),
                }
            }
        }
        DeletionOutcome::Failed(failure) => tell_failure(failure),
        DeletionOutcome::LeftOut(_)
        | DeletionOutcome::Exempt(_)
        | DeletionOutcome::Paused(_)
        | DeletionOutcome::NotAttempted => {}
    }
}

fn tell_failure(failure: &Failure) {
    warn!(error.kind = %failure.kind, aws.code = failure.code, aws.request_id = failure.request_id, "{failure}");
}
