//! The guard: more accounts to clean within 24 hours, over all runs, than somebody foresaw, need an approval.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AccountId, RunId};

const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// What one plan was going to clean, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerEntry {
    pub run: RunId,
    pub round: u32,
    pub at: Timestamp,
    pub accounts: BTreeSet<AccountId>,
}

impl LedgerEntry {
    /// Where the entry lies: by the UTC day, so that three listings show all that may count.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}{}.{}.json", prefix_of(self.at), self.run, self.round)
    }

    fn is_of(&self, run: &RunId, round: u32) -> bool {
        self.run == *run && self.round == round
    }
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
/// `unapproved`: the ledger without the plans that somebody approved. Every other plan counts, whatever became of it.
#[must_use]
pub fn accounts_in_24_hours<'a>(plan: &LedgerEntry, unapproved: impl IntoIterator<Item = &'a LedgerEntry>) -> usize {
    let mut accounts = plan.accounts.clone();
    for entry in unapproved {
        if !entry.is_of(&plan.run, plan.round) && plan.at.duration_since(entry.at) <= WINDOW {
            accounts.extend(&entry.accounts);
        }
    }
    accounts.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(run: &str, at: &str, accounts: &[u64]) -> LedgerEntry {
        let accounts = accounts.iter().map(|number| format!("{number:012}").parse().unwrap()).collect();
        LedgerEntry { run: run.parse().unwrap(), round: 0, at: at.parse().unwrap(), accounts }
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
