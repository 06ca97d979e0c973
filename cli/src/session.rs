//! `session`: a root session of one account and one task, for one program.

use std::{
    env,
    ffi::OsString,
    io::{self, IsTerminal},
    os::unix::process::CommandExt,
    process::Command,
};

use rootwarden_aws::{MemberAccount, MembershipError, SessionCredentials};
use rootwarden_domain::{AccountId, text::line::on_one_line};
use serde_json::json;

use crate::{
    access::{Access, profile_with_process},
    arguments::{SessionArguments, SessionTask, Whose},
    context::Context,
    deployment,
    exit::{Ended, Exit},
    terminal,
};

/// What of the caller's own access would go before the session's, stand beside it, or be a secret that is not the session's.
///
/// Sources: AWS SDKs and Tools Reference Guide, "Environment variables list"; the older names of the SDK for Java 1
/// (`EnvironmentVariableCredentialsProvider`) and of boto (`AWS_SECURITY_TOKEN`); those that the SDK for Ruby
/// takes as well (aws-sdk-core, `CredentialProviderChain#env_credentials`, `AMAZON_…`); what aws-vault sets beside its credentials.
const OF_THE_CALLER: [&str; 12] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_CREDENTIAL_FILE",
    "AWS_SESSION_EXPIRATION",
    "AWS_VAULT",
    "AWS_CREDENTIAL_EXPIRATION",
    "AMAZON_ACCESS_KEY_ID",
    "AMAZON_SECRET_ACCESS_KEY",
    "AMAZON_SESSION_TOKEN",
];
/// Whatever begins so, likewise.
const OF_THE_CALLER_BEGIN: [&str; 5] =
    ["AWS_CONTAINER_", "AWS_WEB_IDENTITY_", "AWS_ROLE_", "AWS_BEARER_TOKEN", "AWS_SSO_"];

pub async fn run(arguments: SessionArguments, context: &Context) -> Result<Exit, Ended> {
    let SessionArguments { account, task, credential_process, confirm_account, ignore_deployment, command } = arguments;
    if credential_process {
        require_process(task, context)?;
        require_another_process(context).await?;
    } else {
        confirm(account, task, confirm_account, context).await?;
    }
    let access = Access::open_whatever_is_on(&context.access).await?;
    let member = match access.organization.member(access.management_account, account).await {
        Ok(member) => member,
        Err(MembershipError::Ineligible(reason)) => {
            return Err(Ended::Refused(format!("account `{account}` is ineligible: {reason}")));
        }
        Err(MembershipError::Unanswered(error)) => return Err(error.into()),
    };
    let whose = if ignore_deployment { Whose::Nobodys } else { Whose::Found };
    hold_against_deployment(account, task, whose, &access, context).await?;
    let credentials = open(&access, &member, task).await?;
    if credential_process {
        // INVARIANT (I9): the one place where a session's secrets are written, for the program that reads them as they come.
        return terminal::say(&for_credential_process(&credentials)).map(|()| Exit::Well);
    }
    Err(execute(&command, account, &credentials, &access, context))
}

/// A deployment's rules count for whatever the command could do with the session; an audit changes nothing.
///
/// # Errors
/// The deployment leaves the account alone, or takes two people for it.
async fn hold_against_deployment(
    account: AccountId,
    task: SessionTask,
    whose: Whose<'_>,
    access: &Access,
    context: &Context,
) -> Result<(), Ended> {
    match (task, whose) {
        (SessionTask::Audit, _) | (SessionTask::UnlockBucket | SessionTask::UnlockQueue, Whose::Nobodys) => Ok(()),
        (SessionTask::Delete, whose) => deployment::require_free(account, whose, access, context).await.map(drop),
        (SessionTask::UnlockBucket | SessionTask::UnlockQueue, Whose::Found | Whose::InBucket(_)) => {
            deployment::require_none(&access.config, "`rootwarden unlock` with --request", context).await
        }
    }
}

/// # Errors
/// Another task than the audit, a terminal that would show the secrets, or a profile that may be served by this very command.
fn require_process(task: SessionTask, context: &Context) -> Result<(), Ended> {
    if task != SessionTask::Audit {
        let why = "--credential-process serves the audit task alone: nobody can be asked there";
        return Err(Ended::Usage(why.to_owned()));
    }
    if io::stdout().is_terminal() {
        let why = "--credential-process writes secrets, and not to a terminal: name this command as `credential_process` of a profile";
        return Err(Ended::Usage(why.to_owned()));
    }
    // The profile in the environment may be the one that names this command, which would then start itself for ever.
    if context.access.profile.is_none() && env::var_os("AWS_PROFILE").is_some_and(|profile| !profile.is_empty()) {
        let why = "--credential-process takes no profile from AWS_PROFILE, which may be the one that it serves: say --profile";
        return Err(Ended::Usage(why.to_owned()));
    }
    Ok(())
}

