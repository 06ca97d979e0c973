//! Which findings are sent to Security Hub: what changed, and what it would otherwise forget. And what is kept of that.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rootwarden_domain::{AccountId, Sha256};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ComplianceStatus, Severity,
    asff::{Publisher, Times},
    description,
};
use crate::{
    Document,
    document::{Account, Scope},
};

/// Where it lies in the bucket.
pub const KEY: &str = "reports/security-hub.json";

/// Security Hub deletes a finding that was not updated for 90 days.
/// Source: AWS Security Hub User Guide, "Reviewing finding details and history".
const RENEWED_AFTER: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Of which accounts there are findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Of those that have not passed, and of those that had not before.
    NotPassed,
    /// Of clean accounts as well.
    All,
}

/// What Security Hub has of us, by account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sent(BTreeMap<AccountId, SentFinding>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SentFinding {
    first_observed_at: Timestamp,
    created_at: Timestamp,
    sent_at: Timestamp,
    /// Of what was said; none where it is not known whether that arrived: then it is said again.
    said: Option<Sha256>,
}

/// One finding to send. What is sent is made of it batch by batch: all at once would be hundreds of megabytes.
#[derive(Debug, Clone)]
pub struct ToSend<'a> {
    account: AccountId,
    /// None of an account that left.
    now: Option<&'a Account<'a>>,
    times: Times,
    /// Of what it says; none of an account that left.
    says: Option<Sha256>,
}

impl ToSend<'_> {
    #[must_use]
    pub fn finding(&self, publisher: &Publisher) -> Value {
        match self.now {
            Some(account) => publisher.finding(account, self.times),
            None => publisher.archived(self.account, self.times),
        }
    }
}

impl Sent {
    /// What has to be sent of a run over the whole organization. Of any other nothing: it knows nothing of the other accounts.
    #[must_use]
    pub fn to_send<'a>(&self, document: &'a Document<'_>, wanted: Wanted) -> Vec<ToSend<'a>> {
        let now = document.published_at;
        // No account at all is no organization: nobody left it.
        if document.scope != Scope::Organization || document.accounts.is_empty() {
            return Vec::new();
        }
        let of_accounts = document.accounts.iter().filter_map(|account| self.of(account, wanted, now));
        let there: BTreeSet<AccountId> = document.accounts.iter().map(|account| account.id).collect();
        let left = self.0.iter().filter(|(account, _)| !there.contains(account)).map(|(account, sent)| {
            let times =
                Times { updated_at: now, first_observed_at: sent.first_observed_at, created_at: sent.created_at };
            ToSend { account: *account, now: None, times, says: None }
        });
        of_accounts.chain(left).collect()
    }

    fn of<'a>(&self, account: &'a Account<'_>, wanted: Wanted, now: Timestamp) -> Option<ToSend<'a>> {
        let (status, before) = (ComplianceStatus::of(account), self.0.get(&account.id));
        let is_wanted = match (status, wanted) {
            // What is there of it says more than is known now.
            (ComplianceStatus::NotRead, _) | (ComplianceStatus::Passed, Wanted::NotPassed) => before.is_some(),
            (
                ComplianceStatus::Passed
                | ComplianceStatus::Accepted
                | ComplianceStatus::Failed
                | ComplianceStatus::Unknown,
                _,
            ) => true,
        };
        if !is_wanted {
            return None;
        }
        let says = says(account, status);
        let first = account.since.unwrap_or(now);
        let times = Times {
            first_observed_at: before.map_or(first, |before| before.first_observed_at),
            created_at: before.map_or(first, |before| before.created_at),
            updated_at: now,
        };
        let is_known = before.is_some_and(|before| {
            // What passed after it had not may be forgotten, and so may what is not read any more.
            let may_lapse = status == ComplianceStatus::NotRead
                || (status, wanted) == (ComplianceStatus::Passed, Wanted::NotPassed);
            let is_due = !may_lapse && now.duration_since(before.sent_at) >= RENEWED_AFTER;
            before.said == Some(says) && !is_due
        });
        if is_known {
            return None;
        }
        Some(ToSend { account: account.id, now: Some(account), times, says: Some(says) })
    }

    /// What is kept once `arrived` did, and `unsure` was sent without Security Hub having said that it took it.
    ///
    /// What was not sent at all stays as it was. What is unsure keeps its times, and is sent again whatever it says by then: its
    /// answer alone may have been lost.
    #[must_use]
    pub fn after<'a>(
        mut self,
        arrived: impl IntoIterator<Item = ToSend<'a>>,
        unsure: impl IntoIterator<Item = ToSend<'a>>,
    ) -> Self {
        for ToSend { account, now: _, times, says } in arrived {
            match says {
                Some(says) => self.0.insert(account, SentFinding::of(times, Some(says))),
                None => self.0.remove(&account),
            };
        }
        for ToSend { account, now: _, times, says: _ } in unsure {
            self.0.insert(account, SentFinding::of(times, None));
        }
        self
    }
}

impl SentFinding {
    fn of(times: Times, said: Option<Sha256>) -> Self {
        let Times { first_observed_at, created_at, updated_at } = times;
        Self { first_observed_at, created_at, sent_at: updated_at, said }
    }
}

/// What a finding says, without its times.
fn says(account: &Account<'_>, status: ComplianceStatus) -> Sha256 {
    let text = match status {
        // Cleaned tonight and clean tomorrow is the same.
        ComplianceStatus::Passed => "passed".to_owned(),
        ComplianceStatus::Accepted
        | ComplianceStatus::Failed
        | ComplianceStatus::Unknown
        | ComplianceStatus::NotRead => {
            format!("{status:?} {:?} {}", Severity::of(account), description(account))
        }
    };
    Sha256::of(text.as_bytes())
}
