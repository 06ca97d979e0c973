//! The names of a run and of its rounds, and where their artifacts lie.

use std::fmt;

use crate::{AccountId, text::checked_text};

checked_text! {
    /// A run's id: the name of its Step Functions execution.
    RunId, expects "a run id (1 to 80 letters, digits, `-` or `_`)",
    |value| {
        (1..=80).contains(&value.len())
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    }
}

impl RunId {
    /// Where the reports of all rounds lie.
    #[must_use]
    pub fn report_prefix(&self) -> String {
        format!("runs/{self}/report/")
    }

    /// The round whose report lies at `key`, if it is one of this run.
    #[must_use]
    pub fn round_of_report(&self, key: &str) -> Option<u32> {
        key.strip_prefix(&self.report_prefix())?.strip_suffix(".json")?.parse().ok()
    }
}

/// One round of a run: what its artifacts are named by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoundId {
    pub run: RunId,
    /// Counted from 0.
    pub round: u32,
}

impl fmt::Display for RoundId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "run `{}`, round {}", self.run, self.round)
    }
}

impl RoundId {
    #[must_use]
    pub fn new(run: RunId, round: u32) -> Self {
        Self { run, round }
    }

    /// The round before this one, if there was one.
    #[must_use]
    pub fn before(&self) -> Option<Self> {
        self.round.checked_sub(1).map(|round| Self::new(self.run.clone(), round))
    }

    /// One chunk of what `select-accounts` chose in this round.
    #[must_use]
    pub fn selection_key(&self, chunk: u32) -> String {
        let Self { run, round } = self;
        format!("runs/{run}/selection/{round}/{chunk}.json")
    }

    /// What `audit-accounts` found in one batch of a chunk.
    #[must_use]
    pub fn audit_key(&self, chunk: u32, batch: u32) -> String {
        let Self { run, round } = self;
        format!("runs/{run}/audit/{round}/{chunk}/{batch}.json")
    }

    /// What `audit-accounts` wrote down of a whole chunk, once each of its batches had ended.
    #[must_use]
    pub fn audit_record_key(&self, chunk: u32) -> String {
        let Self { run, round } = self;
        format!("runs/{run}/audit/{round}/{chunk}.json")
    }

    /// What `plan-deletions` decided in this round.
    #[must_use]
    pub fn plan_key(&self) -> String {
        let Self { run, round } = self;
        format!("runs/{run}/plan/{round}.json")
    }

    /// What `delete-credentials` did in one batch.
    #[must_use]
    pub fn deleted_key(&self, batch: u32) -> String {
        let Self { run, round } = self;
        format!("runs/{run}/deleted/{round}/{batch}.json")
    }

    /// Where what `delete-credentials` does in one batch is written down as it happens.
    #[must_use]
    pub fn journal_prefix(&self, batch: u32) -> String {
        let Self { run, round } = self;
        format!("runs/{run}/deleted/{round}/{batch}/")
    }

    /// What it did in one account of the batch.
    #[must_use]
    pub fn journal_key(&self, batch: u32, account: AccountId) -> String {
        format!("{}{account}.json", self.journal_prefix(batch))
    }

    /// The report up to and including this round.
    #[must_use]
    pub fn report_key(&self) -> String {
        format!("{}{}.json", self.run.report_prefix(), self.round)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_cannot_leave_its_folder() {
        for wrong in ["", "..", "a/b", "a.b", &"a".repeat(81)] {
            assert!(wrong.parse::<RunId>().is_err(), "{wrong}");
        }
        let run: RunId = "joined-444455556666-e5e20ada-7d1c-434d-bac2-32e156df4d93".parse().unwrap();
        assert!(RoundId::new(run, 0).plan_key().ends_with("/plan/0.json"));
    }
}
