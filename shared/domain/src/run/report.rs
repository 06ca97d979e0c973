//! What a run says in the end: one status for every account that it was about.

mod status;
mod windows;

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, ErrorKind, Failure, Mode, Pin, RunId,
    artifact::Collected,
    aws::failure::DeniedBy,
    preflight::Told,
    recovery::RecoveryWindow,
    run::{
        deletion::{DeletionReport, DeletionStep},
        plan::DeletionPlan,
        round,
        selection::{Newcomer, NobodySelected, NotCreated, Scope},
    },
    text::number::number,
};
use status::statuses;
use windows::Windows;

pub use status::Status;
pub use windows::KeptOpen;

/// So many accounts are named in the one line for people; the report names all.
const NAMED: usize = 10;

/// How asking for an approval ended, where the guard called for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalOutcome {
    NotNeeded,
    Approved,
    Rejected,
    /// Nobody answered in time.
    TimedOut,
    /// Nobody could be asked.
    NotRequested,
}

/// The state of a run after one of its rounds; each round's report contains the ones before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub run: RunId,
    pub round: u32,
    pub mode: Mode,
    /// Of the latest round.
    pub approval: ApprovalOutcome,
    pub accounts: BTreeMap<AccountId, AccountReport>,
    pub not_created: Vec<NotCreated>,
    /// What the next round takes up.
    pub pending: Vec<Newcomer>,
    /// Creations that did not finish in time: there is no account id to report on.
    pub unfinished_creations: Vec<Newcomer>,
    /// Why the run looked at nobody, if it did not.
    #[serde(default)]
    pub nobody_selected: Option<NobodySelected>,
    /// Accounts that were asked for by their id, and are not in the organization.
    #[serde(default)]
    pub not_in_organization: Vec<AccountId>,
    /// What the run found out before it looked at anybody; none of it stopped the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<Told>,
    /// Accounts in which root password recovery is allowed: who asked, who approved, why, and until when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub open_recoveries: BTreeMap<AccountId, RecoveryWindow>,
    /// Accounts whose recovery window is over, and which this run did not see clean.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept_open: BTreeMap<AccountId, KeptOpen>,
    /// What the run is about, as every plan of it says.
    #[serde(default)]
    pub scope: Scope,
    /// When the first round was planned: where the report of all rounds lies goes by its day.
    #[serde(default)]
    pub begun_at: Option<Timestamp>,
    /// What the rounds were made from, as far as it was handed on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audited: Vec<AuditedRound>,
    /// Every object of the run that this report and those before it were made from, by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<Pin>,
}

/// The audits of one round: the record of its last chunk, behind which the others stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditedRound {
    pub round: u32,
    pub last_chunk: u32,
    pub record: Pin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountReport {
    pub name: Option<String>,
    pub status: Status,
    /// What earlier rounds of the run deleted or began to delete, where the status tells of no steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deleted: Vec<DeletionStep>,
}

impl AccountReport {
    fn of(name: Option<String>, status: Status) -> Self {
        Self { name, status, deleted: Vec::new() }
    }

    /// INVARIANT (I3): what an earlier round deleted stays, whatever the account has become since.
    fn after(self, earlier: Option<Self>) -> Self {
        let Self { name, status, deleted: _ } = self;
        let Some(Self { name: earlier_name, status: earlier, deleted }) = earlier else {
            return Self::of(name, status);
        };
        let mut steps = deleted;
        steps.extend(earlier.into_steps());
        let (status, deleted) = status.after(steps);
        Self { name: name.or(earlier_name), status, deleted }
    }
}

/// How many accounts ended in each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub clean: u32,
    pub cleaned: u32,
    pub found: u32,
    pub exempt: u32,
    pub protected: u32,
    pub unknown: u32,
    /// Of the unknown ones, those in which a service control policy of their own denies root sessions.
    pub denied_by_service_control_policy: u32,
    pub failed: u32,
    pub ineligible: u32,
    pub excluded: u32,
    pub not_approved: u32,
    pub paused: u32,
}

