//! What is done in an account, written down as it happens: what is left of a worker that is ended in the middle.
//!
//! It is written before a deletion is sent and after, so at any moment it names every credential that this run may have
//! deleted. Accounts in which nothing is deleted have none. Where it is kept says a [`JournalKeeper`].

use std::{fmt, time::Duration};

use futures::future::BoxFuture;
use rootwarden_domain::{
    AccountId, Candidate, ErrorKind, Failure, Inventory, RootCredential,
    run::deletion::{DeletionOutcome, DeletionReport, DeletionStep, StepOutcome},
};
use tokio::time::timeout;
use tracing::warn;

/// So long writing may take; it stands between an account and its next step.
pub(crate) const LONGEST_WRITE: Duration = Duration::from_secs(10);

/// Where a journal is kept, and who is asked before each of its steps.
pub trait JournalKeeper: fmt::Debug + Send + Sync {
    /// Why a deletion must not be sent right now, if it must not.
    fn may_begin(&self) -> BoxFuture<'_, Result<(), StepOutcome>>;

    /// Keeps what is known of an account, in place of what was kept of it before.
    fn keep(&self, report: DeletionReport) -> BoxFuture<'_, Result<(), Failure>>;
}

/// The journal of one account, for as long as its worker is there.
#[derive(Debug)]
pub struct Journal<'a> {
    keeper: Box<dyn JournalKeeper + 'a>,
    account: Candidate,
    /// What an attempt before this one wrote down.
    earlier: Vec<DeletionStep>,
    /// The steps so far. They stand here, and not in the future that takes them, since that one may be cut.
    steps: Vec<DeletionStep>,
    is_begun: bool,
}

impl<'a> Journal<'a> {
    /// The journal of `account`. `earlier`: what an attempt before this one left.
    pub fn new(keeper: impl JournalKeeper + 'a, account: &Candidate, earlier: Option<DeletionReport>) -> Self {
        let earlier = match earlier.map(|report| report.outcome) {
            Some(DeletionOutcome::Attempted { steps, remaining: _ }) => steps,
            Some(
                DeletionOutcome::Ineligible(_)
                | DeletionOutcome::Exempt(_)
                | DeletionOutcome::Paused(_)
                | DeletionOutcome::Failed(_)
                | DeletionOutcome::NotAttempted
                | DeletionOutcome::Unknown(_),
            )
            | None => Vec::new(),
        };
        Self { keeper: Box::new(keeper), account: account.clone(), earlier, steps: Vec::new(), is_begun: false }
    }

    pub(crate) fn steps(&self) -> &[DeletionStep] {
        &self.steps
    }

    /// Whether an attempt before this one sent the deletion of a credential.
    pub(crate) fn was_sent_before(&self, credential: &RootCredential) -> bool {
        self.earlier.iter().any(|step| step.credential == *credential && step.outcome.was_sent())
    }

    /// Whether a deletion was sent in this attempt.
    pub(crate) fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// Writes down that a deletion is about to be sent.
    ///
    /// INVARIANT (I13): whoever keeps it is asked first, before each step, since many accounts are at work at once.
    ///
    /// # Errors
    /// What becomes of the step instead: everything is paused, or it could not be written down, so it must not be sent.
    pub(crate) async fn begin(&mut self, credential: &RootCredential) -> Result<(), StepOutcome> {
        let account = self.account.id;
        timeout(LONGEST_WRITE, self.ask_and_write(credential)).await.unwrap_or_else(|_| {
            let message = format!("cannot ask and write down in time that {credential} of account `{account}` goes");
            Err(StepOutcome::Failed(Failure::new(ErrorKind::Transient, message)))
        })?;
        self.is_begun = true;
        Ok(())
    }

    async fn ask_and_write(&mut self, credential: &RootCredential) -> Result<(), StepOutcome> {
        self.keeper.may_begin().await?;
        self.record(credential, StepOutcome::begun(self.account.id, credential));
        self.write(self.attempted(None)).await.map_err(StepOutcome::Failed)
    }

    /// Notes how a step ended, in place of what was noted of it before. The next write takes it along.
    pub(crate) fn record(&mut self, credential: &RootCredential, outcome: StepOutcome) {
        match self.steps.iter_mut().find(|step| step.credential == *credential) {
            Some(step) => step.outcome = outcome,
            None => self.steps.push(DeletionStep { credential: credential.clone(), outcome }),
        }
    }

    /// Writes down how far it came. That it cannot be written changes nothing: what was begun stands there already.
    pub(crate) async fn note(&self, remaining: Option<Inventory>) {
        if self.is_begun
            && let Err(failure) = self.write(self.attempted(remaining)).await
        {
            warn!(error.kind = %failure.kind, aws.code = failure.code, aws.request_id = failure.request_id, "{failure}");
        }
    }

    /// The account's outcome, with the steps so far.
    pub(crate) fn attempted(&self, remaining: Option<Inventory>) -> DeletionOutcome {
        DeletionOutcome::Attempted { steps: self.all_steps(), remaining }
    }

    /// Sees each step in the light of a fresh read.
    pub(crate) fn see(&mut self, remaining: &Inventory) {
        for DeletionStep { credential, outcome } in &mut self.steps {
            *outcome = outcome.clone().seen(credential, remaining.contains(credential));
        }
    }

    /// `outcome`, unless an attempt before this one sent deletions: then what that one did is the outcome.
    ///
    /// INVARIANT (I3): what was deleted stays in the run's report, also where a second attempt came to nothing.
    #[must_use]
    pub fn keep_earlier(&self, outcome: DeletionOutcome) -> DeletionOutcome {
        match outcome {
            DeletionOutcome::Attempted { .. } => outcome,
            DeletionOutcome::Ineligible(_)
            | DeletionOutcome::Exempt(_)
            | DeletionOutcome::Paused(_)
            | DeletionOutcome::Failed(_)
            | DeletionOutcome::NotAttempted
            | DeletionOutcome::Unknown(_) => {
                if self.earlier.iter().any(|step| step.outcome.was_sent()) {
                    self.attempted(None)
                } else {
                    outcome
                }
            }
        }
    }

    /// The steps of this attempt, and of those that an earlier one sent and this one has not come to.
    fn all_steps(&self) -> Vec<DeletionStep> {
        // One of the same name that is there again and was left alone does not hide that an earlier one was deleted.
        let stands_for = |known: &DeletionStep, step: &DeletionStep| {
            known.credential == step.credential && !matches!(known.outcome, StepOutcome::NotAttempted(_))
        };
        let is_new = |step: &&DeletionStep| !self.steps.iter().any(|known| stands_for(known, step));
        let sent = self.earlier.iter().filter(|step| step.outcome.was_sent()).filter(is_new);
        sent.chain(&self.steps).cloned().collect()
    }

    async fn write(&self, outcome: DeletionOutcome) -> Result<(), Failure> {
        let account = self.account.id;
        let writing = self.keeper.keep(DeletionReport { account: self.account.clone(), outcome });
        match timeout(LONGEST_WRITE, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failure)) => Err(with_account(account, failure)),
            Err(_) => {
                let message = format!("writing took longer than {} s", LONGEST_WRITE.as_secs());
                Err(with_account(account, Failure::new(ErrorKind::Transient, message)))
            }
        }
    }
}

fn with_account(account: AccountId, failure: Failure) -> Failure {
    let message = format!("what is deleted in account `{account}` could not be written down: {}", failure.message);
    Failure { message, ..failure }
}
