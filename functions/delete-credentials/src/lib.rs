//! Deletes the planned root credentials of a batch of accounts, reads again, and tells each step.

mod again;
mod checks;

use std::{collections::BTreeMap, time::Duration};

use futures::{StreamExt, stream};
use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, ErrorKind, Failure, Mode, Pin, RunId,
    artifact::WorkerResult,
    run::{
        deletion::{DeletionOutcome, DeletionReport, StepOutcome},
        plan::{DeletionPlan, PlannedAccount},
    },
    text::input::parse,
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_root_access::{
    Clock, Deadline, ExemptionReader, Journal, Journals, KeysAgain, LEAST_TIME, MemberAccount, NotAMember,
    Organization, PauseSwitch, ReleaseReader, RootSessions, SdkConfig, Storage, StorageError, delete,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use again::LookedAtAgain;
use tracing::{Instrument, info, info_span, warn};

/// How many accounts are worked on side by side. An account that is slow takes up one of these places, and costs nobody
/// else anything; sessions and calls to Organizations are paced anyway, whatever this says.
const AT_ONCE: usize = 20;
/// No account is begun with less time left: a slow one's first answers, one step, and reading again.
const RESERVE: Duration = LEAST_TIME.saturating_add(Duration::from_secs(15));
/// Kept back for writing down what was done.
const WRITE: Duration = Duration::from_secs(35);
/// An Express child ends after five minutes, whatever the function is doing. What is deleted later would be in no report.
const CHILD: Duration = Duration::from_secs(285);

#[derive(Debug)]
pub struct DeleteCredentials {
    organization: Organization,
    sessions: RootSessions,
    storage: Storage,
    clock: Clock,
    journals: Journals,
    pause: PauseSwitch,
    exemptions: ExemptionReader,
    releases: ReleaseReader,
    deployed_mode: Mode,
    protect_keys_used_within_days: u16,
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

/// One batch of a plan, and what an attempt before this one wrote down of its accounts.
struct Work<'a> {
    plan: &'a DeletionPlan,
    batch: u32,
    deadline: Deadline,
    journals: BTreeMap<AccountId, Result<DeletionReport, Failure>>,
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
        let (storage, clock) = (Storage::new(config, settings.bucket()?), Clock::of(config));
        Ok(Self {
            organization: Organization::shared_by(config, budget.workers),
            sessions: RootSessions::new(config, budget),
            journals: Journals::new(storage.clone()),
            pause: PauseSwitch::new(storage.clone()),
            exemptions: ExemptionReader::new(storage.clone(), settings.exemptions()?),
            releases: ReleaseReader::new(storage.clone(), clock.clone()),
            storage,
            clock,
            deployed_mode: settings.mode()?,
            protect_keys_used_within_days: settings.protect_keys_used_within_days()?,
        })
    }

    async fn handle(&self, input: Value, deadline: Deadline) -> Result<Output, FunctionError> {
        let Input { run, round, plan: pin, batch: number, began } = parse("input", input)?;
        let now = self.clock.now();
        let deadline = began.map_or(deadline, |began| deadline.at_most_since(began, CHILD, now)).earlier_by(WRITE);
        let (plan, batch) = self.planned(&run, round, &pin, number).await?;
        if let Some((pin, result)) = self.carried_out(&run, round, number).await? {
            info!(run.id = %run, round, batch = number, "Batch {number} was carried out before");
            return Ok(Output::of(pin, &result));
        }
        self.require_permission(&pin, &plan, &batch).await?;
        let journals = self.journals.read(&run, round, number).await?;
        // Why the whole batch: its result would hide for good what an earlier attempt did, and this may pass.
        let mut unread = journals.values().filter_map(|read| read.as_ref().err());
        if let Some(failure) =
            unread.find(|failure| matches!(failure.kind, ErrorKind::Throttled | ErrorKind::Transient))
        {
            return Err(failure.clone().into());
        }
        let work = Work { plan: &plan, batch: number, deadline, journals };
        let mut accounts: Vec<DeletionReport> = stream::iter(batch.accounts)
            .map(async |planned| {
                let span = info_span!("account", account.id = %planned.account.id, task = "delete");
                let outcome = self.secure(&work, &planned).instrument(span).await;
                DeletionReport { account: planned.account, outcome }
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        accounts.sort_by_key(|report| report.account.id);
        self.write(WorkerResult { run: run.clone(), round, batch: number, accounts }).await
    }
}

impl DeleteCredentials {
    /// One account. Whatever goes wrong is its own, and never stops the others.
    async fn secure(&self, work: &Work<'_>, planned: &PlannedAccount) -> DeletionOutcome {
        let id = planned.account.id;
        let earlier = match work.journals.get(&id).cloned().transpose() {
            Ok(earlier) => earlier,
            Err(failure) => {
                tell_failure(&failure);
                return DeletionOutcome::Failed(failure);
            }
        };
        let mut journal = self.journals.open(&work.plan.run, work.plan.round, work.batch, &planned.account, earlier);
        let outcome = if work.deadline.leaves(RESERVE) {
            self.delete(work, planned, &mut journal).await
        } else {
            DeletionOutcome::NotAttempted
        };
        tell(id, &outcome);
        journal.keep_earlier(outcome)
    }

    async fn delete(&self, work: &Work<'_>, planned: &PlannedAccount, journal: &mut Journal<'_>) -> DeletionOutcome {
        let id = planned.account.id;
        // Boxed: many accounts are at work at once, and these are large.
        let asked = Box::pin(self.may_be_changed(work.plan, planned));
        match work.deadline.earlier_by(LEAST_TIME).cut(asked).await {
            Some(Ok((member, keys))) => {
                Box::pin(delete(&self.sessions, &member, planned, keys.as_ref(), journal, work.deadline)).await
            }
            Some(Err(outcome)) => outcome,
            None => {
                let message =
                    format!("whether account `{id}` may be changed could not be read in time; it is left alone");
                DeletionOutcome::Failed(Failure::new(ErrorKind::Transient, message))
            }
        }
    }

    /// The account, if nobody wants it left alone and Organizations confirms it, with what decides about its access keys if
    /// their last use is to be read again; else what becomes of it.
    async fn may_be_changed(
        &self,
        plan: &DeletionPlan,
        planned: &PlannedAccount,
    ) -> Result<(MemberAccount, Option<KeysAgain>), DeletionOutcome> {
        let id = planned.account.id;
        // INVARIANT (I1): asked again right before anything is deleted.
        let member = match self.organization.member(plan.management_account, id).await {
            Ok(member) => member,
            Err(NotAMember::LeftOut(reason)) => {
                warn!("Account {id} is no longer an active member: nothing is deleted");
                return Err(DeletionOutcome::LeftOut(reason));
            }
            Err(NotAMember::Unanswered(error)) => return Err(DeletionOutcome::Failed(error.into())),
        };
        let keys = match self.looked_at_again(plan, planned).await {
            Ok(LookedAtAgain::Goes(keys)) => keys,
            Ok(LookedAtAgain::Stays(outcome)) => return Err(outcome),
            Err(failure) => return Err(DeletionOutcome::Failed(failure)),
        };
        // Why last: calls to Organizations wait for their turn, and what people wrote meanwhile counts.
        match self.kept_by_people(id).await {
            Ok(None) => Ok((member, keys)),
            Ok(Some(outcome)) => Err(outcome),
            Err(error) => Err(DeletionOutcome::Failed(error.into())),
        }
    }

    /// Whether somebody wants this account left alone, asked right before anything is deleted.
    async fn kept_by_people(&self, id: AccountId) -> Result<Option<DeletionOutcome>, StorageError> {
        if let Some(reason) = self.pause.reason().await? {
            warn!("Everything that changes is paused: {reason}");
            return Ok(Some(DeletionOutcome::Paused(reason)));
        }
        let reason = self.exemptions.reason(id, self.clock.now()).await?;
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
                            StepOutcome::Unconfirmed(_) | StepOutcome::Failed(_) => failed += 1,
                            StepOutcome::NotAttempted(_) => not_attempted += 1,
                        }
                    }
                }
                DeletionOutcome::Failed(_) | DeletionOutcome::Unknown(_) => failed += 1,
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
                    StepOutcome::Unconfirmed(failure) | StepOutcome::Failed(failure) => tell_failure(failure),
                }
            }
        }
        DeletionOutcome::Failed(failure) | DeletionOutcome::Unknown(failure) => tell_failure(failure),
        DeletionOutcome::LeftOut(_)
        | DeletionOutcome::Exempt(_)
        | DeletionOutcome::Paused(_)
        | DeletionOutcome::NotAttempted => {}
    }
}

fn tell_failure(failure: &Failure) {
    warn!(error.kind = %failure.kind, aws.code = failure.code, aws.request_id = failure.request_id, "{failure}");
}
