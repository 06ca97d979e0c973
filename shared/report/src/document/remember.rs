//! What is kept of a run, for the next one to be held against.

use rootwarden_domain::Pin;

use super::{ActsThrough, Document, Scope};
use crate::history::{Finding, Findings, History, RunSummary, Said};

impl Document<'_> {
    /// The run in short.
    #[must_use]
    pub fn in_short(&self) -> RunSummary {
        let deleted = self.accounts.iter().map(|account| account.evidence.deleted().count()).sum();
        RunSummary {
            run: self.run.clone(),
            at: self.planned_at,
            mode: self.mode,
            counts: self.counts,
            credentials_deleted: deleted,
        }
    }

    /// The last runs over the whole organization, this one included if it is one.
    pub(super) fn last_runs(&self, history: &History) -> Vec<RunSummary> {
        match (self.acts_through, self.scope) {
            (ActsThrough::OwnCredentials, _) => Vec::new(),
            (ActsThrough::Deployment { .. }, Scope::Selection) => history.runs().to_vec(),
            (ActsThrough::Deployment { .. }, Scope::Organization) => history.with(self.in_short()),
        }
    }

    /// What is kept once this was told. A run over a part of the organization changes nothing.
    ///
    /// `report`: what was written as this run's `report.json`. `said`: what people were told with it.
    #[must_use]
    pub fn remembered(&self, history: &History, report: Option<&Pin>, said: Said) -> History {
        match self.scope {
            Scope::Selection => history.clone(),
            Scope::Organization => history.after(self.in_short(), self.findings(), report.cloned(), said),
        }
    }

    fn findings(&self) -> Findings {
        let findings = self.accounts.iter().filter(|account| account.status.is_finding());
        findings
            .map(|account| {
                let finding = Finding {
                    name: account.name.map(str::to_owned),
                    status: account.status,
                    credentials: account.evidence.left.clone(),
                    states: account.evidence.states(),
                    cause: account.evidence.cause().map(str::to_owned),
                    since: account.since.unwrap_or(self.planned_at),
                };
                (account.id, finding)
            })
            .collect()
    }
}
