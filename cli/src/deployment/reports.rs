//! What a run reported, as it lies in the bucket.

use std::{collections::BTreeMap, fs::File, io::Write, path::Path};

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, Inventory, RunId,
    run::report::{AccountReport, Report, Status},
};
use serde::Deserialize;

use super::found::{Deployment, of_storage, require};
use crate::{
    arguments::{Format, ReportArguments, ReportedRun},
    context::Context,
    exit::{Ended, Exit},
    output::{Listed, Rows, show as show_rows},
    terminal::{self, note},
};

/// Where the last report over the whole organization lies.
const LATEST: &str = "reports/latest";

/// Of `report.json` what says which run it is of.
#[derive(Debug, Deserialize)]
struct Written {
    run: RunId,
}

pub async fn show(arguments: ReportArguments, context: &Context) -> Result<Exit, Ended> {
    let ReportArguments { run, html } = arguments;
    if let Some(path) = html.as_deref().filter(|path| path.exists()) {
        return Err(Ended::Usage(format!("`{}` is there already", path.display())));
    }
    let deployment = require(context).await?;
    let run = match run {
        ReportedRun::Run(run) => run,
        ReportedRun::Latest => {
            let latest = deployment.storage().find::<Written>(&format!("{LATEST}/report.json")).await;
            let latest = latest.map_err(|error| of_storage(&deployment, error))?;
            latest
                .ok_or_else(|| Ended::Unfinished("no run over the whole organization has reported yet".to_owned()))?
                .run
        }
    };
    let report = read(&deployment, &run).await?;
    if let Some(path) = html {
        write_new(&path, &told(&deployment, &report, "report.html").await?)?;
        note(&format!("the report's page is in `{}`", path.display()));
    }
    print(&deployment, &report, context).await
}

/// Prints the report of a run, and ends as it says.
pub(super) async fn of_run(deployment: &Deployment, run: &RunId, context: &Context) -> Result<Exit, Ended> {
    let report = read(deployment, run).await?;
    print(deployment, &report, context).await
}

async fn print(deployment: &Deployment, report: &Report, context: &Context) -> Result<Exit, Ended> {
    match context.terminal.format() {
        Format::Table => {
            let rows = Rows::of(report, &inventories(report), true, Timestamp::now());
            show_rows(&rows, Listed::WithoutClean, &context.terminal)?;
        }
        // Exactly what the deployment wrote, whose form is documented.
        Format::Json => terminal::say(&String::from_utf8_lossy(&told(deployment, report, "report.json").await?))?,
        Format::Csv => terminal::say(&String::from_utf8_lossy(&told(deployment, report, "report.csv").await?))?,
    }
    Ok(Exit::of_report(report))
}

/// The report up to the run's last round.
async fn read(deployment: &Deployment, run: &RunId) -> Result<Report, Ended> {
    let failed = |error| of_storage(deployment, error);
    let storage = deployment.storage();
    let prefix = run.report_prefix();
    let rounds = storage.list(&prefix).await.map_err(failed)?.into_iter().filter_map(|key| {
        let round: u32 = key.strip_prefix(&prefix)?.strip_suffix(".json")?.parse().ok()?;
        Some((round, key))
    });
    let none = || Ended::Unfinished(format!("no report of the run `{run}` is there"));
    let (_, key) = rounds.max().ok_or_else(none)?;
    storage.find::<Report>(&key).await.map_err(failed)?.ok_or_else(none)
}

/// A form in which the run was told of.
async fn told(deployment: &Deployment, report: &Report, name: &str) -> Result<Vec<u8>, Ended> {
    let missing = || Ended::Unfinished(format!("the run `{}` was not told of as {name}", report.run));
    let day = report.begun_at.ok_or_else(missing)?.strftime("%Y/%m/%d");
    let key = format!("reports/{day}/{}/{name}", report.run);
    let found = deployment.storage().find_bytes(&key).await.map_err(|error| of_storage(deployment, error))?;
    found.ok_or_else(missing)
}

fn inventories(report: &Report) -> BTreeMap<AccountId, Inventory> {
    let found = report.accounts.iter().filter_map(|(account, AccountReport { status, .. })| match status {
        Status::Found { inventory, .. } | Status::Excluded { inventory, .. } | Status::NotApproved { inventory } => {
            Some((*account, inventory.clone()))
        }
        Status::Exempt { inventory, .. } => Some((*account, inventory.clone()?)),
        Status::Clean
        | Status::Cleaned { .. }
        | Status::Protected { .. }
        | Status::Unknown(_)
        | Status::Failed { .. }
        | Status::Ineligible(_)
        | Status::Paused { .. } => None,
    });
    found.collect()
}

fn write_new(path: &Path, body: &[u8]) -> Result<(), Ended> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(body));
    written.map_err(|error| Ended::Unfinished(format!("cannot write `{}`: {error}", path.display())))
}
