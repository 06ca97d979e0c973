//! A run's progress, from its own objects and the state of its execution.

use std::time::Duration;

use rootwarden_aws::{EndedExecution, ExecutionState, Storage};
use rootwarden_domain::{RunId, text::line::on_one_line};

use super::{
    found::{Deployment, of_storage},
    reports,
};
use crate::{
    context::Context,
    exit::{Ended, Exit},
    terminal::note,
    typed,
};

/// How often it is looked at. A run takes minutes, and each look is a few calls.
const EVERY: Duration = Duration::from_secs(2);

pub(super) async fn until_it_ends(deployment: &Deployment, run: &RunId, context: &Context) -> Result<Exit, Ended> {
    let (runs, storage) = (deployment.runs()?, deployment.storage());
    let mut said = String::new();
    let ended = loop {
        // The state first: what it had done when it ended is there by then.
        let state = runs.state(run.as_str()).await?;
        let progress = progress(&storage, run, context).await.map_err(|error| of_storage(deployment, error))?;
        if progress != said {
            note(&format!("run {run}: {progress}"));
            said = progress;
        }
        match state {
            Some(ExecutionState { status, ended: Some(ended) }) => break (status, ended),
            Some(ExecutionState { status: _, ended: None }) => {}
            None => return Err(Ended::Unfinished(format!("no execution of the run `{run}` is there"))),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = context.stop.stopped() => {
                let again = typed::command(&["report", run.as_str()], &context.access);
                let runs = typed::command(&["runs"], &context.access);
                let why = format!("the run goes on; `{runs}` says how it stands, and `{again}` prints its report");
                return Err(Ended::Interrupted(why));
            }
        }
    };
    let (status, EndedExecution { error, cause }) = ended;
    let why = [error, cause].into_iter().flatten().map(|text| on_one_line(&text)).collect::<Vec<_>>().join(": ");
    note(&format!("run {run} has ended: {status}{}{why}", if why.is_empty() { "" } else { ": " }));
    let exit = reports::of_run(deployment, run, context).await?;
    // A run that failed after its last report left something undone.
    Ok(if status == "SUCCEEDED" { exit } else { exit.max(Exit::Unfinished) })
}

/// What a run has written so far.
async fn progress(storage: &Storage, run: &RunId, context: &Context) -> Result<String, rootwarden_aws::StorageError> {
    let keys = storage.list(&format!("runs/{run}/")).await?;
    let in_folder = |folder: &str, depth: usize| {
        let folder = format!("runs/{run}/{folder}/");
        keys.iter()
            .filter_map(|key| key.strip_prefix(&folder))
            .filter(|rest| rest.split('/').count() == depth && !rest.contains("calls"))
            .count()
    };
    let counts = [
        (in_folder("selection", 2), "chunks of accounts listed"),
        (in_folder("audit", 3), "batches audited"),
        (in_folder("plan", 1), "plans made"),
        (in_folder("deleted", 2), "batches deleted from"),
        (in_folder("report", 1), "rounds reported"),
    ];
    let mut words: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let asked = storage.list(&format!("approvals/{run}.")).await?;
    for request in asked.iter().filter_map(|key| key.strip_suffix("/request.json")) {
        if !asked.contains(&format!("{request}/decision.json")) {
            let id = request.trim_start_matches("approvals/");
            let approve = typed::command(&["approve", id, "--reason", "TEXT"], &context.access);
            words.push(format!("waits for an approval, which somebody else gives with `{approve}`"));
        }
    }
    Ok(if words.is_empty() { "started".to_owned() } else { words.join(", ") })
}
