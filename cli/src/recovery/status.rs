//! Reads what the root user has, in a session that can do nothing else.

use rootwarden_aws::read_everything;
use rootwarden_domain::AccountId;
use serde_json::json;

use super::{enter, login_profile_words, others};
use crate::{
    arguments::Format,
    context::Context,
    exit::{Ended, Exit},
    output, terminal,
};

pub(super) async fn run(account: AccountId, context: &Context) -> Result<Exit, Ended> {
    let (access, member) = enter(account, context).await?;
    let calls = access.sessions.call_recorder();
    let inventory = read_everything(&access.sessions, member.account(), &calls).await?;
    let profile = inventory.login_profile.as_ref();
    let others = others(&inventory);
    let created_at = profile.and_then(|profile| profile.created_at);
    terminal::say(&match context.terminal.format() {
        Format::Table => {
            let others = if others.is_empty() { "nothing".to_owned() } else { others.join(", ") };
            format!("account {account}: {}\nbeside it: {others}\n", login_profile_words(profile))
        }
        Format::Json => output::json(&json!({
            "account": account,
            "login_profile": profile.is_some(),
            "created_at": created_at,
            "others": others,
        }))?,
        Format::Csv => {
            let created_at = created_at.map(|at| at.to_string()).unwrap_or_default();
            let record = [account.to_string(), profile.is_some().to_string(), created_at, others.join("; ")];
            output::csv(["account", "login_profile", "created_at", "others"], [record])?
        }
    })?;
    Ok(if profile.is_some() { Exit::Found } else { Exit::Well })
}
