//! What is kept from run to run: the findings of the last run over the whole organization, and the last 30 in short.
//!
//! A run may write its report more than once, round by round. It is always held against the last run that was told to its end, so the
//! findings of both are kept. A run that is stopped between its rounds is remembered as not told: the next one tells what it found.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rootwarden_domain::{AccountId, Mode, Pin, RunId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::status::{StatusCounts, StatusName};

/// How many runs are remembered in short.
pub const RUNS: usize = 30;

/// Where it lies in the bucket.
pub const KEY: &str = "reports/history.json";

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The latest last.
    runs: Vec<RunSummary>,
    /// Of the last run.
    latest: Findings,
    /// Of the run that the last one is held against.
    before: Findings,
    /// The runs between these two, which were stopped before their last round; the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stopped: Vec<RunId>,
    /// The `report.json` of the last run, or of the last one before it that has one.
    #[serde(default)]
    latest_report: Option<Pin>,
    /// The same for the run before it.
    #[serde(default)]
    report_before: Option<Pin>,
    /// What people were told with the last run.
    #[serde(default)]
    latest_said: Said,
    /// The same for the run that it is held against.
    #[serde(default)]
    said_before: Said,
}

/// What people were told with a run beside its accounts: it is not told every night.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub remarks: BTreeSet<String>,
    pub notice: NoticeOutcome,
}

/// What became of the notice of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeOutcome {
    /// It was sent, now or by an earlier attempt at the same report.
    Sent,
    /// There was nothing to say.
    #[default]
    NotNeeded,
    /// Nothing is ever to be said.
    Off,
    /// Another round follows, and the last one decides. Where none came, the run was stopped, and the next one tells what it found.
    Later,
    /// It could not be sent: the next run says it.
    Failed,
}

/// One run over the whole organization, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunSummary {
    #[schemars(with = "String")]
    pub run: RunId,
    /// When its last plan was made.
    pub at: Timestamp,
    /// `report` or `enforce`.
    #[schemars(with = "String")]
    pub mode: Mode,
    pub counts: StatusCounts,
    pub credentials_deleted: usize,
}

/// The findings of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Findings(BTreeMap<AccountId, Finding>);

impl FromIterator<(AccountId, Finding)> for Findings {
    fn from_iter<I: IntoIterator<Item = (AccountId, Finding)>>(findings: I) -> Self {
        Self(findings.into_iter().collect())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub name: Option<String>,
    pub status: StatusName,
    /// By kind and id.
    pub credentials: Vec<String>,
    /// How they stand, in the same order; empty where none of it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<CredentialState>,
    /// Why nothing is known, or why it could not be done: AWS's error code, or the kind of error.
    #[serde(default)]
    pub cause: Option<String>,
    pub since: Timestamp,
}

/// How a credential stood: what makes it news where it is there already. What was not read, or is nothing that it has, is none.
///
/// It is small, since every account of an organization may be a finding with several of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialState {
    /// Whether AWS calls it `Active`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// When it was created, uploaded or enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whether an access key was ever used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<bool>,
}

impl CredentialState {
    /// Whether it is more in use than it was: made active, made anew under its name, or used for the first time. What is not known
    /// of either makes no difference.
    pub(crate) fn is_more_in_use_than(self, before: Self) -> bool {
        let Self { active, since, used } = self;
        let became = |before: Option<bool>, now| before.zip(now) == Some((false, true));
        let is_another = before.since.zip(since).is_some_and(|(before, now)| before < now);
        became(before.active, active) || became(before.used, used) || is_another
    }
}

impl Finding {
    /// Whether one of these credentials is more in use than it was when this was kept.
    pub(crate) fn was_less_in_use<'a>(&self, mut now: impl Iterator<Item = (&'a String, CredentialState)>) -> bool {
        now.any(|(name, now)| {
            let mut before = self.credentials.iter().zip(&self.states);
            before.any(|(credential, before)| credential == name && now.is_more_in_use_than(*before))
        })
    }
}

/// What a run is held against.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The last run that was told to its end.
    pub run: Option<&'a RunSummary>,
    pub findings: &'a Findings,
    /// Those of the last run, whether it was told to its end or not: since when something is there.
    pub latest: &'a Findings,
    /// The `report.json` of the last run that has one, whether it was told to its end or not.
    pub report: Option<&'a Pin>,
    pub said: &'a Said,
}

impl Findings {
    pub(crate) fn get(&self, account: AccountId) -> Option<&Finding> {
        self.0.get(&account)
    }

    pub(crate) fn clone_keys(&self) -> BTreeSet<AccountId> {
        self.0.keys().copied().collect()
    }
}

impl History {
    /// What `run` is held against: the last run over the whole organization, or what that one was held against, if it is `run` itself
    /// or was stopped between its rounds: then nobody was told of it.
    #[must_use]
    pub fn before(&self, run: &RunId) -> Before<'_> {
        let (latest, said) = (&self.latest, &self.latest_said);
        let report = if self.ends_with(run) { self.report_before.as_ref() } else { self.latest_report.as_ref() };
        if !self.ends_with(run) && said.notice != NoticeOutcome::Later {
            return Before { run: self.runs.last(), findings: latest, latest, report, said };
        }
        let earlier = self.runs.iter().rev().skip(1);
        let held_against = earlier.into_iter().find(|earlier| !self.stopped.contains(&earlier.run));
        Before { run: held_against, findings: &self.before, latest, report, said: &self.said_before }
    }

    /// The runs that were stopped between their rounds since the one that `run` is held against, the latest last.
    #[must_use]
    pub fn stopped(&self, run: &RunId) -> Vec<&RunId> {
        let last = self.runs.last().map(|last| &last.run).filter(|last| *last != run);
        match (last, self.latest_said.notice) {
            (None, _) => self.stopped.iter().collect(),
            (Some(last), NoticeOutcome::Later) => self.stopped.iter().chain([last]).collect(),
            (Some(_), NoticeOutcome::Sent | NoticeOutcome::NotNeeded | NoticeOutcome::Off | NoticeOutcome::Failed) => {
                Vec::new()
            }
        }
    }

    /// Whether `run` is the last one that is remembered.
    fn ends_with(&self, run: &RunId) -> bool {
        self.runs.last().is_some_and(|last| last.run == *run)
    }

    /// The runs, with `run` in its place, as the latest.
    #[must_use]
    pub fn with(&self, run: RunSummary) -> Vec<RunSummary> {
        let mut runs = self.runs.clone();
        runs.retain(|other| other.run != run.run);
        runs.push(run);
        let surplus = runs.len().saturating_sub(RUNS);
        runs.drain(..surplus);
        runs
    }

    /// The runs without another one.
    #[must_use]
    pub fn runs(&self) -> &[RunSummary] {
        &self.runs
    }

    /// What is kept once `run` was told, with these findings. `report` is its `report.json`, if it could be written; if not, the
    /// next run names the last one that could.
    #[must_use]
    pub fn after(&self, run: RunSummary, findings: Findings, report: Option<Pin>, said: Said) -> Self {
        let held = self.before(&run.run);
        Self {
            before: held.findings.clone(),
            stopped: self.stopped(&run.run).into_iter().cloned().collect(),
            report_before: held.report.cloned(),
            said_before: held.said.clone(),
            latest: findings,
            latest_report: report.or_else(|| self.latest_report.clone()),
            latest_said: said,
            runs: self.with(run),
        }
    }
}
