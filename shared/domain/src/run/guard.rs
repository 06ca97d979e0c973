//! The guard: more accounts to clean within 24 hours, over all runs, than somebody foresaw, need an approval.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Batch, RoundId, RunId, Sha256,
    recovery::RecoveryWindow,
    run::plan::{DeletionPlan, PlannedAccount},
};

const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// What one plan was going to clean, as the ledger keeps it: written once for a round, and held against whatever is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerEntry {
    pub run: RunId,
    pub round: u32,
    pub at: Timestamp,
    pub accounts: BTreeSet<AccountId>,
    /// Those of them whose recovery window is over: cleaning them was approved with the window, so they do not count.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub recovered: BTreeSet<AccountId>,
    /// What each batch of the plan is, by its number.
    #[serde(default)]
    pub batches: Vec<Sha256>,
    /// The round whose approval covers this one as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_in: Option<u32>,
}

/// Why a plan is not carried out, although it is the one that was handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    #[error("the plan is not in the guard's ledger")]
    Absent,
    #[error("the guard's ledger holds another plan of this round")]
    Different,
}

impl LedgerEntry {
    /// The entry of a plan. `approved_in` is the round of the approved plan that covers it.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn of(plan: &DeletionPlan, approved_in: Option<u32>) -> Result<Self, serde_json::Error> {
        let is_recovered = |id: &AccountId| plan.ended_recoveries.get(id).is_some_and(RecoveryWindow::was_ever_open);
        Ok(Self {
            run: plan.run.clone(),
            round: plan.round,
            at: plan.planned_at,
            accounts: plan.accounts().map(|planned| planned.account.id).collect(),
            recovered: plan.accounts().map(|planned| planned.account.id).filter(is_recovered).collect(),
            batches: plan.batches.iter().map(sha256_of).collect::<Result<_, _>>()?,
            approved_in,
        })
    }

    /// Holds what is about to be carried out against the ledger, `entry` being what stands there.
    ///
    /// INVARIANT (I10): what is deleted was counted.
    ///
    /// # Errors
    /// It is not there, or is something else.
    pub fn require(
        entry: Option<&Self>,
        plan: &DeletionPlan,
        batch: &Batch<PlannedAccount>,
    ) -> Result<(), LedgerError> {
        let entry = entry.ok_or(LedgerError::Absent)?;
        let counted = usize::try_from(batch.batch).ok().and_then(|number| entry.batches.get(number));
        let is_counted = batch.accounts.iter().all(|planned| entry.accounts.contains(&planned.account.id));
        let is_it = entry.round_id() == plan.round_id() && entry.at == plan.planned_at && is_counted;
        if is_it && counted.copied() == sha256_of(batch).ok() { Ok(()) } else { Err(LedgerError::Different) }
    }

    /// Whether both are of the same deletions: only the time may differ, where a planner was interrupted and began anew.
    #[must_use]
    pub fn is_of_the_same(&self, other: &Self) -> bool {
        let Self { run, round, at: _, accounts, recovered, batches, approved_in } = self;
        (run, round, accounts, recovered, batches, approved_in)
            == (&other.run, &other.round, &other.accounts, &other.recovered, &other.batches, &other.approved_in)
    }

    /// Where the entry lies: by the UTC day, so that three listings show all that may count.
    #[must_use]
    pub fn key(&self) -> String {
        Self::key_of(&self.round_id(), self.at)
    }

    /// Where the entry of a plan lies that was made at `at`.
    #[must_use]
    pub fn key_of(of: &RoundId, at: Timestamp) -> String {
        let RoundId { run, round } = of;
        format!("{}{run}.{round}.json", prefix_of(at))
    }

    /// The accounts that count.
    fn counted(&self) -> impl Iterator<Item = AccountId> {
        self.accounts.difference(&self.recovered).copied()
    }

    /// The round whose plan it is of.
    #[must_use]
    pub fn round_id(&self) -> RoundId {
        RoundId::new(self.run.clone(), self.round)
    }
}

fn sha256_of(batch: &Batch<PlannedAccount>) -> Result<Sha256, serde_json::Error> {
    serde_json::to_vec(batch).map(|text| Sha256::of(&text))
}

/// The prefixes under which every entry of the 24 hours before and after `now` lies.
///
/// Why after: a plan that is made on the other side of midnight, or by a clock that is ahead, lies under the next day. Without
/// it, of two plans made around midnight neither might see the other.
#[must_use]
pub fn prefixes(now: Timestamp) -> [String; 3] {
    let (before, after) = (now.checked_sub(WINDOW), now.checked_add(WINDOW));
    [prefix_of(before.unwrap_or(now)), prefix_of(now), prefix_of(after.unwrap_or(now))]
}