impl Report {
    /// Adds a round to the report of the rounds before it.
    ///
    /// `deletions`: what each deleting worker left behind, by its batch's number.
    #[must_use]
    pub fn add_round(
        previous: Option<Self>,
        plan: DeletionPlan,
        approval: ApprovalOutcome,
        deletions: BTreeMap<u32, Collected<DeletionReport>>,
        new_account_wait_minutes: u16,
    ) -> Self {
        let DeletionPlan {
            run,
            round,
            mode,
            batches,
            batch_numbers: _,
            others,
            ineligible,
            waiting,
            not_created,
            nobody_selected,
            not_in_organization,
            started_by: _,
            scope,
            management_account: _,
            planned_at,
            made_from: _,
            guard: _,
            approved_before: _,
            ended_recoveries,
            open_recoveries: open_now,
            excluded_tags: _,
            preflight,
        } = plan;
        // A later round is about what the first one selected: it makes no whole of a part.
        let scope = previous.as_ref().map_or(scope, |previous| previous.scope.and(scope));
        let (begun_at, audited, rests_on) = previous.as_ref().map_or_else(
            || (None, Vec::new(), Vec::new()),
            |previous| (previous.begun_at, previous.audited.clone(), previous.rests_on.clone()),
        );
        let (mut accounts, mut all_not_created, nobody_selected, not_in_organization, preflight, mut windows) =
            match previous {
                Some(Self {
                    accounts,
                    not_created,
                    nobody_selected: first,
                    not_in_organization: missing,
                    preflight: earlier,
                    open_recoveries: open,
                    kept_open,
                    ..
                }) => {
                    // Once somebody was selected it was not nobody; until then, the latest reading says best why.
                    let windows = Windows { open, kept_open };
                    (accounts, not_created, first.and(nobody_selected), missing, earlier, windows)
                }
                None => {
                    (BTreeMap::new(), Vec::new(), nobody_selected, not_in_organization, preflight, Windows::default())
                }
            };
        all_not_created.extend(not_created);
        let mut add = |account: AccountId, report: AccountReport| {
            let earlier = accounts.remove(&account);
            accounts.insert(account, report.after(earlier));
        };
        for left in ineligible {
            add(left.account, AccountReport::of(None, Status::Ineligible(left.reason)));
        }
        let mut unfinished_creations = Vec::new();
        for newcomer in waiting {
            match newcomer {
                Newcomer::Account(account) => {
                    let message = format!("Organizations does not show account `{account}` as an active member yet");
                    let status = Status::Unknown(Failure::new(ErrorKind::NotYetVisible, message));
                    add(account, AccountReport::of(None, status));
                }
                Newcomer::CreateAccountRequest(_) => unfinished_creations.push(newcomer),
            }
        }
        for (account, report) in statuses(mode, approval, batches, others, deletions) {
            add(account, report);
        }

        windows.add_round(open_now, ended_recoveries, &accounts);
        let Windows { open: open_recoveries, kept_open } = windows;

        let again = |kind| round::is_taken_up_again(kind, round, new_account_wait_minutes);
        let mut pending: Vec<Newcomer> = accounts
            .iter()
            .filter(|(_, report)| report.status.may_pass().is_some_and(again))
            .map(|(account, _)| Newcomer::Account(*account))
            .collect();
        if again(ErrorKind::NotYetVisible) {
            pending.append(&mut unfinished_creations);
        }
        Self {
            run,
            round,
            mode,
            approval,
            accounts,
            not_created: all_not_created,
            pending,
            unfinished_creations,
            nobody_selected,
            not_in_organization,
            preflight,
            open_recoveries,
            kept_open,
            scope,
            begun_at: begun_at.or(Some(planned_at)),
            audited,
            rests_on,
        }
    }

