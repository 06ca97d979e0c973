//! Changes the policy as planned: approved, stored, still the one planned; then reads it again and says what is there.

use std::time::Duration;

use jiff::SignedDuration;
use rootwarden_domain::{
    ErrorKind, Failure, Pin,
    approvals::{DecisionRecord, carries_out},
    ids::{approval::ApprovalRequest, unlock::UnlockId},
    people::Person,
    policy::{PolicyText, policy_sha256},
    text::{input::InvalidInput, line::one_line},
    unlock::{ApplyOutcome, PlannedChange, PolicyState, StoredKey, StoredPolicy, UnlockPlan, UnlockResult},
};
use rootwarden_lambda::FunctionError;
use rootwarden_root_access::{AwsError, Deadline, PolicyRefusal, ResourceSession};
use serde::Serialize;
use tracing::{error, info, warn};

use crate::{
    UnlockPolicy,
    refused::{PERHAPS_A_PRINCIPAL, refused, told, undo},
};

/// Nothing is changed with less time left: storing, changing, reading again, writing down, each half a minute at most.
const CHANGE: Duration = Duration::from_mins(2);

/// How long a plan may be carried out: as long as its state machine may run.
const VALID: SignedDuration = SignedDuration::from_hours(36);

/// Why "this attempt": an earlier one may have ended without being able to say what it did.
const UNCHANGED: &str = "this attempt changed nothing";

/// What the state machine goes on with.
#[derive(Debug, Serialize)]
pub struct Applied {
    outcome: ApplyOutcome,
    state: PolicyState,
    summary: String,
    stored: Option<StoredKey>,
    result: Pin,
}

/// What became of it, before it is written down.
struct Done {
    outcome: ApplyOutcome,
    state: PolicyState,
    stored: Option<StoredKey>,
    why: String,
    advice: Vec<String>,
}

impl UnlockPolicy {
    /// INVARIANT: up to the change itself every failure leaves the policy as it is, and says so; after it, every answer
    /// says what a fresh read shows.
    pub(crate) async fn apply(
        &self,
        unlock: &UnlockId,
        pin: Pin,
        deadline: Deadline,
    ) -> Result<Applied, FunctionError> {
        let unchanged = |error: FunctionError| error.with_note(UNCHANGED);
        let plan = self.planned(unlock, &pin).await.map_err(unchanged)?;
        let Some(change) = plan.change() else {
            return Err(InvalidInput::new("input", format!("the plan of `{unlock}` changes nothing")).into());
        };
        if self.clock.now().duration_since(plan.planned_at) > VALID {
            let why = format!("the plan of `{unlock}` is of {}, which is too long ago; ask anew", plan.planned_at);
            return Err(unchanged(FunctionError::new(ErrorKind::Denied, why)));
        }
        let approved_by = self.approved(&plan, &pin).await.map_err(unchanged)?;
        let session = self.open(plan.account, &plan.resource, deadline).await;
        let session = session.map_err(|failure| unchanged(failure.into()))?;
        let done = self.change(&plan, change, &session, deadline).await?;
        self.write_down(&plan, pin, approved_by, done).await
    }

    /// Who approved this very plan; none if this deployment asks for no approval.
    ///
    /// INVARIANT (I12): the record decides, not that the state machine came here.
    async fn approved(&self, plan: &UnlockPlan, pin: &Pin) -> Result<Option<Person>, FunctionError> {
        if !self.require_approval {
            return Ok(None);
        }
        let request = ApprovalRequest::Unlock(plan.unlock.clone());
        let decided = self.storage.find::<DecisionRecord>(&request.decision_key()).await?;
        carries_out(pin, &request, Some(&plan.started_by()), decided.as_ref())
            .map_err(|error| FunctionError::new(ErrorKind::Denied, error.to_string()))?;
        Ok(decided.map(|decided| decided.by))
    }