fn prefix_of(at: Timestamp) -> String {
    // RFC 3339 begins with the day.
    let day: String = at.to_string().chars().take(10).collect();
    format!("guard/{day}/")
}

/// How many accounts there are to clean within the 24 hours before `plan`, its own included, each counted once.
///
/// 0 if the plan is about none but accounts whose recovery window is over: two people have approved that they are cleaned, and
/// when (the exception to I10 in docs/decisions/0011-recovery-windows.md). They do not count towards any other plan either.
///
/// `unapproved`: the ledger without the plans that somebody approved. Every other plan counts, whatever became of it.
#[must_use]
pub fn accounts_in_24_hours<'a>(plan: &LedgerEntry, unapproved: impl IntoIterator<Item = &'a LedgerEntry>) -> usize {
    let mut accounts: BTreeSet<AccountId> = plan.counted().collect();
    if accounts.is_empty() {
        return 0;
    }
    for entry in unapproved {
        if plan.at.duration_since(entry.at) <= WINDOW {
            accounts.extend(entry.counted());
        }
    }
    accounts.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(run: &str, at: &str, accounts: &[u64]) -> LedgerEntry {
        let accounts = accounts.iter().map(|number| format!("{number:012}").parse().unwrap()).collect();
        LedgerEntry {
            run: run.parse().unwrap(),
            round: 0,
            at: at.parse().unwrap(),
            accounts,
            recovered: BTreeSet::new(),
            batches: vec![],
            approved_in: None,
        }
    }

    #[test]
    fn i10_counts_each_account_of_24_hours_once_over_all_runs() {
        let plan = entry("tonight", "2026-11-22T02:00:00Z", &[1, 2]);
        let ledger = [
            plan.clone(),
            entry("an-hour-ago", "2026-11-22T01:00:00Z", &[2, 3]),
            entry("a-day-ago", "2026-11-21T02:00:00Z", &[4]),
            entry("longer-ago", "2026-11-21T01:59:59Z", &[5, 6, 7]),
            entry("a-clock-that-is-ahead", "2026-11-22T02:00:05Z", &[8]),
        ];
        assert_eq!(accounts_in_24_hours(&plan, &ledger), 5);
    }

    #[test]
    fn i10_another_plan_of_the_same_round_counts_as_well() {
        let plan = entry("tonight", "2026-11-22T02:00:00Z", &[1, 2]);
        let before = entry("tonight", "2026-11-22T01:00:00Z", &[3, 4]);
        assert_eq!(accounts_in_24_hours(&plan, [&before]), 4);
    }

    #[test]
    fn i10_an_account_whose_recovery_window_is_over_does_not_count_and_every_other_one_does() {
        let ledger = [entry("an-hour-ago", "2026-11-22T01:00:00Z", &[2, 3])];
        let mut closing = entry("closing", "2026-11-22T02:00:00Z", &[1]);
        closing.recovered.clone_from(&closing.accounts);
        assert_eq!(accounts_in_24_hours(&closing, &ledger), 0);
        // Beside any other account, that one counts as ever.
        let mut nightly = entry("nightly", "2026-11-22T02:00:00Z", &[1, 4]);
        nightly.recovered.clone_from(&closing.accounts);
        assert_eq!(accounts_in_24_hours(&nightly, ledger.iter().chain([&closing])), 3);
    }

    #[test]
    fn every_entry_of_the_window_lies_under_one_of_the_prefixes() {
        let now = "2026-11-22T02:00:00Z".parse().unwrap();
        for at in ["2026-11-22T01:59:59Z", "2026-11-21T23:59:59Z", "2026-11-21T02:00:00Z", "2026-11-23T02:00:00Z"] {
            let key = entry("a-run", at, &[]).key();
            assert!(prefixes(now).iter().any(|prefix| key.starts_with(prefix.as_str())), "{key}");
        }
        assert_eq!(entry("a-run", "2026-11-21T02:00:00Z", &[]).key(), "guard/2026-11-21/a-run.0.json");
    }

    #[test]
    fn i10_of_two_plans_on_both_sides_of_midnight_each_lists_the_other() {
        let sides = ["2026-11-21T23:59:59.9Z", "2026-11-22T00:00:00.1Z"];
        for (mine, other) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            let key = entry("other", other, &[]).key();
            let listed = prefixes(mine.parse().unwrap());
            assert!(listed.iter().any(|prefix| key.starts_with(prefix.as_str())), "{key} is not under {listed:?}");
        }
    }
}
