//! From what a run said to the document of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, Pin,
    aws::organizational_unit::OrganizationalUnitId,
    run::{
        exemption::Exemptions,
        report::{AccountReport, Report},
        selection::Newcomer,
    },
};

use super::{
    Document, Missing, Scope, VERSION,
    account::Account,
    acts_through::ActsThrough,
    changes::{Changes, Unmentioned, compare},
    ends::{ExemptionEnd, OpenWindow, StillOpen},
    evidence::Audited,
    preflight::PreflightLine,
    record::Record,
    tasks::tasks,
    units::{Places, units},
};
use crate::history::History;

/// What a report is about: the run, and what is known beside it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub report: &'a Report,
    pub scope: Scope,
    pub planned_at: Timestamp,
    pub published_at: Timestamp,
    /// Through what whoever reads it acts, which decides what commands are named. Without a deployment nothing is remembered, and
    /// nothing is compared.
    pub acts_through: ActsThrough<'a>,
    /// What is remembered of the runs over the whole organization.
    pub history: &'a History,
    pub places: &'a Places,
    pub exemptions: &'a Exemptions,
    /// What the audits of the run found, and the calls for it, as far as that could be read.
    pub audits: &'a BTreeMap<AccountId, Audited>,
    /// What could not be read or written so far.
    pub missing: &'a [Missing],
    /// What all this was read from, by key.
    pub rests_on: &'a [Pin],
}

impl<'a> Document<'a> {
    #[must_use]
    pub fn of(subject: Subject<'a>) -> Self {
        let Subject {
            report,
            scope,
            planned_at,
            published_at,
            acts_through,
            history,
            places,
            exemptions,
            audits,
            missing,
            rests_on,
        } = subject;
        let account = |(id, account): (&AccountId, &'a AccountReport)| {
            let unit = places.unit(*id).map(OrganizationalUnitId::as_str);
            Account::of(*id, account, report.mode, acts_through, unit, audits.get(id))
        };
        let mut accounts: Vec<Account<'a>> = report.accounts.iter().map(account).collect();
        accounts.sort_by_key(|account| account.status);
        let before = history.before(&report.run);
        let unmentioned = match scope {
            Scope::Organization => Unmentioned::Gone,
            Scope::Selection => Unmentioned::NotLookedAt,
        };
        let changes = match acts_through {
            ActsThrough::Deployment { .. } => compare(&mut accounts, before, unmentioned, planned_at),
            ActsThrough::OwnCredentials => Changes::default(),
        };
        let mut document = Self {
            version: VERSION,
            run: &report.run,
            acts_through,
            round: report.round,
            scope,
            mode: report.mode,
            planned_at,
            published_at,
            settled: report.is_settled(),
            another_round_follows: !report.pending.is_empty(),
            summary: report.to_string(),
            counts: report.counts().into(),
            compared_with: before.run.cloned(),
            stopped: history.stopped(&report.run),
            previous_report: before.report.map(Record::of),
            changes,
            tasks: tasks(&accounts, report.mode, acts_through),
            units: match acts_through {
                ActsThrough::Deployment { .. } => units(&accounts, places),
                ActsThrough::OwnCredentials => Vec::new(),
            },
            history: Vec::new(),
            exemptions: exemptions.holding(planned_at).map(ExemptionEnd::of).collect(),
            recovery_windows: report.open_recoveries.iter().map(OpenWindow::of).collect(),
            kept_open: report.kept_open.iter().map(|one| StillOpen::of(one, acts_through)).collect(),
            preflight: report.preflight.iter().map(PreflightLine::of).collect(),
            not_in_organization: &report.not_in_organization,
            not_created: report.not_created.iter().map(|one| format!("{}: {}", one.request, one.reason)).collect(),
            unfinished_creations: report.unfinished_creations.iter().map(newcomer).collect(),
            nobody_selected: report.nobody_selected.map(|why| why.to_string()),
            missing: missing.to_vec(),
            rests_on: rests_on.iter().map(Record::of).collect(),
            accounts,
        };
        document.history = document.last_runs(history);
        document
    }
}

fn newcomer(newcomer: &Newcomer) -> String {
    match newcomer {
        Newcomer::Account(account) => account.to_string(),
        Newcomer::CreateAccountRequest(request) => request.to_string(),
    }
}