    async fn change(
        &self,
        plan: &UnlockPlan,
        change: &PlannedChange,
        session: &ResourceSession,
        deadline: Deadline,
    ) -> Result<Done, FunctionError> {
        let unchanged = |failure: Failure| FunctionError::from(failure).with_note(UNCHANGED);
        let now = session.read().await.map_err(|error| unchanged(error.into()))?;
        // INVARIANT (I12): an approval is good for one time, also where the policy is again what it was for.
        let ended = self.storage.find::<UnlockResult>(&plan.unlock.result_key()).await;
        if let Some(result) = ended.map_err(|error| unchanged(error.into()))? {
            return Ok(Done::before(
                result,
                PolicyState::of(now.as_ref(), plan.before.as_ref(), change.after.as_ref()),
            ));
        }
        // INVARIANT (I13): asked right before the change.
        if let Some(reason) = self.pause.reason().await.map_err(|error| unchanged(error.into()))? {
            let state = PolicyState::of(now.as_ref(), plan.before.as_ref(), change.after.as_ref());
            return Ok(Done::not_changed(
                state,
                format!("every change is paused, by `control/paused.json`: {}", one_line(&reason)),
            ));
        }
        if policy_sha256(now.as_ref()) != plan.before_sha256 || session.region() != plan.region {
            return self.met_another(plan, change, now.as_ref()).await;
        }
        if !deadline.leaves(CHANGE) {
            return Err(unchanged(Failure::new(
                ErrorKind::Transient,
                "time ran out before the policy was stored: try again",
            )));
        }
        let key = plan.stored_key();
        // INVARIANT (I6): what cannot be stored is not changed.
        self.storage.keep(key.as_str(), &plan.stored_policy()).await.map_err(|error| {
            let failure = Failure::from(error);
            let why = failure.message.strip_prefix(&format!("cannot write `{key}`: ")).unwrap_or(&failure.message);
            unchanged(Failure { message: format!("cannot store the policy as it is, as `{key}`: {why}"), ..failure })
        })?;
        let written = session.write(change.after.as_ref()).await;
        Self::look_again(plan, change, session, key, written).await
    }

    /// The policy is not the one that was planned for: either this very request changed it before, or somebody else did.
    async fn met_another(
        &self,
        plan: &UnlockPlan,
        change: &PlannedChange,
        now: Option<&PolicyText>,
    ) -> Result<Done, FunctionError> {
        let state = PolicyState::of(now, plan.before.as_ref(), change.after.as_ref());
        let key = plan.stored_key();
        let stored = self.storage.find::<StoredPolicy>(key.as_str()).await;
        let stored = stored.map_err(|error| FunctionError::from(error).with_note(UNCHANGED))?;
        if state == PolicyState::AsPlanned && stored == Some(plan.stored_policy()) {
            let why = "an earlier attempt changed it".to_owned();
            let advice = undo(plan, &key);
            return Ok(Done { outcome: ApplyOutcome::AlreadyChanged, state, stored: Some(key), why, advice });
        }
        let why = "it is not the policy any more that was planned for and approved; ask anew".to_owned();
        Ok(Done::not_changed(state, why))
    }

    async fn look_again(
        plan: &UnlockPlan,
        change: &PlannedChange,
        session: &ResourceSession,
        key: StoredKey,
        written: Result<(), AwsError>,
    ) -> Result<Done, FunctionError> {
        let state = match session.read().await {
            Ok(now) => PolicyState::of(now.as_ref(), plan.before.as_ref(), change.after.as_ref()),
            Err(error) => {
                let failure = Failure::from(error);
                warn!(error.kind = %failure.kind, aws.code = failure.code, aws.request_id = failure.request_id, "{failure}");
                PolicyState::Unknown
            }
        };
        let advice = undo(plan, &key);
        let done = |outcome, why: String, advice| Done { outcome, state, stored: Some(key), why, advice };
        match (written, state) {
            (Ok(()), _) => Ok(done(ApplyOutcome::Changed, "AWS took the change".to_owned(), advice)),
            (Err(error), PolicyState::AsPlanned) => {
                Ok(done(ApplyOutcome::Changed, format!("AWS took the change, although: {}", told(&error)), advice))
            }
            (Err(error), PolicyState::AsBefore) if may_pass(error.kind()) => {
                let perhaps = change.after.is_some() && PolicyRefusal::may_be_behind(&error);
                // Why no more than that: a lost answer may stand for a change that cannot be read yet.
                let error = FunctionError::from(error).with_note("a fresh read shows the policy as it was before");
                Err(if perhaps { error.with_note(PERHAPS_A_PRINCIPAL) } else { error })
            }
            (Err(error), PolicyState::AsBefore) => {
                let advice = refused(&error, plan, change);
                Ok(done(ApplyOutcome::NotChanged, told(&error), advice))
            }
            (Err(error), PolicyState::SomethingElse | PolicyState::Unknown) => {
                Ok(done(ApplyOutcome::Unknown, told(&error), advice))
            }
        }
    }

