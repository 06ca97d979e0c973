//! Runs of a deployment: started, and listed.

use jiff::Timestamp;
use rootwarden_aws::ListedExecution;
use rootwarden_domain::RunId;
use serde_json::{Value, json};

use super::{
    follow,
    found::require,
    requests::{check, send, tell},
};
use crate::{
    arguments::{RunArguments, RunsArguments},
    context::Context,
    exit::{Ended, Exit},
    output::Listing,
    terminal,
};

pub async fn start(arguments: RunArguments, context: &Context) -> Result<Exit, Ended> {
    let RunArguments { selection, mode, reason, follow } = arguments;
    let request = selection.request(mode.mode());
    let body = json!({
        "action": "secure", "selection": request.selection, "mode": request.mode, "exclude": request.exclude, "reason": reason,
    });
    check(&body, context).await?;
    let deployment = require(context).await?;
    let answer = send(&deployment, &body).await?;
    if !follow {
        tell(&answer, context)?;
        return Ok(Exit::Well);
    }
    let run: Option<RunId> = answer.get("run").and_then(Value::as_str).and_then(|run| run.parse().ok());
    let run = run.ok_or_else(|| Ended::Unfinished(format!("the deployment names no run: {answer}")))?;
    terminal::note(&format!("run {run} was started"));
    follow::until_it_ends(&deployment, &run, context).await
}

pub async fn list(arguments: &RunsArguments, context: &Context) -> Result<Exit, Ended> {
    let deployment = require(context).await?;
    let mut listing = Listing::new("runs", &["run", "status", "started_at", "stopped_at"]);
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    for ListedExecution { name, status, started_at, stopped_at } in deployment.runs()?.latest(arguments.last).await? {
        listing.add([name, status, time(started_at), time(stopped_at)]);
    }
    listing.show(&context.terminal)?;
    Ok(Exit::Well)
}