    /// Adds objects that the report was made from. What lies outside of the run's own folder is no record of it.
    pub fn rest_on(&mut self, read: Vec<Pin>) {
        let folder = self.run.folder();
        self.rests_on.extend(read.into_iter().filter(|pin| pin.key.starts_with(&folder)));
        // Read twice, it is named once: as it was read last.
        let by_key: BTreeMap<String, Pin> = self.rests_on.drain(..).map(|pin| (pin.key.clone(), pin)).collect();
        self.rests_on.extend(by_key.into_values());
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for report in self.accounts.values() {
            let count = match report.status {
                Status::Clean => &mut counts.clean,
                Status::Cleaned { .. } => &mut counts.cleaned,
                Status::Found { .. } => &mut counts.found,
                Status::Exempt { .. } => &mut counts.exempt,
                Status::Protected { .. } => &mut counts.protected,
                Status::Unknown(_) => &mut counts.unknown,
                Status::Failed { .. } => &mut counts.failed,
                Status::Ineligible(_) => &mut counts.ineligible,
                Status::Excluded { .. } => &mut counts.excluded,
                Status::NotApproved { .. } => &mut counts.not_approved,
                Status::Paused { .. } => &mut counts.paused,
            };
            *count += 1;
            if report.status.denied_by() == Some(DeniedBy::ServiceControlPolicy) {
                counts.denied_by_service_control_policy += 1;
            }
        }
        counts
    }

    /// Whether nobody needs to look: every account is clean, cleaned, exempt, left out or, in a report, told of.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.is_finished() && self.counts().protected == 0
    }

    /// Whether nothing is unknown or undone. What is protected may still wait for a person.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let Counts {
            unknown,
            failed,
            not_approved,
            paused,
            protected: _,
            denied_by_service_control_policy: _,
            clean: _,
            cleaned: _,
            found: _,
            exempt: _,
            ineligible: _,
            excluded: _,
        } = self.counts();
        unknown + failed + not_approved + paused == 0
            && self.nobody_selected.is_none_or(NobodySelected::is_settled)
            && self.not_in_organization.is_empty()
            && self.kept_open.is_empty()
            && self.unfinished_creations.is_empty()
            && self.pending.is_empty()
    }
}

impl fmt::Display for Report {
    /// One line for people.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            clean,
            cleaned,
            found,
            exempt,
            protected,
            unknown,
            denied_by_service_control_policy: denied,
            failed,
            ineligible,
            excluded,
            not_approved,
            paused,
        } = self.counts();
        let count = |count: u32| number(count as usize);
        let [clean, cleaned, found, exempt] = [clean, cleaned, found, exempt].map(count);
        let [excluded, protected, not_approved, paused] = [excluded, protected, not_approved, paused].map(count);
        let [unknown, failed, ineligible] = [unknown, failed, ineligible].map(count);
        write!(
            formatter,
            "run {}: {clean} clean, {cleaned} cleaned, {found} with root credentials, {exempt} exempt, \
             {excluded} excluded, {protected} protected, {not_approved} not approved, {paused} paused, \
             {unknown} unknown, {failed} failed, {ineligible} ineligible, {} still being created, {} to be looked at again",
            self.run,
            number(self.unfinished_creations.len()),
            number(self.pending.len()),
        )?;
        if let Some(why) = self.nobody_selected {
            write!(formatter, "; nobody was selected: {why}")?;
        }
        for (account, window) in self.open_recoveries.iter().take(NAMED) {
            write!(formatter, "; in account {account}, {window}")?;
        }
        for (account, open) in self.kept_open.iter().take(NAMED) {
            write!(formatter, "; account {account} {open}")?;
        }
        let (named, further) = self.not_in_organization.split_at(self.not_in_organization.len().min(NAMED));
        if !named.is_empty() {
            let named: Vec<String> = named.iter().map(ToString::to_string).collect();
            write!(formatter, "; not in the organization: {}", named.join(", "))?;
        }
        if !further.is_empty() {
            write!(formatter, " and {} more", number(further.len()))?;
        }
        if denied > 0 {
            write!(
                formatter,
                "; in {} of the unknown ones, a service control policy denies root sessions",
                count(denied)
            )?;
        }
        match Told::count(&self.preflight) {
            (0, 0) => Ok(()),
            (found, 0) => write!(formatter, "; preflight: {found} found"),
            (found, not_checked) => write!(formatter, "; preflight: {found} found, {not_checked} not checked"),
        }
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
