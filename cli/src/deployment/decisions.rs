//! Looking at what somebody asked for, and deciding about it.

use rootwarden_domain::{ids::approval::ApprovalId, text::line::on_one_line};
use serde_json::{Value, json};

use super::{
    found::{Deployment, require},
    requests::{fields, taken, tell},
};
use crate::{
    arguments::{DecisionArguments, Format},
    context::Context,
    exit::{Ended, Exit},
    output::{Listing, json},
    terminal,
};

pub async fn show(id: &ApprovalId, context: &Context) -> Result<Exit, Ended> {
    let deployment = require(context).await?;
    let shown = read(&deployment, id).await?;
    match context.terminal.format() {
        Format::Table => terminal::say(&text(&shown, context.terminal.is_coloured()))?,
        Format::Json => terminal::say(&json(&shown)?)?,
        Format::Csv => fields(&shown).show(&context.terminal)?,
    }
    Ok(Exit::Well)
}

/// Either URL shows; who may ask may not always decide.
///
/// # Errors
/// Neither lets the caller, or nothing is asked under this id.
pub(super) async fn read(deployment: &Deployment, id: &ApprovalId) -> Result<Value, Ended> {
    let body = json!({"action": "show", "approval_id": id});
    match deployment.requests()?.send(&body).await {
        Err(error) if Exit::of_error(&error) == Exit::Refused => taken(deployment.approvals()?.send(&body).await?),
        answer => taken(answer?),
    }
}

/// Shows what is asked, asks, and sends the decision with the hash of what was shown.
///
/// INVARIANT (I12): a decision is about what stood on the screen; the deployment holds the hash against its plan.
pub async fn decide(action: &'static str, arguments: DecisionArguments, context: &Context) -> Result<Exit, Ended> {
    let DecisionArguments { id, reason, plan_sha256 } = arguments;
    if plan_sha256.is_none() && !terminal::can_ask() {
        let why = "there is no terminal to ask on: say --plan-sha256 HASH, the hash of what you looked at with `show`";
        return Err(Ended::Usage(why.to_owned()));
    }
    let deployment = require(context).await?;
    let approvals = deployment.approvals()?;
    let shown = taken(approvals.send(&json!({"action": "show", "approval_id": id})).await?)?;
    for line in text(&shown, false).lines() {
        terminal::note(line);
    }
    let Some(hash) = shown.get("plan_sha256").and_then(Value::as_str) else {
        return Err(Ended::Refused(format!("nobody is asked to decide about `{id}`")));
    };
    match plan_sha256 {
        Some(looked_at) if looked_at.to_string() == hash => {}
        Some(looked_at) => {
            return Err(Ended::Refused(format!("what is asked has the hash {}, not {looked_at}", on_one_line(hash))));
        }
        None => {
            let answer = terminal::ask(&format!("Type the id ({id}) to {action} exactly this:"), &context.stop).await?;
            if answer != id.to_string() {
                return Err(Ended::Refused("the answer is not the id: nothing was decided".to_owned()));
            }
        }
    }
    let body = json!({"action": action, "approval_id": id, "plan_sha256": hash, "reason": reason});
    tell(&taken(approvals.send(&body).await?)?, context)?;
    Ok(Exit::Well)
}

/// What is asked, for people: the plan as it was written for them, the accounts, and each single field.
fn text(shown: &Value, is_coloured: bool) -> String {
    let mut text = fields(shown).table(is_coloured);
    let accounts = accounts(shown);
    if !accounts.is_empty() {
        text = format!("{text}\n{}", accounts.table(is_coloured));
    }
    if let Some(plan) = shown.get("shown").and_then(Value::as_str) {
        let plan: Vec<String> = plan.lines().map(line).collect();
        text = format!("{text}\n{}\n", plan.join("\n"));
    }
    text
}

/// A line of a plan with its indent, and every other character seen.
fn line(text: &str) -> String {
    let indent: String = text.chars().take_while(|character| *character == ' ').collect();
    format!("{indent}{}", on_one_line(text))
}

fn accounts(shown: &Value) -> Listing {
    let mut listing = Listing::new(
        "accounts",
        &["account", "name", "access_keys", "login_profiles", "mfa_devices", "signing_certificates", "protected"],
    );
    for account in shown.get("accounts").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| match account.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        let names =
            ["account", "name", "access_keys", "login_profiles", "mfa_devices", "signing_certificates", "protected"];
        listing.add(names.map(text));
    }
    listing
}
