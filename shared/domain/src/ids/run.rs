//! The name of a run, and where its artifacts lie.

use crate::{AccountId, text::checked_text};

checked_text! {
    /// A run's id: the name of its Step Functions execution.
    RunId, expects "a run id (1 to 80 letters, digits, `-` or `_`)",
    |value| {
        (1..=80).contains(&value.len())
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    }
}

/// How the keys of calls end.
pub const CALLS: &str = ".calls.json";

impl RunId {
    /// One chunk of what `select-accounts` chose in this round.
    #[must_use]
    pub fn selection_key(&self, round: u32, chunk: u32) -> String {
        format!("runs/{self}/selection/{round}/{chunk}.json")
    }

    /// What `audit-accounts` found in one batch of a chunk.
    #[must_use]
    pub fn audit_key(&self, round: u32, chunk: u32, batch: u32) -> String {
        format!("runs/{self}/audit/{round}/{chunk}/{batch}.json")
    }

    /// The calls that `audit-accounts` made for a batch of a chunk.
    #[must_use]
    pub fn audit_calls_key(&self, round: u32, chunk: u32, batch: u32) -> String {
        format!("{}{round}/{chunk}/{batch}{CALLS}", self.audit_prefix())
    }

    /// The calls that `delete-credentials` made for a batch.
    #[must_use]
    pub fn deletion_calls_key(&self, round: u32, batch: u32) -> String {
        format!("{}{round}/{batch}{CALLS}", self.deletion_prefix())
    }

    /// Where everything lies that the audits of the run left.
    #[must_use]
    pub fn audit_prefix(&self) -> String {
        format!("runs/{self}/audit/")
    }

    /// Where everything lies that the deletions of the run left.
    #[must_use]
    pub fn deletion_prefix(&self) -> String {
        format!("runs/{self}/deleted/")
    }

    /// What `audit-accounts` wrote down of a whole chunk, once each of its batches had ended.
    #[must_use]
    pub fn audit_record_key(&self, round: u32, chunk: u32) -> String {
        format!("runs/{self}/audit/{round}/{chunk}.json")
    }

    /// What `plan-deletions` decided in this round.
    #[must_use]
    pub fn plan_key(&self, round: u32) -> String {
        format!("runs/{self}/plan/{round}.json")
    }

    /// What `delete-credentials` did in one batch.
    #[must_use]
    pub fn deleted_key(&self, round: u32, batch: u32) -> String {
        format!("runs/{self}/deleted/{round}/{batch}.json")
    }

    /// Where what `delete-credentials` does in one batch is written down as it happens.
    #[must_use]
    pub fn journal_prefix(&self, round: u32, batch: u32) -> String {
        format!("runs/{self}/deleted/{round}/{batch}/")
    }

    /// What it did in one account of the batch.
    #[must_use]
    pub fn journal_key(&self, round: u32, batch: u32, account: AccountId) -> String {
        format!("{}{account}.json", self.journal_prefix(round, batch))
    }

    /// The report up to and including this round.
    #[must_use]
    pub fn report_key(&self, round: u32) -> String {
        format!("runs/{self}/report/{round}.json")
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
        assert!(run.plan_key(0).ends_with("/plan/0.json"));
    }
}
