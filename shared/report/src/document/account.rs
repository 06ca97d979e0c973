//! One account of a run: its status, since when, why, and what a person does about it.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, Mode,
    run::report::{AccountReport, Status},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    acts_through::ActsThrough,
    changes::Change,
    evidence::{Audited, CredentialKind, Evidence},
    tasks::next_step,
};
use crate::status::StatusName;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Account<'a> {
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    pub id: AccountId,
    /// As Organizations has it; none of an account that it was not asked about.
    pub name: Option<&'a str>,
    /// The organizational unit that it stands in directly; none directly under the root, or where that was not read.
    pub unit: Option<&'a str>,
    pub status: StatusName,
    /// Beside the run that this one is compared with; of findings alone.
    pub change: Option<Change>,
    /// When it first was a finding without having been none since.
    pub since: Option<Timestamp>,
    /// Why it has this status, in one line.
    pub why: Cow<'a, str>,
    /// What a person has to do.
    pub next: Option<NextStep>,
    pub evidence: Evidence<'a>,
}

/// What a person has to do next, and the command for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct NextStep {
    #[serde(rename = "do")]
    pub what: Cow<'static, str>,
    /// For a shell: the command line's, in which WHY and TICKET stand for your own words.
    pub command: Option<String>,
}

impl<'a> Account<'a> {
    pub(super) fn of(
        id: AccountId,
        report: &'a AccountReport,
        mode: Mode,
        through: ActsThrough<'_>,
        unit: Option<&'a str>,
        audited: Option<&'a Audited>,
    ) -> Self {
        let status = StatusName::of(&report.status);
        let evidence = Evidence::of(report, audited);
        Self {
            id,
            name: report.name.as_deref(),
            unit,
            status,
            change: None,
            since: None,
            why: why(&report.status, &evidence),
            next: next_step(id, &report.status, mode, through),
            evidence,
        }
    }
}

/// Why an account has its status, in one line.
fn why<'a>(status: &'a Status, evidence: &Evidence<'_>) -> Cow<'a, str> {
    let found = || counted(evidence.before.iter().map(|found| found.kind));
    match status {
        Status::Clean => "AWS shows no root credentials".into(),
        Status::Cleaned { steps: _ } => format!("{} gone", counted(evidence.steps.iter().map(|step| step.kind))).into(),
        Status::Found { .. } | Status::NotApproved { .. } => found().into(),
        Status::Exempt { reason, inventory: _ } => match found() {
            nothing if nothing.is_empty() => Cow::Borrowed(reason.as_str()),
            found => format!("{found}: {reason}").into(),
        },
        Status::Protected { protected, steps: _ } => {
            let mut reasons: Vec<&str> = protected.iter().map(|key| key.reason.as_str()).collect();
            reasons.dedup();
            let kept = counted(evidence.protected.iter().map(|step| step.kind));
            format!("{kept}: {}", reasons.join("; ")).into()
        }
        Status::Unknown(failure) | Status::Failed { failure, steps: _ } => Cow::Borrowed(&failure.message),
        Status::Ineligible(reason) => reason.to_string().into(),
        Status::Excluded { tag, inventory: _ } => {
            format!("{}; it has the tag {} = {}", found(), tag.key, tag.value).into()
        }
        Status::Paused { reason } => format!("every change is paused: {reason}").into(),
    }
}

/// `2 access keys, 1 login profile`.
fn counted(kinds: impl Iterator<Item = CredentialKind>) -> String {
    let mut counts: BTreeMap<&str, (usize, CredentialKind)> = BTreeMap::new();
    for kind in kinds {
        counts.entry(kind.words()).or_insert((0, kind)).0 += 1;
    }
    let counted = counts.into_values().map(|(count, kind)| match count {
        1 => format!("1 {}", kind.words()),
        count => format!("{count} {}", kind.plural()),
    });
    counted.collect::<Vec<_>>().join(", ")
}
