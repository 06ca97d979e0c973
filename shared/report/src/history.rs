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
    pub since: Timestamp,
}

/// What a run is held against.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    pub run: Option<&'a RunSummary>,
    pub findings: &'a Findings,
    /// Its `report.json`.
    pub report: Option<&'a Pin>,
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
                Before { run: earlier.last(), findings: &self.before, report: self.report_before.as_ref() }
            }
            all => Before { run: all.last(), findings: &self.latest, report: self.latest_report.as_ref() },
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
    pub fn after(&self, run: RunSummary, findings: Findings, report: Option<Pin>) -> Self {
        let is_last = self.runs.last().is_some_and(|last| last.run == run.run);
        let (before, report_before) =
            if is_last { (&self.before, &self.report_before) } else { (&self.latest, &self.latest_report) };
        Self {
            runs: self.with(run),
            latest: findings,
            before: before.clone(),
            latest_report: report.or_else(|| self.latest_report.clone()),
            report_before: report_before.clone(),
        }
    }
}
