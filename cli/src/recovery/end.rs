//! Takes it back: the login profile is read and shown, read again in the session that deletes it, deleted, and read once more.

use std::time::Duration;

use rootwarden_aws::{Deadline, Journal, MemberAccount, delete, read_everything};
use rootwarden_domain::{
    AccountId, Inventory, RootCredential,
    run::{
        deletion::{DeletionOutcome, StepOutcome},
        plan::PlannedAccount,
    },
    text::line::on_one_line,
};
use serde_json::json;

use super::{Confirmation, confirmed, enter, login_profile_words, others, request_command};
use crate::{
    access::Access,
    arguments::{Format, Whose},
    context::Context,
    deployment::{self, DeploymentRules},
    exit::{Ended, Exit},
    journal::{Begin, InFile, RunJournal},
    origin::Origin,
    output, terminal, typed,
};

/// So long a session that deletes lives, and no longer.
const LONGEST: Duration = Duration::from_mins(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// A fresh read shows it gone.
    Seen,
    /// There was none to begin with.
    NotThere,
}

pub(super) async fn run(
    account: AccountId,
    confirmation: Confirmation,
    whose: Whose<'static>,
    context: &Context,
) -> Result<Exit, Ended> {
    let (access, member) = enter(account, context).await?;
    let or_ask = |ended: Ended| ended.or_say(&request_command("end", account, context));
    let rules = deployment::require_free(account, whose, &access, context).await.map_err(or_ask)?;
    let calls = access.sessions.call_recorder();
    let inventory = read_everything(&access.sessions, member.account(), &calls).await?;
    if inventory.login_profile.is_none() {
        return say(account, Ending::NotThere, &inventory, context);
    }
    let name = on_one_line(&member.account().name);
    terminal::note(&format!("account {account} ({name}): {}", login_profile_words(inventory.login_profile.as_ref())));
    terminal::note("will delete it; access keys, signing certificates and MFA devices stay as they are");
    confirmation.ask(&member, "to delete it, which cannot be undone", context).await?;
    // INVARIANT (I1, I13): asked again right before anything is deleted; the answer may have taken long.
    if let Some(rules) = &rules {
        rules.require_free(account, access.clock.now()).await.map_err(or_ask)?;
    }
    let member = confirmed(&access, account).await?;
    let planned = PlannedAccount {
        account: member.account().clone(),
        delete: vec![RootCredential::LoginProfile],
        protected: Vec::new(),
        inventory,
    };
    let outcome = carry_out(&access, &member, &planned, rules.as_ref(), context).await?;
    conclude(account, outcome, context)
}

/// As `delete` does: what goes is what was shown and is still there, and what was done stands in a journal.
async fn carry_out(
    access: &Access,
    member: &MemberAccount,
    planned: &PlannedAccount,
    rules: Option<&DeploymentRules>,
    context: &Context,
) -> Result<DeletionOutcome, Ended> {
    let origin = Origin::of(access, &context.access).await;
    // Two commands for one account do not work at the same time.
    let kept = RunJournal::open("recovery-end", &origin, &planned.account.id, Begin::Anew, access.clock.now())?;
    let mut journal =
        Journal::new(InFile { journal: &kept, pause: rules.map(|rules| &rules.pause) }, &planned.account, None);
    let (calls, deadline) = (access.sessions.call_recorder(), Deadline::after(LONGEST));
    let outcome = Box::pin(delete(&access.sessions, member, planned, None, &mut journal, &calls, deadline)).await;
    drop(journal);
    terminal::note(&format!("what was done is kept in `{}`", kept.put_aside(access.clock.now())?.display()));
    Ok(outcome)
}

/// INVARIANT (I3): it is called gone only after a fresh read that shows so.
fn conclude(account: AccountId, outcome: DeletionOutcome, context: &Context) -> Result<Exit, Ended> {
    let (steps, remaining) = match outcome {
        DeletionOutcome::Attempted { steps, remaining } => (steps, remaining),
        DeletionOutcome::Failed(failure) | DeletionOutcome::Unknown(failure) => {
            return Err(Ended::Unfinished(format!("nothing was deleted: {}", failure.message)));
        }
        // Nobody asks for these here.
        DeletionOutcome::Ineligible(_)
        | DeletionOutcome::Exempt(_)
        | DeletionOutcome::Paused(_)
        | DeletionOutcome::NotAttempted => return Err(Ended::Unfinished("nothing was deleted".to_owned())),
    };
    let step = steps.into_iter().find(|step| step.credential == RootCredential::LoginProfile).map(|step| step.outcome);
    match (step, remaining) {
        (Some(StepOutcome::Deleted | StepOutcome::AlreadyAbsent), Some(left)) if left.login_profile.is_none() => {
            say(account, Ending::Seen, &left, context)
        }
        (Some(StepOutcome::NotAttempted(why)), _) => {
            Err(Ended::Unfinished(format!("nothing was deleted: {why}; say the same again")))
        }
        (Some(StepOutcome::Failed(failure) | StepOutcome::Unconfirmed(failure)), _) => {
            Err(Ended::Unfinished(format!("the root password may still be there: {}", failure.message)))
        }
        (Some(StepOutcome::Deleted | StepOutcome::AlreadyAbsent) | None, _) => {
            Err(Ended::Unfinished("whether the root password is gone could not be read: say the same again".to_owned()))
        }
    }
}

fn say(account: AccountId, ending: Ending, left: &Inventory, context: &Context) -> Result<Exit, Ended> {
    let others = others(left);
    let (state, words) = match ending {
        Ending::Seen => ("ended", "a fresh read shows it gone"),
        Ending::NotThere => ("not_there", "there was nothing to end"),
    };
    terminal::say(&match context.terminal.format() {
        Format::Table => {
            let beside = if others.is_empty() {
                "the root user has nothing else".to_owned()
            } else {
                format!(
                    "the root user still has {}: `{}` shows it and asks",
                    others.join(", "),
                    typed::command(&["delete", &account.to_string()], &context.access)
                )
            };
            format!("account {account} has no root password, and none may be recovered: {words}\n{beside}\n")
        }
        Format::Json => output::json(&json!({"account": account, "recovery": state, "others": others}))?,
        Format::Csv => {
            let record = [account.to_string(), state.to_owned(), others.join("; ")];
            output::csv(["account", "recovery", "others"], [record])?
        }
    })?;
    Ok(Exit::Well)
}
