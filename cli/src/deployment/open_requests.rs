//! What waits for somebody's approval.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rootwarden_aws::StorageError;
use rootwarden_domain::{ids::approval::ApprovalId, text::line::on_one_line};

use super::{
    decisions,
    found::{Deployment, of_storage, require},
    shown,
};
use crate::{
    context::Context,
    exit::{Ended, Exit},
    output::Listing,
    terminal::note,
};

/// So long a request can be decided about (docs/operating.md).
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Lists what was asked within a day and not decided.
pub async fn list(context: &Context) -> Result<Exit, Ended> {
    let deployment = require(context).await?;
    let open = open(&deployment).await.map_err(|error| of_storage(&deployment, error))?;
    let mut listing = Listing::new("requests", &["id", "asked_at", "by", "what"]);
    let mut exit = Exit::Well;
    for (id, asked_at) in open {
        let (by, what) = match decisions::read(&deployment, &id).await {
            Ok(found) => (shown::asked_by(&found).unwrap_or_default(), shown::what(&found)),
            Err(error) => {
                note(&format!("{id}: {}", on_one_line(&error.to_string())));
                exit = exit.max(error.exit());
                (String::new(), String::new())
            }
        };
        listing.add([id.to_string(), asked_at.map(|at| at.to_string()).unwrap_or_default(), by, what]);
    }
    listing.show(&context.terminal)?;
    Ok(exit)
}

/// What was asked and not decided. The requests themselves hold the tokens of the executions that wait, and are not read.
pub(super) async fn open(deployment: &Deployment) -> Result<Vec<(ApprovalId, Option<Timestamp>)>, StorageError> {
    let storage = deployment.storage();
    let approvals = storage.list_with_times("approvals/").await?;
    let releases = storage.list_with_times("releases/").await?;
    let decided: BTreeSet<&str> = approvals.iter().filter_map(|(key, _)| key.strip_suffix("/decision.json")).collect();
    let asked = approvals.iter().filter_map(|(key, at)| Some((key.strip_suffix("/request.json")?.to_owned(), *at)));
    let to_release = releases.iter().filter_map(|(key, at)| {
        let id = key.strip_prefix("releases/")?.strip_suffix(".json")?;
        Some((format!("approvals/{id}"), *at))
    });
    let now = Timestamp::now();
    let is_open = |at: Option<Timestamp>| at.is_none_or(|at| now.duration_since(at) < OPEN_FOR);
    let open = asked
        .chain(to_release)
        .filter(|(folder, at)| is_open(*at) && !decided.contains(folder.as_str()))
        .filter_map(|(folder, at)| Some((folder.strip_prefix("approvals/")?.parse().ok()?, at)));
    Ok(open.collect())
}
