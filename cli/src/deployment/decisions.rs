//! Looking at what somebody asked for, and deciding about it.

use rootwarden_domain::{ids::approval::ApprovalId, text::line::on_one_line};
use serde_json::{Value, json};

use super::{
    found::{Deployment, Url, require},
    requests::{taken, tell},
    shown,
};
use crate::{
    arguments::{DecisionArguments, Format},
    context::Context,
    exit::{Ended, Exit},
    output::json,
    terminal,
};

pub async fn show(id: &ApprovalId, context: &Context) -> Result<Exit, Ended> {
    let deployment = require(context).await?;
    let found = read(&deployment, id).await?;
    match context.terminal.format() {
        Format::Table => terminal::say(&shown::request(id, &found, context.terminal.is_coloured()))?,
        Format::Json => terminal::say(&shown::seen(&json(&found)?))?,
        Format::Csv => shown::fields(&found).show(&context.terminal)?,
    }
    Ok(Exit::Well)
}

/// Either URL shows; who may ask may not always decide.
///
/// # Errors
/// Neither lets the caller, or nothing is asked under this id.
pub(super) async fn read(deployment: &Deployment, id: &ApprovalId) -> Result<Value, Ended> {
    let body = json!({"action": "show", "approval_id": id});
    match deployment.send(Url::Requests, &body).await {
        Err(ended) if ended.exit() == Exit::Refused => taken(deployment.send(Url::Approvals, &body).await?),
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
    let look = json!({"action": "show", "approval_id": id});
    let asked = taken(deployment.send(Url::Approvals, &look).await?)?;
    for line in shown::request(&id, &asked, false).lines() {
        terminal::note(line);
    }
    let Some(hash) = asked.get("plan_sha256").and_then(Value::as_str) else {
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
    tell(&taken(deployment.send(Url::Approvals, &body).await?)?, context)?;
    Ok(Exit::Well)
}
