//! A person's decision: written down once, then told to the execution that waits for it.

use rootwarden_aws::{Answered, Clock, Done, Storage, TaskAnswers};
use rootwarden_domain::{
    ErrorKind, Failure,
    approvals::{ApprovalRequest, Decision, DecisionError, DecisionRecord, DecisionRequest, DecisionSubject},
    ids::approval::ApprovalId,
    people::Person,
    recovery::SignedRecovery,
    run::plan::DeletionPlan,
    unlock::UnlockPlan,
};
use serde::Serialize;
use serde_json::json;
use tracing::info;

use crate::{answer::RequestError, approval_requests::ApprovalRequests, releases::Releases};

/// The error of a task whose request was rejected: what the state machines match on.
const REJECTED: &str = "Rejected";

/// A decision, and what it meant for the execution that asked for it.
#[derive(Debug, Serialize)]
pub(crate) struct Decided {
    #[serde(flatten)]
    record: DecisionRecord,
    run: ExecutionState,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum ExecutionState {
    Told,
    /// The decision stood before, and the execution does not wait any more: it was told then, or it gave up.
    NoLongerWaiting,
    /// None waits for it: the next run finds the decision.
    NotWaiting,
}

/// A decision as it stands in the bucket.
enum Recorded {
    Now(DecisionRecord),
    Before(DecisionRecord),
}

/// Takes decisions about whatever needs an approval.
#[derive(Debug)]
pub(crate) struct Decisions {
    pub(crate) storage: Storage,
    pub(crate) approval_requests: ApprovalRequests,
    pub(crate) releases: Releases,
    pub(crate) task_answers: TaskAnswers,
    pub(crate) clock: Clock,
}

impl Decisions {
    pub(crate) async fn decide(&self, caller: &Person, decision: &DecisionRequest) -> Result<Decided, RequestError> {
        let (record, run) = match &decision.approval_id {
            approval_id @ ApprovalId::Deletion(_) => {
                let (asked, _) = self.approval_requests.with_plan::<DeletionPlan>(approval_id).await?;
                self.decide_and_tell(&asked, caller, decision).await?
            }
            approval_id @ ApprovalId::Unlock(_) => {
                let (asked, _) = self.approval_requests.with_plan::<UnlockPlan>(approval_id).await?;
                self.decide_and_tell(&asked, caller, decision).await?
            }
            request @ ApprovalId::Recovery(_) => {
                let (asked, _) = self.approval_requests.with_plan::<SignedRecovery>(request).await?;
                self.decide_and_tell(&asked, caller, decision).await?
            }
            ApprovalId::Release(id) => {
                let (sha256, release) = self.releases.read(id).await?;
                let (Recorded::Now(record) | Recorded::Before(record)) =
                    self.record(&release.decision_subject(sha256), caller, decision).await?;
                self.releases.tell_decision(id).await?;
                (record, ExecutionState::NotWaiting)
            }
        };
        let DecisionRecord { approval_id, decision, plan_sha256, by, started_by: _, reason, at: _ } = &record;
        info!(approval.id = %approval_id, plan.sha256 = %plan_sha256, by = %by, reason = reason.as_str(),
            "{by} has {decision} {approval_id}");
        Ok(Decided { record, run })
    }

    /// INVARIANT: the decision is in the bucket before the execution hears of it; said again, it is only told again.
    async fn decide_and_tell(
        &self,
        asked: &ApprovalRequest,
        caller: &Person,
        decision: &DecisionRequest,
    ) -> Result<(DecisionRecord, ExecutionState), RequestError> {
        let subject = asked.decision_subject(&decision.approval_id)?;
        let recorded = self.record(&subject, caller, decision).await?;
        let (Recorded::Now(record) | Recorded::Before(record)) = &recorded;
        match (self.tell(asked, record).await?, recorded) {
            (Answered::Taken, Recorded::Now(record) | Recorded::Before(record)) => Ok((record, ExecutionState::Told)),
            (Answered::TooLate, Recorded::Before(record)) => Ok((record, ExecutionState::NoLongerWaiting)),
            (Answered::TooLate, Recorded::Now(_)) => Err(DecisionError::TooLate(decision.approval_id.clone()).into()),
        }
    }

    async fn record(
        &self,
        subject: &DecisionSubject,
        caller: &Person,
        decision: &DecisionRequest,
    ) -> Result<Recorded, RequestError> {
        let key = decision.approval_id.decision_key();
        let now = self.clock.now();
        let existing: Option<DecisionRecord> = self.storage.find(&key).await?;
        let record = subject.decide(existing.as_ref(), caller, decision, now)?;
        if existing.is_some() {
            return Ok(Recorded::Before(record));
        }
        match self.storage.create(&key, &record).await? {
            Done::Now => Ok(Recorded::Now(record)),
            Done::Already => {
                let first: DecisionRecord = self.storage.find(&key).await?.ok_or_else(|| {
                    Failure::new(ErrorKind::Transient, format!("`{key}` is just being written: ask again"))
                })?;
                let decided = subject.decide(Some(&first), caller, decision, now)?;
                // Why: if S3's answer to the first attempt was lost, the second one meets the record of the first.
                Ok(if first == record { Recorded::Now(decided) } else { Recorded::Before(decided) })
            }
        }
    }

    async fn tell(&self, asked: &ApprovalRequest, record: &DecisionRecord) -> Result<Answered, RequestError> {
        let DecisionRecord { approval_id, decision, by, reason, .. } = record;
        let token = &asked.task_token;
        let what = format!("tell the execution that `{approval_id}` was {decision}");
        Ok(match decision {
            Decision::Approved => {
                let said = json!({"decision": decision, "by": by.to_string(), "reason": reason.as_str()});
                self.task_answers.succeed(token, &said, &what).await?
            }
            Decision::Rejected => {
                let cause = format!("{by} has rejected {approval_id}: {}", reason.as_str());
                self.task_answers.fail(token, REJECTED, &cause, &what).await?
            }
        })
    }
}
