//! One attempt to change the policy as planned: stored first, still the one that was planned for, and read again.

use std::time::Duration;

use rootwarden_aws::{AwsError, Deadline, PauseSwitch, PolicyWriteError, ResourceSession, Storage};
use rootwarden_domain::{
    ErrorKind, Failure,
    policy::{PolicyText, policy_sha256},
    text::line::one_line,
    unlock::{ApplyOutcome, PolicyState, StoredKey, StoredPolicy, UnlockResult},
};
use rootwarden_lambda::FunctionError;
use tracing::warn;

use crate::{
    advice::{PERHAPS_A_PRINCIPAL, advice_on_refusal, how_to_undo, refusal_in_notice},
    change_outcome::ChangeOutcome,
    change_plan::ChangePlan,
};

/// Nothing is changed with less time left: storing, changing, reading again, writing down, each half a minute at most.
const CHANGE: Duration = Duration::from_mins(2);

/// Why "this attempt": an earlier one may have ended without being able to say what it did.
const UNCHANGED: &str = "this attempt changed nothing";

/// A failure before the change.
pub(crate) fn unchanged(error: impl Into<FunctionError>) -> FunctionError {
    error.into().with_note(UNCHANGED)
}

pub(crate) struct ChangeAttempt<'a> {
    pub(crate) plan: &'a ChangePlan,
    pub(crate) session: &'a ResourceSession,
    pub(crate) storage: &'a Storage,
    pub(crate) pause: &'a PauseSwitch,
    pub(crate) deadline: Deadline,
}

impl ChangeAttempt<'_> {
    pub(crate) async fn make(&self) -> Result<ChangeOutcome, FunctionError> {
        let now = self.session.read().await.map_err(unchanged)?;
        if let Some(not_tried) = self.why_not_tried(now.as_ref()).await? {
            return Ok(not_tried);
        }
        if !self.deadline.leaves(CHANGE) {
            let why = "time ran out before the policy was stored: try again";
            return Err(unchanged(Failure::new(ErrorKind::Transient, why)));
        }
        let key = self.store().await.map_err(unchanged)?;
        let written = self.session.write(self.plan.change.after.as_ref()).await;
        self.read_again(key, written).await
    }

    /// What the attempt comes to without a change, if there must be none.
    async fn why_not_tried(&self, now: Option<&PolicyText>) -> Result<Option<ChangeOutcome>, FunctionError> {
        let plan = &self.plan.plan;
        // INVARIANT (I12): an approval is good for one time, also where the policy is again what it was for.
        let before = self.storage.find::<UnlockResult>(&plan.unlock.result_key()).await;
        if let Some(result) = before.map_err(unchanged)? {
            return Ok(Some(ChangeOutcome::carried_out_before(result, self.plan.state(now))));
        }
        // INVARIANT (I13): asked right before the change.
        if let Some(reason) = self.pause.reason().await.map_err(unchanged)? {
            let why = format!("every change is paused, by `control/paused.json`: {}", one_line(&reason));
            return Ok(Some(ChangeOutcome::not_tried(self.plan.state(now), why)));
        }
        if policy_sha256(now) != plan.before_sha256 || self.session.region() != plan.region {
            return self.explain_other_policy(now).await.map(Some);
        }
        Ok(None)
    }

    /// The policy is not the one that was planned for: either this very request changed it before, or somebody else did.
    async fn explain_other_policy(&self, now: Option<&PolicyText>) -> Result<ChangeOutcome, FunctionError> {
        let plan = &self.plan.plan;
        let (state, key) = (self.plan.state(now), plan.stored_key());
        let stored = self.storage.find::<StoredPolicy>(key.as_str()).await.map_err(unchanged)?;
        if state == PolicyState::AsPlanned && stored == Some(plan.stored_policy()) {
            return Ok(ChangeOutcome {
                outcome: ApplyOutcome::AlreadyChanged,
                state,
                advice: how_to_undo(plan, &key),
                stored: Some(key),
                why: "an earlier attempt changed it".to_owned(),
            });
        }
        let why = "it is not the policy any more that was planned for and approved; ask anew".to_owned();
        Ok(ChangeOutcome::not_tried(state, why))
    }

    /// INVARIANT (I6): what cannot be stored is not changed.
    async fn store(&self) -> Result<StoredKey, Failure> {
        let plan = &self.plan.plan;
        let key = plan.stored_key();
        match self.storage.keep(key.as_str(), &plan.stored_policy()).await {
            Ok(()) => Ok(key),
            Err(error) => {
                let failure = Failure::from(error);
                let why = failure.message.strip_prefix(&format!("cannot write `{key}`: ")).unwrap_or(&failure.message);
                let message = format!("cannot store the policy as it is, as `{key}`: {why}");
                Err(Failure { message, ..failure })
            }
        }
    }

    /// What became of the change, as a fresh read shows it; `written` is what AWS answered.
    async fn read_again(&self, key: StoredKey, written: Result<(), AwsError>) -> Result<ChangeOutcome, FunctionError> {
        let ChangePlan { plan, change, .. } = self.plan;
        let state = self.state_now().await;
        let undo = how_to_undo(plan, &key);
        let outcome = |outcome, why, advice| Ok(ChangeOutcome { outcome, state, stored: Some(key), why, advice });
        match (written, state) {
            (Ok(()), _) => outcome(ApplyOutcome::Changed, "AWS took the change".to_owned(), undo),
            (Err(error), PolicyState::AsPlanned) => {
                let why = format!("AWS took the change, although: {}", refusal_in_notice(&error));
                outcome(ApplyOutcome::Changed, why, undo)
            }
            (Err(error), PolicyState::AsBefore) if may_pass(error.kind()) => {
                let may_name_a_gone_principal = change.after.is_some() && PolicyWriteError::may_be_behind(&error);
                // Why no more than that: a lost answer may stand for a change that cannot be read yet.
                let error = FunctionError::from(error).with_note("a fresh read shows the policy as it was before");
                Err(if may_name_a_gone_principal { error.with_note(PERHAPS_A_PRINCIPAL) } else { error })
            }
            (Err(error), PolicyState::AsBefore) => {
                let advice = advice_on_refusal(&error, plan, change);
                outcome(ApplyOutcome::NotChanged, refusal_in_notice(&error), advice)
            }
            (Err(error), PolicyState::SomethingElse | PolicyState::Unknown) => {
                outcome(ApplyOutcome::Unknown, refusal_in_notice(&error), undo)
            }
        }
    }

    async fn state_now(&self) -> PolicyState {
        match self.session.read().await {
            Ok(now) => self.plan.state(now.as_ref()),
            Err(error) => {
                let failure = Failure::from(error);
                warn!(error.kind = %failure.kind, aws.code = failure.code, aws.request_id = failure.request_id, "{failure}");
                PolicyState::Unknown
            }
        }
    }
}

/// Whether another attempt may go otherwise.
fn may_pass(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Throttled | ErrorKind::Transient | ErrorKind::NotYetVisible => true,
        ErrorKind::Denied | ErrorKind::NotEnabled | ErrorKind::InvalidRequest | ErrorKind::Defect => false,
    }
}
