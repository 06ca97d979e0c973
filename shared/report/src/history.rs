//! What is kept from run to run: the findings of the last run over the whole organization, and the last 30 in short.
//!
//! A run may write its report more than once, round by round. It is always held against the run before it, so the findings of
//! both are kept.

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
    /// Of the run before it.
    before: Findings,
    /// The `report.json` of the last run, or of the last one before it that has one.
    #[serde(default)]
    latest_report: Option<Pin>,
    /// The same for the run before it.
    #[serde(default)]
    report_before: Option<Pin>,
    /// What people were told with the last run.
    #[serde(default)]
    latest_said: Said,
    /// The same for the run before it.
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
    /// Another round follows, and the last one decides.
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
    /// Why nothing is known, or why it could not be done: AWS's error code, or the kind of error.
    #[serde(default)]
    pub cause: Option<String>,
    pub since: Timestamp,
}

/// What a run is held against.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    pub run: Option<&'a RunSummary>,
    pub findings: &'a Findings,
    /// Its `report.json`.
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
    /// What `run` is held against: the last run over the whole organization, or the one before if `run` is the last itself.
    #[must_use]
    pub fn before(&self, run: &RunId) -> Before<'_> {
        match self.runs.as_slice() {
            [earlier @ .., last] if last.run == *run => {
                let report = self.report_before.as_ref();
                Before { run: earlier.last(), findings: &self.before, report, said: &self.said_before }
            }
            all => {
                let report = self.latest_report.as_ref();
                Before { run: all.last(), findings: &self.latest, report, said: &self.latest_said }
            }
        }
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
        let is_last = self.runs.last().is_some_and(|last| last.run == run.run);
        let (before, report_before, said_before) = if is_last {
            (&self.before, &self.report_before, &self.said_before)
        } else {
            (&self.latest, &self.latest_report, &self.latest_said)
        };
        Self {
            runs: self.with(run),
            latest: findings,
            before: before.clone(),
            latest_report: report.or_else(|| self.latest_report.clone()),
            report_before: report_before.clone(),
            latest_said: said,
            said_before: said_before.clone(),
        }
    }
}
