//! What is new, gone and unchanged beside the last run over the whole organization.

use jiff::Timestamp;
use rootwarden_domain::AccountId;
use schemars::JsonSchema;
use serde::Serialize;

use super::account::Account;
use crate::{
    history::{Before, Finding},
    status::StatusName,
};

/// How a finding stands beside the run before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The account was no finding.
    New,
    /// It was one, with another status or for another cause, or something of it is new: a credential, a key that was made active or
    /// used for the first time, a password or device that was set anew.
    Changed,
    Unchanged,
}

/// The findings of this run beside those of the run before.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Changes<'a> {
    #[schemars(with = "Vec<String>")]
    pub new: Vec<AccountId>,
    #[schemars(with = "Vec<String>")]
    pub changed: Vec<AccountId>,
    #[schemars(with = "Vec<String>")]
    pub unchanged: Vec<AccountId>,
    /// Findings of the run before that are none any more.
    pub gone: Vec<GoneAccount<'a>>,
}

/// A finding that is none any more.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct GoneAccount<'a> {
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    pub id: AccountId,
    pub name: Option<&'a str>,
    pub was: StatusName,
    /// What it is now; none if the organization does not have it any more.
    pub is: Option<StatusName>,
}

/// Whether accounts that a run says nothing of are gone: only if it looked at the whole organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unmentioned {
    Gone,
    NotLookedAt,
}

impl Change {
    /// As it is written in every format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }

    fn of(account: &Account<'_>, before: Option<&Finding>) -> Self {
        match before {
            None => Self::New,
            Some(before) if before.status != account.status => Self::Changed,
            Some(before) => {
                let all_known = account.evidence.left.iter().all(|name| before.credentials.contains(name));
                let is_same_cause = match (&before.cause, account.evidence.cause()) {
                    (Some(before), Some(now)) => before == now,
                    // What was written down before causes were.
                    (None, _) | (_, None) => true,
                };
                let is_more_in_use =
                    before.was_less_in_use(account.evidence.left.iter().zip(account.evidence.states()));
                if all_known && is_same_cause && !is_more_in_use { Self::Unchanged } else { Self::Changed }
            }
        }
    }
}

/// Holds each account against the findings of the run before, and marks it.
pub(super) fn compare<'a>(
    accounts: &mut [Account<'a>],
    before: Before<'a>,
    unmentioned: Unmentioned,
    now: Timestamp,
) -> Changes<'a> {
    let Before { findings: before, latest, .. } = before;
    let mut changes = Changes::default();
    let mut gone = before.clone_keys();
    for account in accounts {
        let earlier = before.get(account.id);
        let still = gone.remove(&account.id);
        if !account.status.is_finding() {
            if let (true, Some(earlier)) = (still, earlier) {
                let name = account.name.or(earlier.name.as_deref());
                changes.gone.push(GoneAccount { id: account.id, name, was: earlier.status, is: Some(account.status) });
            }
            continue;
        }
        let change = Change::of(account, earlier);
        account.change = Some(change);
        account.since = Some(latest.get(account.id).or(earlier).map_or(now, |earlier| earlier.since));
        match change {
            Change::New => changes.new.push(account.id),
            Change::Changed => changes.changed.push(account.id),
            Change::Unchanged => changes.unchanged.push(account.id),
        }
    }
    if unmentioned == Unmentioned::Gone {
        let left = gone.into_iter().filter_map(|id| before.get(id).map(|earlier| (id, earlier)));
        changes.gone.extend(left.map(|(id, earlier)| GoneAccount {
            id,
            name: earlier.name.as_deref(),
            was: earlier.status,
            is: None,
        }));
    }
    changes.gone.sort_by_key(|gone| gone.id);
    changes
}
