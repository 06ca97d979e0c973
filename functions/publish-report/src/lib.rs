//! Says what became of every account of a run, and whether another round is needed.

mod destinations;
mod known;
mod missing_results;
mod rounds;

use jiff::Timestamp;
use rootwarden_aws::{
    Clock, Deadline, EventBus, ExemptionReader, ReadRecorder, SdkConfig, SecurityHub, Storage, Topic, WorkerResults,
};
use rootwarden_domain::{
    BatchOutcome, Pin, RoundId, RunId, Sha256,
    artifact::outcomes,
    aws::partition::Partition,
    run::{
        deletion::DeletionReport,
        plan::DeletionPlan,
        report::{ApprovalOutcome, AuditedRound, Counts, Report},
        round::wait_seconds,
    },
    text::input::{InputError, parse},
};
use rootwarden_lambda::{Events as EventsWanted, Function, FunctionError, OcsfFindings, SecurityHubFindings, Settings};
use rootwarden_report::{
    Document, History, Subject,
    document::{ActsThrough, Missing},
    events::SOURCE,
    findings::{asff::Publisher, sent::Wanted},
    history::NoticeOutcome,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::{info, warn};

use destinations::{Channels, Told, Turn, events::Events, metrics::Measured, notice::Notices, security_hub::Findings};
use known::Known;
use missing_results::MissingResults;

#[derive(Debug)]
pub struct PublishReport {
    storage: Storage,
    stack: String,
    exemptions: ExemptionReader,
    clock: Clock,
    new_account_wait_minutes: u16,
    channels: Channels,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    run: RunId,
    round: u32,
    plan: Pin,
    approval: ApprovalOutcome,
    #[serde(deserialize_with = "outcomes")]
    deletions: Vec<Option<BatchOutcome>>,
    /// The report of the round before, if there was one.
    previous: Option<Pin>,
    /// What the plan was made from: it says where the accounts stand.
    #[serde(default)]
    audited: Option<Audited>,
    /// What became of the request for approval, in one line, where nothing is deleted because of it.
    #[serde(default)]
    decided: Option<String>,
}

/// The record of the round's last chunk.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Audited {
    chunk: u32,
    record: Pin,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    pub report: Pin,
    pub counts: Counts,
    /// One line for people.
    pub summary: String,
    /// How many accounts the next round takes up.
    pub pending: usize,
    /// How long to wait before it; 0 if there is none.
    pub wait_seconds: u32,
    /// Whether nobody needs to look.
    pub secured: bool,
    /// Where the report for people could not be written.
    pub not_written: Vec<String>,
    /// Of this run's `report.json`, as it was written: who has it can tell whether it was altered since.
    pub report_sha256: Option<Sha256>,
    /// What became of the message to people.
    pub notice: NoticeOutcome,
}

impl Function for PublishReport {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let bucket = settings.bucket()?;
        let storage = Storage::new(config, bucket.as_str());
        Ok(Self {
            channels: channels(config, settings, &bucket)?,
            stack: settings.stack()?,
            exemptions: ExemptionReader::new(storage.clone(), settings.exemptions()?),
            clock: Clock::of(config),
            storage,
            new_account_wait_minutes: settings.new_account_wait_minutes()?,
        })
    }

    async fn handle(&self, input: Value, deadline: Deadline) -> Result<Output, FunctionError> {
        let Input { run, round, plan, approval, deletions, previous, audited, decided } = parse("input", input)?;
        let of = RoundId::new(run, round);
        let reads = ReadRecorder::default();
        let storage = self.storage.recorded(&reads);
        let plan: DeletionPlan = storage.read(&plan, &of.plan_key()).await?;
        let previous = match (previous, of.before()) {
            (None, None) => None,
            (Some(pin), Some(before)) => Some(storage.read::<Report>(&pin, &before.report_key()).await?),
            (Some(_), None) | (None, Some(_)) => {
                return Err(InputError::new("input", "`previous`: every round but 0 has one").into());
            }
        };
        let results = WorkerResults::of(&storage, &of);
        let mut deletions = results.collect::<DeletionReport>(deletions, |batch| of.deleted_key(batch)).await;
        MissingResults::new(storage.clone()).fill_in(&plan, approval, &mut deletions).await;
        let planned_at = plan.planned_at;
        let mut report = Report::add_round(previous, plan, approval, deletions, self.new_account_wait_minutes);
        report.audited.extend(audited.map(|Audited { chunk, record }| AuditedRound {
            round,
            last_chunk: chunk,
            record,
        }));
        report.rest_on(reads.take());
        // INVARIANT: a report is written once. Nobody, whoever invokes this, puts another one in its place.
        let pin = self.storage.keep_pinned(of.report_key(), &report).await?;
        // Of the accounts, and of all rounds: what the report for people was made from as well.
        let known = Known::read(&storage, &self.exemptions, &report).await;
        report.rest_on(reads.take());
        report.rest_on(vec![pin.clone()]);
        let turn = turn(&report, decided, deadline);
        let Told { not_written, report: told, notice } = self.tell(&report, known, planned_at, turn).await;
        let output = Output {
            counts: report.counts(),
            summary: summary(&report, &not_written),
            pending: report.pending.len(),
            wait_seconds: if report.pending.is_empty() { 0 } else { wait_seconds(round) },
            secured: report.is_settled(),
            not_written: not_written.into_iter().map(|missing| missing.what).collect(),
            report_sha256: told.map(|told| told.sha256),
            notice,
            report: pin,
        };
        for told in report.preflight.iter().filter(|_| round == 0) {
            warn!(run.id = %of.run, check = ?told.check, "Preflight: {told}");
        }
        let report_sha256 = output.report_sha256.map(|sha256| sha256.to_string());
        if output.secured {
            info!(run.id = %of.run, round, report_sha256, "{report}");
        } else {
            warn!(run.id = %of.run, round, report_sha256, "{report}");
        }
        Ok(output)
    }
}

