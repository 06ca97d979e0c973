//! Where a run is told. Each destination is one file; one that fails is named in the report, and fails no other.

mod csv;
pub(crate) mod events;
mod history;
mod html;
mod json;
pub(crate) mod metrics;
pub(crate) mod notice;
mod ocsf;
pub(crate) mod security_hub;

use std::fmt;

use bytes::Bytes;
use rootwarden_aws::{Deadline, Storage, StorageError};
use rootwarden_domain::Pin;
use rootwarden_report::{
    Document, History,
    document::{Missing, Scope},
    history::NoticeOutcome,
};
use tracing::error;

use events::Events;
use metrics::Measured;
use notice::Notices;
use security_hub::Findings;

/// Where a run is told beside the bucket.
#[derive(Debug)]
pub(crate) struct Channels {
    pub(crate) events: Option<Events>,
    pub(crate) security_hub: Option<Findings>,
    /// The Region that OCSF's findings name; none where there are none.
    pub(crate) ocsf: Option<String>,
    pub(crate) notices: Notices,
}

/// Whether this is said in the end, or another round says more.
#[derive(Debug, Clone)]
pub(crate) enum Turn {
    /// `decided`: what became of a request for approval, where nothing was deleted because of it. `deadline`: by when all is told.
    Last {
        decided: Option<String>,
        deadline: Deadline,
    },
    AnotherFollows,
}

/// What became of telling of a run.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) not_written: Vec<Missing>,
    /// The run's `report.json`, if it was written.
    pub(crate) report: Option<Pin>,
    pub(crate) notice: NoticeOutcome,
}

/// Tells of a run everywhere, and says what could not be written.
///
/// The JSON comes after the other destinations, since it names those that failed, and people are told when all else is there. What is
/// kept for the next run comes last, since it names the JSON. Where one of these fails, the JSON is written again.
pub(crate) async fn publish(
    storage: &Storage,
    channels: &Channels,
    folder: &str,
    mut document: Document<'_>,
    history: Option<&History>,
    turn: Turn,
    measured: Measured<'_>,
) -> Told {
    let mut failed = Vec::new();
    let places = Places::of(folder, document.scope);
    for (name, outcome) in [
        (csv::NAME, csv::write(storage, &places, &document).await),
        (html::NAME, html::write(storage, &places, &document).await),
    ] {
        failed.extend(missing(name, outcome));
    }
    if let Turn::Last { decided: _, deadline } = &turn {
        if let Some(events) = &channels.events {
            failed.extend(missing(events::NAME, events.put(folder, &document).await));
        }
        if let (Some(region), Scope::Organization) = (&channels.ocsf, document.scope) {
            failed.extend(missing(ocsf::NAME, ocsf::write(storage, &places, &document, region).await));
        }
        if let Some(findings) = &channels.security_hub {
            failed.extend(missing(security_hub::NAME, findings.send(storage, &document, *deadline).await));
        }
        failed.extend(missing(metrics::NAME, metrics::write(&document, measured)));
    }
    document.missing.extend(failed.iter().cloned());
    let mut report = Written { storage, places: &places, pin: None };
    failed.extend(report.write(&mut document).await);
    let (notice, outcome) = match turn {
        Turn::Last { decided, deadline: _ } => {
            channels.notices.send(storage, folder, &document, history, decided.as_deref()).await
        }
        Turn::AnotherFollows => (NoticeOutcome::Later, Ok(())),
    };
    failed.extend(report.write_again(&mut document, missing(notice::NAME, outcome)).await);
    if let Some(history) = history {
        let outcome = history::write(storage, history, &document, report.pin.as_ref(), notice).await;
        failed.extend(report.write_again(&mut document, missing(history::NAME, outcome)).await);
    }
    Told { not_written: failed, report: report.pin, notice }
}

/// The run's `report.json`, which names what failed before it and after it.
struct Written<'a> {
    storage: &'a Storage,
    places: &'a Places,
    /// What lies under the run's own name.
    pin: Option<Pin>,
}

impl Written<'_> {
    /// Writes it; where one of its places cannot be written, the others say so.
    async fn write(&mut self, document: &mut Document<'_>) -> Option<Missing> {
        let (pin, outcome) = json::write(self.storage, self.places, document).await;
        self.pin = pin.or(self.pin.take());
        let failed = missing(json::NAME, outcome)?;
        document.missing.push(failed.clone());
        let (pin, _) = json::write(self.storage, self.places, document).await;
        self.pin = pin.or(self.pin.take());
        Some(failed)
    }

    /// Writes it once more, if something failed since. A place that failed before is named already.
    async fn write_again(&mut self, document: &mut Document<'_>, failed: Option<Missing>) -> Vec<Missing> {
        let Some(failed) = failed else { return Vec::new() };
        document.missing.push(failed.clone());
        let is_named = document.missing.iter().any(|missing| missing.what == json::NAME);
        let json = if is_named {
            let (pin, _) = json::write(self.storage, self.places, document).await;
            self.pin = pin.or(self.pin.take());
            None
        } else {
            self.write(document).await
        };
        [Some(failed), json].into_iter().flatten().collect()
    }
}

fn missing<E: fmt::Display>(what: &str, outcome: Result<(), E>) -> Option<Missing> {
    let error = outcome.err()?;
    error!("The run is not told as {what}: {error}");
    Some(Missing { what: what.to_owned(), why: error.to_string() })
}

/// Where each format is written: under the run's own name, and as the latest one if it is over the whole organization.
///
/// Why not each run's as the latest: a run over one new account would hide all the others from whoever looks.
#[derive(Debug)]
struct Places {
    own: String,
    latest: Option<&'static str>,
}

impl Places {
    fn of(folder: &str, scope: Scope) -> Self {
        let latest = match scope {
            Scope::Organization => Some("reports/latest"),
            Scope::Selection => None,
        };
        Self { own: folder.to_owned(), latest }
    }

    /// Writes the same to each place: to all that can be written, whatever one of them says. The first part is what was written
    /// under the run's own name.
    async fn write(
        &self,
        storage: &Storage,
        name: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> (Option<Pin>, Result<(), StorageError>) {
        // Shared, and not copied: it may have many megabytes.
        let body = Bytes::from(body);
        let write =
            async |folder: &str| storage.write_bytes(&format!("{folder}/{name}"), content_type, body.clone()).await;
        let (own, mut outcome) = match write(&self.own).await {
            Ok(own) => (Some(own), Ok(())),
            Err(error) => (None, Err(error)),
        };
        if let Some(latest) = self.latest {
            outcome = outcome.and(write(latest).await.map(drop));
        }
        (own, outcome)
    }
}