    async fn write_down(
        &self,
        plan: &UnlockPlan,
        pin: Pin,
        approved_by: Option<Person>,
        done: Done,
    ) -> Result<Applied, FunctionError> {
        let Done { outcome, state, stored, why, advice } = done;
        let copy = stored.as_ref().map_or_else(
            || "nothing was stored".to_owned(),
            |key| match state {
                PolicyState::AsBefore => format!("a copy is stored as `{key}`"),
                PolicyState::AsPlanned | PolicyState::SomethingElse | PolicyState::Unknown => {
                    format!("as it was before, it is stored as `{key}`")
                }
            },
        );
        let what = match outcome {
            ApplyOutcome::Changed | ApplyOutcome::AlreadyChanged => "changed",
            ApplyOutcome::NotChanged => "not changed",
            ApplyOutcome::Unknown => "perhaps changed",
        };
        let resource = plan.resource.arn(self.partition);
        let summary = format!(
            "The policy of `{resource}` in account {} was {what} ({why}). It {}; {copy}.",
            plan.account,
            state.words(),
        );
        match outcome {
            ApplyOutcome::Changed | ApplyOutcome::AlreadyChanged => {
                info!(unlock.id = %plan.unlock, account.id = %plan.account, "{summary}");
            }
            ApplyOutcome::NotChanged => warn!(unlock.id = %plan.unlock, account.id = %plan.account, "{summary}"),
            ApplyOutcome::Unknown => error!(unlock.id = %plan.unlock, account.id = %plan.account, "{summary}"),
        }
        let result = UnlockResult {
            unlock: plan.unlock.clone(),
            plan: pin,
            at: self.clock.now(),
            approved_by,
            outcome,
            state,
            stored: stored.clone(),
            summary: summary.clone(),
            advice,
        };
        let written = self.storage.write(plan.unlock.result_key(), &result).await;
        let result = written.map_err(|error| FunctionError::from(error).with_note(&summary))?;
        Ok(Applied { outcome, state, summary, stored, result })
    }
}

impl Done {
    /// What an earlier attempt has come to, which is not made again.
    fn before(result: UnlockResult, state: PolicyState) -> Self {
        let outcome = match result.outcome {
            ApplyOutcome::Changed | ApplyOutcome::AlreadyChanged => ApplyOutcome::AlreadyChanged,
            ApplyOutcome::NotChanged => ApplyOutcome::NotChanged,
            ApplyOutcome::Unknown => ApplyOutcome::Unknown,
        };
        let why = format!("at {}: a request is carried out once", result.at);
        Self { outcome, state, stored: result.stored, why, advice: result.advice }
    }

    /// Nothing was even tried.
    fn not_changed(state: PolicyState, why: String) -> Self {
        Self { outcome: ApplyOutcome::NotChanged, state, stored: None, why, advice: Vec::new() }
    }
}

/// Whether another attempt may go otherwise.
fn may_pass(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Throttled | ErrorKind::Transient | ErrorKind::NotYetVisible => true,
        ErrorKind::Denied | ErrorKind::NotEnabled | ErrorKind::InvalidRequest | ErrorKind::Defect => false,
    }
}
