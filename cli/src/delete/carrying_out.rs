//! Carries a plan out, account by account.

use std::{collections::BTreeMap, time::Duration};

use futures::{StreamExt, stream};
use jiff::SignedDuration;
use rootwarden_aws::{Deadline, Journal, JournalKeeper, KeysAgain, MembershipError, delete};
use rootwarden_domain::{
    Batch, ErrorKind, Failure,
    artifact::{Collected, WorkerResult},
    run::{
        deletion::{DeletionOutcome, DeletionReport, StepOutcome},
        exemption::Exemptions,
        plan::{DeletionPlan, PlannedAccount, ReleasedKeys},
    },
};

use crate::{
    access::Access,
    context::Context,
    deployment::DeploymentRules,
    journal::{InFile, RunJournal},
    progress::Progress,
};

/// How many accounts are worked on side by side.
const AT_ONCE: usize = 20;
/// So long a session that deletes lives, and no longer.
const LONGEST: Duration = Duration::from_mins(5);
/// So long the last use of keys is not read again, as in a run.
pub const FRESH: SignedDuration = SignedDuration::from_mins(30);

/// Everything that a deletion needs, and is asked again right before it.
#[derive(Debug)]
pub struct CarryingOut<'a> {
    pub access: &'a Access,
    pub exemptions: &'a Exemptions,
    pub deployment: Option<&'a DeploymentRules>,
    pub protect_used_within_days: u16,
    /// So long after the plan the last use of its keys is not read again.
    pub keys_are_fresh_for: SignedDuration,
    pub journal: &'a RunJournal,
    pub context: &'a Context,
}

impl CarryingOut<'_> {
    /// What became of each account of the plan, by its batch.
    pub async fn all(&self, plan: &DeletionPlan) -> BTreeMap<u32, Collected<DeletionReport>> {
        let progress = Progress::new("worked on", self.context.progress_seconds);
        progress.listed(plan.account_count());
        progress.list_is_whole();
        let work = Box::pin(async {
            let accounts = plan
                .batches
                .iter()
                .flat_map(|Batch { batch, accounts }| accounts.iter().map(move |planned| (*batch, planned)));
            let mut reports = Box::pin(
                stream::iter(accounts)
                    .map(async |(batch, planned): (u32, &PlannedAccount)| {
                        progress.begun(planned.account.id);
                        let report = self.one(plan, planned).await;
                        progress.finished(planned.account.id);
                        (batch, report)
                    })
                    .buffer_unordered(AT_ONCE),
            );
            let mut by_batch: BTreeMap<u32, Vec<DeletionReport>> = BTreeMap::new();
            while let Some((batch, report)) = reports.next().await {
                by_batch.entry(batch).or_default().push(report);
            }
            by_batch
        });
        let by_batch = progress.shown_while(work).await;
        let of = plan.round_id();
        let result =
            |(batch, accounts)| (batch, Ok(WorkerResult { run: of.run.clone(), round: of.round, batch, accounts }));
        by_batch.into_iter().map(result).collect()
    }

    async fn one(&self, plan: &DeletionPlan, planned: &PlannedAccount) -> DeletionReport {
        let account = planned.account.clone();
        let earlier = self.journal.deleted(account.id).cloned();
        let mut journal = Journal::new(self.keeper(), &account, earlier);
        let outcome = Box::pin(self.delete(plan, planned, &mut journal)).await;
        self.watch(&outcome).await;
        let report = DeletionReport { account, outcome: journal.keep_earlier(outcome) };
        // Of what was not begun nothing is kept: the same command comes to it again.
        if matches!(report.outcome, DeletionOutcome::Attempted { .. })
            && let Err(failure) = self.keeper().keep(report.clone()).await
        {
            self.context.note_once(&failure.message);
        }
        report
    }

    async fn delete(
        &self,
        plan: &DeletionPlan,
        planned: &PlannedAccount,
        journal: &mut Journal<'_>,
    ) -> DeletionOutcome {
        let id = planned.account.id;
        if let Some(reason) = self.context.stop.reason() {
            let why = format!("nothing was deleted: {}", reason.words());
            return DeletionOutcome::Failed(Failure::new(ErrorKind::Transient, why));
        }
        // INVARIANT (I1): asked again right before anything is deleted.
        let member = match self.access.organization.member(plan.management_account, id).await {
            Ok(member) => member,
            Err(MembershipError::Ineligible(reason)) => return DeletionOutcome::Ineligible(reason),
            Err(MembershipError::Unanswered(error)) => return DeletionOutcome::Failed(error.into()),
        };
        if let Some(reason) = self.exemptions.reason(id, self.access.clock.now()) {
            return DeletionOutcome::Exempt(reason.to_owned());
        }
        if let Some(deployment) = self.deployment
            && let Some(outcome) = deployment.left_alone(id, self.access.clock.now()).await
        {
            return outcome;
        }
        let is_fresh = self.access.clock.now().duration_since(plan.planned_at) < self.keys_are_fresh_for;
        let (protect_used_within_days, released) = (self.protect_used_within_days, ReleasedKeys::new());
        let keys = (!is_fresh).then_some(KeysAgain { protect_used_within_days, released });
        let (deadline, calls) = (Deadline::after(LONGEST), self.access.sessions.call_recorder());
        delete(&self.access.sessions, &member, planned, keys.as_ref(), journal, &calls, deadline).await
    }

    fn keeper(&self) -> InFile<'_> {
        InFile { journal: self.journal, pause: self.deployment.map(|deployment| &deployment.pause) }
    }

    /// Stops where a failure shows that AWS does not take the caller's credentials any more.
    async fn watch(&self, outcome: &DeletionOutcome) {
        let failures: Vec<&Failure> = match outcome {
            DeletionOutcome::Failed(failure) | DeletionOutcome::Unknown(failure) => vec![failure],
            DeletionOutcome::Attempted { steps, remaining: _ } => {
                let failed = steps.iter().filter_map(|step| match &step.outcome {
                    StepOutcome::Failed(failure) | StepOutcome::Unconfirmed(failure) => Some(failure),
                    StepOutcome::Deleted | StepOutcome::AlreadyAbsent | StepOutcome::NotAttempted(_) => None,
                });
                failed.collect()
            }
            DeletionOutcome::Ineligible(_)
            | DeletionOutcome::Exempt(_)
            | DeletionOutcome::Paused(_)
            | DeletionOutcome::NotAttempted => Vec::new(),
        };
        for failure in failures {
            self.access.watch(failure, &self.context.stop).await;
        }
    }
}
