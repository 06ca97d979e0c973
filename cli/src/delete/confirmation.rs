//! Whether somebody wants exactly what is planned.

use rootwarden_domain::run::report::ApprovalOutcome;

use super::shown::Shown;
use crate::{
    context::Context,
    exit::Ended,
    output::{DeploymentSeen, counted},
    terminal,
};

/// In how many accounts something is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToDo {
    pub accounts: usize,
    /// What a stopped command of the same kind is done with.
    pub done_before: usize,
}

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
        shown: &Shown,
        to_do: ToDo,
        max_accounts: usize,
        deployment: &DeploymentSeen,
        context: &Context,
    ) -> Result<ApprovalOutcome, Ended> {
        let note = |line: &str| terminal::note(line);
        let ToDo { accounts: count, done_before } = to_do;
        if count == 0 {
            return Ok(ApprovalOutcome::NotNeeded);
        }
        shown.note();
        note(&deployment.to_string());
        let all = count + done_before;
        if all > max_accounts {
            let (planned, verb) = (counted(all, "account"), if all == 1 { "is" } else { "are" });
            note(&format!(
                "{planned} {verb} planned, and the guard is at {max_accounts}: nothing is deleted; look at the plan, then say --max-accounts {all}"
            ));
            return Ok(ApprovalOutcome::NotRequested);
        }
        let answer = match self {
            // The same command again names the same number, whatever was done of it before it was stopped.
            Self::Given(accounts) if accounts == all => return Ok(ApprovalOutcome::NotNeeded),
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
