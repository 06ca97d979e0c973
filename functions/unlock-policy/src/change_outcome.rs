//! What became of a change, before it is written down.

use rootwarden_domain::{
    aws::partition::Partition,
    unlock::{ApplyOutcome, PolicyState, StoredKey, UnlockPlan, UnlockResult},
};
use tracing::{error, info, warn};

/// What became of a change, and what a fresh read shows.
#[derive(Debug)]
pub(crate) struct ChangeOutcome {
    pub(crate) outcome: ApplyOutcome,
    pub(crate) state: PolicyState,
    /// Where the policy lies as it was before; none if nothing was stored.
    pub(crate) stored: Option<StoredKey>,
    pub(crate) why: String,
    /// What can be asked for next.
    pub(crate) advice: Vec<String>,
}

impl ChangeOutcome {
    /// The request was carried out before, and is not carried out again.
    pub(crate) fn carried_out_before(result: UnlockResult, state: PolicyState) -> Self {
        let outcome = match result.outcome {
            ApplyOutcome::Changed | ApplyOutcome::AlreadyChanged => ApplyOutcome::AlreadyChanged,
            ApplyOutcome::NotChanged => ApplyOutcome::NotChanged,
            ApplyOutcome::Unknown => ApplyOutcome::Unknown,
        };
        let why = format!("at {}: a request is carried out once", result.at);
        Self { outcome, state, stored: result.stored, why, advice: result.advice }
    }

    /// Nothing was even tried.
    pub(crate) fn not_tried(state: PolicyState, why: String) -> Self {
        Self { outcome: ApplyOutcome::NotChanged, state, stored: None, why, advice: Vec::new() }
    }

    /// One line for people, which says nothing of the policy's text.
    pub(crate) fn summary(&self, plan: &UnlockPlan, partition: Partition) -> String {
        let what = match self.outcome {
            ApplyOutcome::Changed | ApplyOutcome::AlreadyChanged => "changed",
            ApplyOutcome::NotChanged => "not changed",
            ApplyOutcome::Unknown => "perhaps changed",
        };
        let (resource, account) = (plan.resource.arn(partition), plan.account);
        let (why, state, stored) = (&self.why, self.state.words(), self.stored_in_words());
        format!("The policy of `{resource}` in account {account} was {what} ({why}). It {state}; {stored}.")
    }

    fn stored_in_words(&self) -> String {
        match (&self.stored, self.state) {
            (None, _) => "nothing was stored".to_owned(),
            (Some(key), PolicyState::AsBefore) => format!("a copy is stored as `{key}`"),
            (Some(key), PolicyState::AsPlanned | PolicyState::SomethingElse | PolicyState::Unknown) => {
                format!("as it was before, it is stored as `{key}`")
            }
        }
    }

    pub(crate) fn log(&self, plan: &UnlockPlan, summary: &str) {
        match self.outcome {
            ApplyOutcome::Changed | ApplyOutcome::AlreadyChanged => {
                info!(unlock.id = %plan.unlock, account.id = %plan.account, "{summary}");
            }
            ApplyOutcome::NotChanged => warn!(unlock.id = %plan.unlock, account.id = %plan.account, "{summary}"),
            ApplyOutcome::Unknown => error!(unlock.id = %plan.unlock, account.id = %plan.account, "{summary}"),
        }
    }
}