impl PublishReport {
    /// Tells people and other programs of the run. The run's own report is there already: whatever fails here is named, and
    /// fails neither the run nor anything else.
    async fn tell(&self, report: &Report, known: Known, planned_at: Timestamp, turn: Turn) -> Told {
        let Known { places, exemptions, audits, history, missing } = known;
        let empty = History::default();
        let document = Document::of(Subject {
            report,
            scope: report.scope.into(),
            planned_at,
            published_at: self.clock.now(),
            acts_through: ActsThrough::Deployment { stack: &self.stack },
            history: history.as_ref().unwrap_or(&empty),
            places: &places,
            exemptions: &exemptions,
            audits: &audits,
            missing: &missing,
            rests_on: &report.rests_on,
        });
        let begun_at = report.begun_at.unwrap_or(planned_at);
        let folder = folder(&report.run, begun_at);
        let measured = Measured { stack: &self.stack, begun_at };
        destinations::publish(&self.storage, &self.channels, &folder, document, history.as_ref(), turn, measured).await
    }
}

/// Where a run is told beside the bucket, as deployed.
fn channels(config: &SdkConfig, settings: &Settings, bucket: &str) -> Result<Channels, FunctionError> {
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let topic = |arn| Topic::new(config, &region, arn);
    let events = match settings.events()? {
        EventsWanted::Off => None,
        EventsWanted::On => Some(Events { bus: EventBus::new(config, &region, SOURCE), bucket: bucket.to_owned() }),
    };
    let notices = Notices {
        wanted: settings.notices_of_runs()?,
        topic: topic(settings.notices_topic_arn()?),
        chat: settings.chat_topic_arn().map(topic),
        bucket: bucket.to_owned(),
        execution_arn_prefix: settings.execution_arn_prefix()?,
        stack: settings.stack()?,
        region: region.clone(),
    };
    let security_hub = match settings.security_hub()? {
        SecurityHubFindings::Off => None,
        SecurityHubFindings::NotPassed => Some(Wanted::NotPassed),
        SecurityHubFindings::All => Some(Wanted::All),
    };
    let security_hub = match security_hub {
        None => None,
        Some(wanted) => Some(Findings {
            hub: SecurityHub::new(config, &region),
            publisher: Publisher {
                partition: Partition::of_region(&region).name(),
                region: region.clone(),
                account: settings.account_id()?,
            },
            wanted,
        }),
    };
    let ocsf = match settings.ocsf_findings()? {
        OcsfFindings::On => Some(region),
        OcsfFindings::Off => None,
    };
    Ok(Channels { events, security_hub, ocsf, notices })
}

/// Whether the state machine goes on after this round: where a person said no, or could not be asked, it does not.
fn turn(report: &Report, decided: Option<String>, deadline: Deadline) -> Turn {
    match report.approval {
        ApprovalOutcome::Rejected | ApprovalOutcome::TimedOut | ApprovalOutcome::NotRequested => {
            Turn::Last { decided, deadline }
        }
        ApprovalOutcome::NotNeeded | ApprovalOutcome::Approved if report.pending.is_empty() => {
            Turn::Last { decided, deadline }
        }
        ApprovalOutcome::NotNeeded | ApprovalOutcome::Approved => Turn::AnotherFollows,
    }
}

/// `reports/2026/11/22/<run>`, by the day on which the run's first plan was made, in UTC.
fn folder(run: &RunId, begun_at: Timestamp) -> String {
    format!("reports/{}/{run}", begun_at.strftime("%Y/%m/%d"))
}

/// The run in one line, and where it could not be told.
fn summary(report: &Report, not_written: &[Missing]) -> String {
    not_written.iter().fold(report.to_string(), |summary, Missing { what, why }| {
        format!("{summary}; {what} could not be written: {why}")
    })
}
