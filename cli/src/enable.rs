//! `enable`: switches centralized root access on, in the management account.

use rootwarden_aws::{CallerIdentity, Feature, Organization, RootAccess};
use rootwarden_domain::AccountId;
use serde_json::json;

use crate::{
    access::load_config,
    arguments::{EnableArguments, Format},
    context::Context,
    exit::{Ended, Exit},
    output::{csv, json as as_json},
    terminal,
};

/// What is on; a delegate is `None` where none was asked for.
#[expect(clippy::struct_field_names, reason = "four answers to yes-or-no questions")]
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    is_trusted: bool,
    is_credentials_management_on: bool,
    is_sessions_on: bool,
    is_delegated: Option<bool>,
}

pub async fn run(arguments: EnableArguments, context: &Context) -> Result<Exit, Ended> {
    let EnableArguments { delegate, sessions, confirm_account } = arguments;
    if confirm_account.is_none() && !terminal::can_ask() {
        let why = "there is no terminal to ask on: say --confirm-account with the management account's id";
        return Err(Ended::Usage(why.to_owned()));
    }
    let config = load_config(&context.access).await?;
    let caller = CallerIdentity::read(&config).await?;
    let management_account = Organization::new(&config).management_account().await?;
    if caller.account != management_account {
        return Err(Ended::Refused(format!(
            "these credentials are of account `{}`, and only the management account `{management_account}` switches root access on",
            caller.account
        )));
    }
    if delegate == Some(management_account) {
        return Err(Ended::Refused("the management account needs no delegation: leave --delegate out".to_owned()));
    }
    let access = RootAccess::new(&config);
    let before = state(&access, delegate).await?;
    let changes = changes(&before, delegate, sessions);
    if changes.is_empty() {
        say(&before, delegate, context)?;
        terminal::note("everything is on: nothing was changed");
        return Ok(Exit::Well);
    }
    for change in &changes {
        terminal::note(&format!("will {change}"));
    }
    let answer = match confirm_account {
        Some(account) => account.to_string(),
        None => terminal::ask("Type the management account's id to change this:", &context.stop).await?,
    };
    if answer != management_account.to_string() {
        return Err(Ended::Refused("the answer is not the management account's id: nothing was changed".to_owned()));
    }
    if !before.is_trusted {
        access.enable_trusted_access().await?;
    }
    if !before.is_credentials_management_on {
        access.enable(Feature::RootCredentialsManagement).await?;
    }
    if sessions && !before.is_sessions_on {
        access.enable(Feature::RootSessions).await?;
    }
    if let (Some(account), Some(false)) = (delegate, before.is_delegated) {
        access.register_delegated_administrator(account).await?;
    }
    // Read again: what AWS accepted is not yet what is there.
    let after = state(&access, delegate).await?;
    say(&after, delegate, context)?;
    Ok(if self::changes(&after, delegate, sessions).is_empty() { Exit::Well } else { Exit::Unfinished })
}

async fn state(access: &RootAccess, delegate: Option<AccountId>) -> Result<State, Ended> {
    let features = access.features().await?;
    let is_on = |feature| features.as_ref().is_some_and(|features| features.contains(&feature));
    let is_delegated = match delegate {
        Some(account) => Some(access.delegated_administrators().await?.contains(&account)),
        None => None,
    };
    Ok(State {
        is_trusted: features.is_some(),
        is_credentials_management_on: is_on(Feature::RootCredentialsManagement),
        is_sessions_on: is_on(Feature::RootSessions),
        is_delegated,
    })
}

fn changes(state: &State, delegate: Option<AccountId>, sessions: bool) -> Vec<String> {
    let State { is_trusted, is_credentials_management_on, is_sessions_on, is_delegated } = state;
    let mut changes = Vec::new();
    if !is_trusted {
        changes.push("switch on trusted access for iam.amazonaws.com".to_owned());
    }
    if !is_credentials_management_on {
        changes.push("switch on root credentials management".to_owned());
    }
    if sessions && !is_sessions_on {
        changes.push("switch on privileged root actions in member accounts".to_owned());
    }
    if let (Some(account), Some(false)) = (delegate, is_delegated) {
        changes.push(format!("register account {account} as a delegated administrator for IAM"));
    }
    changes
}

fn say(state: &State, delegate: Option<AccountId>, context: &Context) -> Result<(), Ended> {
    let State { is_trusted, is_credentials_management_on, is_sessions_on, is_delegated } = state;
    let mut rows = vec![
        ("trusted_access", *is_trusted),
        ("root_credentials_management", *is_credentials_management_on),
        ("root_sessions", *is_sessions_on),
    ];
    if let Some(is_delegated) = is_delegated {
        rows.push(("delegated_administrator", *is_delegated));
    }
    let word = |is_on: bool| if is_on { "on" } else { "off" };
    let text = match context.terminal.format() {
        Format::Json => {
            let mut value = json!({ "delegate": delegate });
            for (name, is_on) in rows {
                if let Some(fields) = value.as_object_mut() {
                    fields.insert(name.to_owned(), is_on.into());
                }
            }
            as_json(&value)?
        }
        Format::Csv => {
            csv(["setting", "state"], rows.iter().map(|(name, is_on)| [(*name).to_owned(), word(*is_on).to_owned()]))?
        }
        Format::Table => rows.iter().fold(String::new(), |text, (name, is_on)| {
            format!("{text}{:<30}{}\n", name.replace('_', " "), word(*is_on))
        }),
    };
    terminal::say(&text)
}