/// # Errors
/// The caller's own profile is served by this command, which would then start itself for ever.
async fn require_another_process(context: &Context) -> Result<(), Ended> {
    let Some(profile) = profile_with_process(&context.access, "--credential-process").await else { return Ok(()) };
    Err(Ended::Usage(format!(
        "the profile `{}` has a `credential_process` with --credential-process, so that this command would start itself for ever: say --profile with the one that you sign in with",
        on_one_line(&profile)
    )))
}

/// Asks before a task that changes something.
async fn confirm(
    account: AccountId,
    task: SessionTask,
    given: Option<AccountId>,
    context: &Context,
) -> Result<(), Ended> {
    let what = match task {
        SessionTask::Audit => return Ok(()),
        SessionTask::Delete => "delete root credentials",
        SessionTask::UnlockBucket => "change the policies of its buckets",
        SessionTask::UnlockQueue => "change the policies of its queues",
    };
    let answer = match given {
        Some(given) => given.to_string(),
        None if terminal::can_ask() => {
            let question =
                format!("The command can {what} in account {account}, and nobody else decides. Type the account's id:");
            terminal::ask(&question, &context.stop).await?
        }
        None => {
            let why = "there is no terminal to ask on: say --confirm-account with the account's id again";
            return Err(Ended::Usage(why.to_owned()));
        }
    };
    if AccountId::from_typed(&answer) == Ok(account) {
        return Ok(());
    }
    Err(Ended::Usage(format!("the answer is not {account}: no session was opened")))
}

async fn open(access: &Access, member: &MemberAccount, task: SessionTask) -> Result<SessionCredentials, Ended> {
    Ok(match task {
        SessionTask::Audit => access.sessions.audit_credentials(member.account()).await?,
        SessionTask::Delete => access.sessions.delete_credentials(member).await?,
        SessionTask::UnlockBucket => access.sessions.unlock_bucket_credentials(member).await?,
        SessionTask::UnlockQueue => access.sessions.unlock_queue_credentials(member).await?,
    })
}

/// Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
fn for_credential_process(credentials: &SessionCredentials) -> String {
    let text = json!({
        "Version": 1,
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.expose_secret_access_key(),
        "SessionToken": credentials.expose_session_token(),
        "Expiration": credentials.expires_at.to_string(),
    });
    format!("{text}\n")
}

/// Becomes the command: its exit code and its signals are then its own. Returns only if that fails.
fn execute(
    command: &[OsString],
    account: AccountId,
    credentials: &SessionCredentials,
    access: &Access,
    context: &Context,
) -> Ended {
    let Some((program, arguments)) = command.split_first() else {
        return Ended::Usage("no command was given after `--`".to_owned());
    };
    let mut child = Command::new(program);
    child.args(arguments);
    for name in env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
        let is_endpoint = context.access.endpoint_url.is_some() && goes_before_endpoint(&name);
        if is_of_caller(&name) || is_endpoint {
            child.env_remove(name);
        }
    }
    child
        .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", credentials.expose_secret_access_key())
        .env("AWS_SESSION_TOKEN", credentials.expose_session_token())
        .env("AWS_CREDENTIAL_EXPIRATION", credentials.expires_at.to_string())
        .env("AWS_ACCOUNT_ID", account.to_string());
    if let Some(region) = access.config.region() {
        // The AWS CLI reads the one, SDKs read the other.
        child.env("AWS_REGION", region.as_ref()).env("AWS_DEFAULT_REGION", region.as_ref());
    }
    if let Some(url) = access.config.endpoint_url() {
        child.env("AWS_ENDPOINT_URL", url);
    }
    let error = child.exec();
    Ended::Usage(format!("cannot run `{}`: {error}", program.to_string_lossy()))
}

fn is_of_caller(name: &str) -> bool {
    OF_THE_CALLER.contains(&name) || OF_THE_CALLER_BEGIN.iter().any(|begin| name.starts_with(begin))
}

/// Whether a setting would go before the address that was named for every service.
fn goes_before_endpoint(name: &str) -> bool {
    name.starts_with("AWS_ENDPOINT_URL_") || name == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
}
