//! A person's decision: written down once, then told to the run that waits for it.

use rootwarden_domain::{
    ErrorKind, Failure,
    approvals::{Ask, Decision, DecisionRecord, Refusal, Verdict, decide},
    ids::approval::ApprovalRequest,
    people::Person,
    run::plan::DeletionPlan,
    unlock::UnlockPlan,
};
use rootwarden_root_access::{Answered, Done};
use serde::Serialize;
use serde_json::json;
use tracing::info;

use crate::{AccessRequests, answer::NotDone};

/// What the state machine matches on.
const REFUSED: &str = "Refused";

/// A decision, and what it meant for the run.
#[derive(Debug, Serialize)]
pub(crate) struct Decided {
    #[serde(flatten)]
    record: DecisionRecord,
    run: RunIs,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum RunIs {
    Told,
    /// The decision stood before, and the run does not wait any more: it was told then, or it gave up.
    NoLongerWaiting,
    /// None waits for it: the next run finds the decision.
    NotWaiting,
}

impl Decided {
    fn told(record: DecisionRecord, run: RunIs) -> Self {
        let DecisionRecord { request, decision, plan_sha256, by, started_by: _, reason, at: _ } = &record;
        info!(approval.request = %request, plan.sha256 = %plan_sha256, by = %by, reason = reason.as_str(),
            "{by} has {decision} {request}");
        Self { record, run }
    }
}

impl AccessRequests {
    /// INVARIANT: the decision is in the bucket before the run hears of it; said again, it is only told again.
    pub(crate) async fn decide(&self, caller: &Person, verdict: &Verdict) -> Result<Decided, NotDone> {
        let asked = match &verdict.request {
            request @ ApprovalRequest::Deletion { .. } => self.asked::<DeletionPlan>(request).await?.0,
            request @ ApprovalRequest::Unlock(_) => self.asked::<UnlockPlan>(request).await?.0,
            ApprovalRequest::Release(release) => {
                let record = self.decide_release(caller, verdict, release).await?;
                return Ok(Decided::told(record, RunIs::NotWaiting));
            }
        };
        let (record, is_new) = self.record(&asked, caller, verdict).await?;
        let run = match (self.tell(&asked, &record).await?, is_new) {
            (Answered::Taken, _) => RunIs::Told,
            (Answered::TooLate, false) => RunIs::NoLongerWaiting,
            (Answered::TooLate, true) => return Err(Refusal::TooLate(verdict.request.clone()).into()),
        };
        Ok(Decided::told(record, run))
    }

    /// The decision as it stands in the bucket, and whether it came there just now.
    async fn record(&self, asked: &Ask, caller: &Person, verdict: &Verdict) -> Result<(DecisionRecord, bool), NotDone> {
        let key = verdict.request.decision_key();
        let now = self.clock.now();
        let existing: Option<DecisionRecord> = self.storage.find(&key).await?;
        let record = decide(asked, existing.as_ref(), caller, verdict, now)?;
        if existing.is_some() {
            return Ok((record, false));
        }
        match self.storage.create(&key, &record).await? {
            Done::Now => Ok((record, true)),
            Done::Already => {
                let first: DecisionRecord = self.storage.find(&key).await?.ok_or_else(|| {
                    Failure::new(ErrorKind::Transient, format!("`{key}` is just being written: ask again"))
                })?;
                // Why: an answer of the bucket that was lost lets the second attempt meet the first one's record.
                let is_new = first == record;
                Ok((decide(asked, Some(&first), caller, verdict, now)?, is_new))
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
