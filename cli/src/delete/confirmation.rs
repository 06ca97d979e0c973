//! Whether somebody wants exactly what is planned.

use rootwarden_domain::run::{plan::DeletionPlan, report::ApprovalOutcome};

use super::{carrying_out::is_done, shown::Shown};
use crate::{context::Context, exit::Ended, journal::RunJournal, output::DeploymentSeen, terminal};

/// Where the answer comes from: there is no other way to say yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// Somebody at a terminal types the number of accounts.
    Asked,
    /// It was given beforehand.
    Given(usize),
}

impl Confirmation {
    /// # Errors
    /// Nobody can be asked, and no answer was given.
    pub fn of(given: Option<usize>) -> Result<Self, Ended> {
        match given {
            Some(accounts) => Ok(Self::Given(accounts)),
            None if terminal::can_ask() => Ok(Self::Asked),
            None => Err(Ended::Usage(
                "there is no terminal to ask on: say --confirm-accounts N, the number of accounts in which something is deleted"
                    .to_owned(),
            )),
        }
    }

    /// Shows what is planned, holds it against the guard, and asks.
    ///
    /// # Errors
    /// Ctrl-C at the question.
    pub async fn of_plan(
        self,
        plan: &DeletionPlan,
        max_accounts: usize,
        deployment: &DeploymentSeen,
        journal: &RunJournal,
        context: &Context,
    ) -> Result<ApprovalOutcome, Ended> {
        let note = |line: &str| terminal::note(line);
        // What an interrupted command has done already is done.
        let count = plan.accounts().filter(|planned| !journal.deleted(planned.account.id).is_some_and(is_done)).count();
        if count == 0 {
            return Ok(ApprovalOutcome::NotNeeded);
        }
        Shown::of(plan).note();
        note(&deployment.to_string());
        if count > max_accounts {
            note(&format!(
                "{count} accounts are planned, and the guard is at {max_accounts}: nothing is deleted; look at the plan, then say --max-accounts {count}"
            ));
            return Ok(ApprovalOutcome::NotRequested);
        }
        let answer = match self {
            Self::Given(accounts) => accounts.to_string(),
            Self::Asked => {
                let question = format!(
                    "This cannot be undone. Type the number of accounts ({count}) to delete these root credentials:"
                );
                terminal::ask(&question, &context.stop).await?
            }
        };
        if answer == count.to_string() {
            return Ok(ApprovalOutcome::NotNeeded);
        }
        note(&format!("the answer is not {count}, the number of accounts: nothing is deleted"));
        Ok(ApprovalOutcome::Rejected)
    }
}
