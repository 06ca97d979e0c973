//! `recovery`: lets the root user's password of one member account be recovered, and takes that back.
//!
//! Here one person decides, and no window closes by itself: a deployment's recovery request has both, and goes there with
//! `--request`.

mod allow;
mod end;
mod status;

use rootwarden_aws::{MemberAccount, MembershipError};
use rootwarden_domain::{
    AccountId, Inventory,
    aws::{credential::LoginProfile, partition::Partition},
    recovery::require_partition,
};

use crate::{
    access::Access,
    arguments::{
        AllowRecoveryArguments, EndRecoveryArguments, ExtendRecoveryArguments, RecoveryArguments, RecoveryCommand,
        Whose,
    },
    context::Context,
    deployment::{self, RecoveryRequest},
    exit::{Ended, Exit},
    terminal, typed,
};

pub async fn run(arguments: RecoveryArguments, context: &Context) -> Result<Exit, Ended> {
    match arguments.command {
        RecoveryCommand::Status { account } => status::run(account, context).await,
        RecoveryCommand::Allow(AllowRecoveryArguments { account, alone, request, duration }) => {
            if let Some(said) = request.said() {
                return deployment::recovery(account, RecoveryRequest::Allow(duration), said, context).await;
            }
            allow::run(account, Confirmation::of(account, alone.confirm_account)?, alone.whose(), context).await
        }
        RecoveryCommand::Extend(ExtendRecoveryArguments { account, request: _, reason, ticket, duration }) => {
            deployment::recovery(account, RecoveryRequest::Extend(duration), (reason, ticket), context).await
        }
        RecoveryCommand::End(EndRecoveryArguments { account, alone, request }) => {
            if let Some(said) = request.said() {
                return deployment::recovery(account, RecoveryRequest::End, said, context).await;
            }
            end::run(account, Confirmation::of(account, alone.confirm_account)?, alone.whose(), context).await
        }
    }
}

/// Where the answer comes from: there is no other way to say yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Confirmation {
    Asked,
    /// It was given beforehand, and is the account.
    Given,
}

impl Confirmation {
    /// # Errors
    /// Nobody can be asked, and no answer was given, or another account's.
    fn of(account: AccountId, given: Option<AccountId>) -> Result<Self, Ended> {
        match given {
            Some(given) if given == account => Ok(Self::Given),
            Some(given) => Err(Ended::Usage(format!("--confirm-account is {given}, and not {account}"))),
            None if terminal::can_ask() => Ok(Self::Asked),
            None => {
                let why = "there is no terminal to ask on: say --confirm-account with the account's id again";
                Err(Ended::Usage(why.to_owned()))
            }
        }
    }

    /// # Errors
    /// The answer is another one, or Ctrl-C.
    async fn ask(self, member: &MemberAccount, what: &str, context: &Context) -> Result<(), Ended> {
        let account = member.account();
        let question = format!("Type the account's id ({}) {what}:", account.id);
        match self {
            Self::Given => Ok(()),
            Self::Asked if is_account(&terminal::ask(&question, &context.stop).await?, account.id) => Ok(()),
            Self::Asked => Err(Ended::Refused(format!("the answer is not {}: nothing was changed", account.id))),
        }
    }
}

/// Whether somebody typed this account's id.
fn is_account(answer: &str, account: AccountId) -> bool {
    AccountId::from_typed(answer).is_ok_and(|typed| typed == account)
}

/// The caller's access, and an account that Organizations has just confirmed.
///
/// INVARIANT (I1): no session in the management account, outside the organization, or where the account is not active.
async fn enter(account: AccountId, context: &Context) -> Result<(Access, MemberAccount), Ended> {
    let access = Access::open(&context.access).await?;
    let partition = Partition::of_region(access.config.region().map_or("", AsRef::as_ref));
    require_partition(partition).map_err(|error| Ended::Refused(error.to_string()))?;
    let member = confirmed(&access, account).await?;
    Ok((access, member))
}

async fn confirmed(access: &Access, account: AccountId) -> Result<MemberAccount, Ended> {
    match access.organization.member(access.management_account, account).await {
        Ok(member) => Ok(member),
        Err(MembershipError::Ineligible(reason)) => {
            Err(Ended::Refused(format!("account `{account}` is ineligible: {reason}")))
        }
        Err(MembershipError::Unanswered(error)) => Err(error.into()),
    }
}

/// AWS shows the same for a password and for one that may be recovered.
fn login_profile_words(profile: Option<&LoginProfile>) -> String {
    match profile {
        None => "no root password, and none may be recovered".to_owned(),
        Some(LoginProfile { created_at }) => {
            let since = created_at.map(|at| format!(", since {at}")).unwrap_or_default();
            format!("a root password, or recovery is allowed (AWS shows the same for both){since}")
        }
    }
}

/// What else the root user has, e.g. `access key AKIA…`.
fn others(inventory: &Inventory) -> Vec<String> {
    let without = Inventory { login_profile: None, ..inventory.clone() };
    without.credentials().iter().map(ToString::to_string).collect()
}

/// The command that ends it, as it has to be typed.
fn end_command(account: AccountId, whose: Whose<'_>, context: &Context) -> String {
    let account = account.to_string();
    let words = ["recovery", "end", &account, "--ignore-deployment"];
    let count = match whose {
        Whose::Nobodys => 4,
        Whose::Found | Whose::InBucket(_) => 3,
    };
    let words: Vec<&str> = words.into_iter().take(count).collect();
    typed::command(&words, &context.access)
}

/// The command that asks a deployment for it.
fn request_command(action: &str, account: AccountId, context: &Context) -> String {
    let account = account.to_string();
    typed::command(
        &["recovery", action, &account, "--request", "--reason", "TEXT", "--ticket", "TEXT"],
        &context.access,
    )
}
