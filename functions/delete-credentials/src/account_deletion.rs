//! Deletes what is planned in one account of a batch.

use std::{collections::BTreeMap, time::Duration};

use rootwarden_aws::{CallRecorder, Deadline, Journal, Journals, LEAST_TIME, RootSessions, delete};
use rootwarden_domain::{
    AccountId, ErrorKind, Failure, RoundId,
    run::{
        call::Call,
        deletion::{DeletionOutcome, DeletionReport, StepOutcome},
        plan::{DeletionPlan, PlannedAccount},
    },
};
use tracing::{info, warn};

use crate::account_check::AccountCheck;

/// No account is begun with less time left: a slow one's first answers, one step, and reading again.
const RESERVE: Duration = LEAST_TIME.saturating_add(Duration::from_secs(15));

/// What was written down of each account, or why it cannot be read.
pub(crate) type EarlierReports = BTreeMap<AccountId, Result<DeletionReport, Failure>>;

/// One batch of a plan, and what an attempt before this one wrote down of its accounts.
pub(crate) struct Work<'a> {
    pub(crate) plan: &'a DeletionPlan,
    pub(crate) round: &'a RoundId,
    pub(crate) batch: u32,
    pub(crate) deadline: Deadline,
    pub(crate) earlier: EarlierReports,
}

/// Asks whether an account may be changed, deletes what is planned in it, and writes each step down.
#[derive(Debug)]
pub(crate) struct AccountDeletion {
    sessions: RootSessions,
    check: AccountCheck,
    journals: Journals,
}

impl AccountDeletion {
    pub(crate) fn new(sessions: RootSessions, check: AccountCheck, journals: Journals) -> Self {
        Self { sessions, check, journals }
    }

    /// One account, and the calls that were made in it. Whatever goes wrong is its own, and never stops the others.
    pub(crate) async fn secure(&self, work: &Work<'_>, planned: &PlannedAccount) -> (DeletionOutcome, Vec<Call>) {
        let id = planned.account.id;
        let earlier = match work.earlier.get(&id).cloned().transpose() {
            Ok(earlier) => earlier,
            Err(failure) => {
                tell_failure(&failure);
                return (DeletionOutcome::Failed(failure), Vec::new());
            }
        };
        let mut journal = self.journals.open(work.round, work.batch, &planned.account, earlier);
        let calls = self.sessions.call_recorder();
        let outcome = if work.deadline.leaves(RESERVE) {
            self.delete(work, planned, &mut journal, &calls).await
        } else {
            DeletionOutcome::NotAttempted
        };
        tell(id, &outcome);
        (journal.keep_earlier(outcome), calls.take())
    }

    async fn delete(
        &self,
        work: &Work<'_>,
        planned: &PlannedAccount,
        journal: &mut Journal<'_>,
        calls: &CallRecorder,
    ) -> DeletionOutcome {
        let id = planned.account.id;
        // Boxed: many accounts are at work at once, and these are large.
        let asked = Box::pin(self.check.may_be_changed(work.plan, planned));
        match work.deadline.earlier_by(LEAST_TIME).cut(asked).await {
            Some(Ok((member, keys))) => {
                Box::pin(delete(&self.sessions, &member, planned, keys.as_ref(), journal, calls, work.deadline)).await
            }
            Some(Err(outcome)) => outcome,
            None => {
                let message =
                    format!("whether account `{id}` may be changed could not be read in time; it is left alone");
                DeletionOutcome::Failed(Failure::new(ErrorKind::Transient, message))
            }
        }
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
        DeletionOutcome::Ineligible(_)
        | DeletionOutcome::Exempt(_)
        | DeletionOutcome::Paused(_)
        | DeletionOutcome::NotAttempted => {}
    }
}

fn tell_failure(failure: &Failure) {
    warn!(error.kind = %failure.kind, aws.code = failure.code, aws.request_id = failure.request_id, "{failure}");
}
