//! Reads which root credentials a batch of accounts has, and writes down how the batches of a chunk ended. It can open
//! sessions that read, and no others.

mod record;

use std::time::Duration;

use futures::{StreamExt, stream};
use jiff::Timestamp;
use rootwarden_aws::{Clock, Deadline, RootSessions, SdkConfig, Storage, audit};
use rootwarden_domain::{
    Candidate, Pin, RoundId, RunId,
    artifact::WorkerResult,
    run::{
        audit::{AuditOutcome, AuditedAccount},
        call::AccountCalls,
        selection::SelectedAccounts,
    },
    text::input::{InputError, parse},
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};

/// How many accounts are looked at side by side. An account that is slow takes up one of these places, and costs nobody
/// else anything; sessions are paced anyway, whatever this says.
const AT_ONCE: usize = 25;
/// No account is begun with less time left than one that is slow in every call may need.
const LEAST_TIME: Duration = Duration::from_secs(45);
/// Kept back for writing the result, with its retries.
const WRITE: Duration = Duration::from_secs(35);
/// An Express child ends after five minutes, whatever the function is doing: an answer after that would be lost.
const CHILD: Duration = Duration::from_secs(285);

#[derive(Debug)]
pub struct AuditAccounts {
    sessions: RootSessions,
    storage: Storage,
    clock: Clock,
}

/// What the state machine asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// One batch, by a child of the map.
    Audit,
    /// All batches of a chunk, once the map has ended.
    Record,
}

#[derive(Debug, Deserialize)]
struct Tagged {
    step: Step,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditInput {
    run: RunId,
    round: u32,
    chunk: u32,
    selection: Pin,
    /// The batch's number: its accounts stand in the selection.
    batch: u32,
    /// When the child that waits for the answer began; another attempt of its task does not give it more time.
    #[serde(default)]
    began: Option<Timestamp>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Output {
    Batch(AuditedBatch),
    /// Where the record of the chunk lies.
    Recorded {
        audited: Pin,
    },
}

/// How many accounts of the batch ended how; the accounts themselves are in the result.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct AuditedBatch {
    pub batch: u32,
    pub result: Pin,
    pub clean: usize,
    pub present: usize,
    pub unknown: usize,
    pub not_attempted: usize,
}

impl Function for AuditAccounts {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let sessions = RootSessions::new(config, settings.session_budget()?);
        Ok(Self { sessions, storage: Storage::new(config, settings.bucket()?), clock: Clock::of(config) })
    }

    async fn handle(&self, mut input: Value, deadline: Deadline) -> Result<Output, FunctionError> {
        let Tagged { step } = parse("input", input.clone())?;
        // Why not a tagged enum: its errors would not name the field that is wrong.
        if let Value::Object(fields) = &mut input {
            fields.remove("step");
        }
        match step {
            Step::Audit => self.audit_batch(parse("input", input)?, deadline).await.map(Output::Batch),
            Step::Record => {
                let audited = self.record(parse("input", input)?).await?;
                Ok(Output::Recorded { audited })
            }
        }
    }
}

impl AuditAccounts {
    async fn audit_batch(&self, input: AuditInput, deadline: Deadline) -> Result<AuditedBatch, FunctionError> {
        let AuditInput { run, round, chunk, selection, batch: number, began } = input;
        let now = self.clock.now();
        let deadline = began.map_or(deadline, |began| deadline.at_most_since(began, CHILD, now)).earlier_by(WRITE);
        let of = RoundId::new(run, round);
        let selected: SelectedAccounts = self.storage.read(&selection, &of.selection_key(chunk)).await?;
        let is_of_this_run = (&selected.round_id(), selected.chunk) == (&of, chunk);
        // INVARIANT (I1): only the selection of this very run names candidates.
        let Some(batch) = selected.batches.into_iter().find(|batch| is_of_this_run && batch.batch == number) else {
            let why = format!("batch {number} is not in the selection of {of}, chunk {chunk}");
            return Err(InputError::new("input", why).into());
        };
        let (mut accounts, mut calls): (Vec<AuditedAccount>, Vec<AccountCalls>) = stream::iter(batch.accounts)
            .map(|account| self.audit(account, deadline))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        // Whatever the order in which they answered: the same findings make the same result.
        accounts.sort_by_key(|audited| audited.account.id);
        calls.sort_by_key(|calls| calls.account);
        let calls_key = of.audit_calls_key(chunk, number);
        let calls = WorkerResult { run: of.run.clone(), round, batch: number, accounts: calls };
        let audited = self.write(chunk, WorkerResult { run: of.run, round, batch: number, accounts }).await?;
        self.storage.note_calls(calls_key, &calls).await;
        Ok(audited)
    }

    async fn audit(&self, account: Candidate, deadline: Deadline) -> (AuditedAccount, AccountCalls) {
        let id = account.id;
        if !deadline.leaves(LEAST_TIME) {
            let audited = AuditedAccount { account, outcome: AuditOutcome::NotAttempted };
            return (audited, AccountCalls { account: id, calls: Vec::new() });
        }
        let calls = self.sessions.call_recorder();
        let span = info_span!("account", account.id = %id, task = "audit");
        let outcome = async {
            let outcome = audit(&self.sessions, &account, &calls, deadline).await;
            match &outcome {
                AuditOutcome::Clean => info!("Account {id} is clean"),
                AuditOutcome::Present(found) => {
                    let count = found.credentials().len();
                    info!(credentials = count, "Account {id} has {count} root credentials");
                }
                AuditOutcome::Unknown(failure) => {
                    warn!(error.kind = %failure.kind, aws.code = failure.code, aws.request_id = failure.request_id, "{failure}");
                }
                AuditOutcome::NotAttempted => {}
            }
            outcome
        }
        .instrument(span)
        .await;
        (AuditedAccount { account, outcome }, AccountCalls { account: id, calls: calls.take() })
    }

    async fn write(&self, chunk: u32, result: WorkerResult<AuditedAccount>) -> Result<AuditedBatch, FunctionError> {
        let count = |wanted: fn(&AuditOutcome) -> bool| {
            result.accounts.iter().filter(|audited| wanted(&audited.outcome)).count()
        };
        let clean = count(|outcome| matches!(outcome, AuditOutcome::Clean));
        let present = count(|outcome| matches!(outcome, AuditOutcome::Present(_)));
        let unknown = count(|outcome| matches!(outcome, AuditOutcome::Unknown(_)));
        let not_attempted = count(|outcome| matches!(outcome, AuditOutcome::NotAttempted));
        let key = result.round_id().audit_key(chunk, result.batch);
        let pin = self.storage.write(key, &result).await?;
        Ok(AuditedBatch { batch: result.batch, result: pin, clean, present, unknown, not_attempted })
    }
}
