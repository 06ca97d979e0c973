//! A person's decision: written down once, then told to the execution that waits for it.

use rootwarden_domain::{
    ErrorKind, Failure,
    approvals::{Ask, Decision, DecisionRecord, DecisionSubject, Refusal, Verdict},
    ids::approval::ApprovalRequest,
    people::Person,
    run::plan::DeletionPlan,
    unlock::UnlockPlan,
};
use rootwarden_root_access::{Answered, Clock, Done, Storage, TaskAnswers};
use serde::Serialize;
use serde_json::json;
use tracing::info;

use crate::{answer::NotDone, approval_requests::ApprovalRequests, releases::Releases};

/// The error of a task that was refused: what the state machines match on.
const REFUSED: &str = "Refused";

/// A decision, and what it meant for the execution that asked for it.
#[derive(Debug, Serialize)]
pub(crate) struct Decided {
    #[serde(flatten)]
    record: DecisionRecord,
    run: RunIs,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum RunIs {
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
    pub(crate) async fn decide(&self, caller: &Person, verdict: &Verdict) -> Result<Decided, NotDone> {
        let (record, run) = match &verdict.request {
            request @ ApprovalRequest::Deletion { .. } => {
                let (asked, _) = self.approval_requests.with_plan::<DeletionPlan>(request).await?;
                self.decide_and_tell(&asked, caller, verdict).await?
            }
            request @ ApprovalRequest::Unlock(_) => {
                let (asked, _) = self.approval_requests.with_plan::<UnlockPlan>(request).await?;
                self.decide_and_tell(&asked, caller, verdict).await?
            }
            ApprovalRequest::Release(id) => {
                let (sha256, release) = self.releases.read(id).await?;
                match self.record(&release.decision_subject(sha256), caller, verdict).await? {
                    Recorded::Now(record) | Recorded::Before(record) => (record, RunIs::NotWaiting),
                }
            }
        };
        let DecisionRecord { request, decision, plan_sha256, by, started_by: _, reason, at: _ } = &record;
        info!(approval.request = %request, plan.sha256 = %plan_sha256, by = %by, reason = reason.as_str(),
            "{by} has {decision} {request}");
        Ok(Decided { record, run })
    }

    /// INVARIANT: the decision is in the bucket before the execution hears of it; said again, it is only told again.
    async fn decide_and_tell(
        &self,
        asked: &Ask,
        caller: &Person,
        verdict: &Verdict,
    ) -> Result<(DecisionRecord, RunIs), NotDone> {
        let subject = asked.decision_subject(&verdict.request)?;
        let recorded = self.record(&subject, caller, verdict).await?;
        let (Recorded::Now(record) | Recorded::Before(record)) = &recorded;
        match (self.tell(asked, record).await?, recorded) {
            (Answered::Taken, Recorded::Now(record) | Recorded::Before(record)) => Ok((record, RunIs::Told)),
            (Answered::TooLate, Recorded::Before(record)) => Ok((record, RunIs::NoLongerWaiting)),
            (Answered::TooLate, Recorded::Now(_)) => Err(Refusal::TooLate(verdict.request.clone()).into()),
        }
    }

    async fn record(&self, subject: &DecisionSubject, caller: &Person, verdict: &Verdict) -> Result<Recorded, NotDone> {
        let key = verdict.request.decision_key();
        let now = self.clock.now();
        let existing: Option<DecisionRecord> = self.storage.find(&key).await?;
        let record = subject.decide(existing.as_ref(), caller, verdict, now)?;
        if existing.is_some() {
            return Ok(Recorded::Before(record));
        }
        match self.storage.create(&key, &record).await? {
            Done::Now => Ok(Recorded::Now(record)),
            Done::Already => {
                let first: DecisionRecord = self.storage.find(&key).await?.ok_or_else(|| {
                    Failure::new(ErrorKind::Transient, format!("`{key}` is just being written: ask again"))
                })?;
                let decided = subject.decide(Some(&first), caller, verdict, now)?;
                // Why: if S3's answer to the first attempt was lost, the second one meets the record of the first.
                Ok(if first == record { Recorded::Now(decided) } else { Recorded::Before(decided) })
            }
        }
    }

    async fn tell(&self, asked: &Ask, record: &DecisionRecord) -> Result<Answered, NotDone> {
        let DecisionRecord { request, decision, by, reason, .. } = record;
        let token = &asked.task_token;
        let what = format!("tell the execution that `{request}` was {decision}");
        Ok(match decision {
            Decision::Approved => self.task_answers.succeed(token, &json!({"decision": decision}), &what).await?,
            Decision::Refused => {
                let cause = format!("{by} has refused {request}: {}", reason.as_str());
                self.task_answers.fail(token, REFUSED, &cause, &what).await?
            }
        })
    }
}
