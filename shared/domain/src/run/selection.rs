//! Which accounts a run looks at: what was asked for, and what Organizations made of it.

mod eligibility;
mod limits;
mod nobody;
mod sorted;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AccountState, Batch, Candidate, Failure, Mode, Pin, RoundId, RunId,
    aws::organizational_unit::{OrganizationalUnitId, UnitPath},
    people::StartedBy,
    preflight::Told,
    text::checked_text,
};

pub use eligibility::{Eligibility, EligibilityError, UnknownAccount, check_eligibility};
pub use nobody::NobodySelected;
pub use sorted::{Parts, Sorted};

checked_text! {
    /// The id of a request to create an account.
    ///
    /// Source: AWS Organizations API Reference, `CreateAccountStatus.Id`.
    CreateAccountRequestId, expects "a create account request id (`car-` and 8 to 32 letters or digits)",
    |value| {
        value.strip_prefix("car-").is_some_and(|rest| {
            (8..=32).contains(&rest.len())
                && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
    }
}

/// The input of the state machine `secure-accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub selection: Selection,
    #[serde(default)]
    pub mode: Mode,
    #[serde(default, skip_serializing_if = "Exclusions::is_empty")]
    pub exclude: Exclusions,
    /// Who or what started the run; without it, nobody can be shown to differ from whoever approves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_by: Option<StartedBy>,
}

/// What a run is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole organization, less what the nightly run leaves out.
    Organization,
    /// Some of it. INVARIANT: so is everything that does not say that it is about the whole, or it would hide all other accounts from
    /// whoever reads the latest report.
    #[default]
    Selection,
}

impl Scope {
    /// What is about both: the whole organization only if each of them is.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Organization, Self::Organization) => Self::Organization,
            (Self::Selection, _) | (_, Self::Selection) => Self::Selection,
        }
    }
}

impl Request {
    /// What a run for it is about: what the schedule leaves out does not count, what a person does.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let Self { selection, mode: _, exclude, started_by } = self;
        let is_whole = exclude.is_empty() || *started_by == Some(StartedBy::Schedule);
        match selection {
            Selection::All if is_whole => Scope::Organization,
            Selection::All | Selection::Accounts(_) | Selection::OrganizationalUnits(_) | Selection::Joined(_) => {
                Scope::Selection
            }
        }
    }
}

/// Accounts that a run leaves out. By account and unit they are not even looked at; by tag nothing is deleted in them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exclusions {
    pub accounts: Vec<AccountId>,
    pub organizational_units: Vec<OrganizationalUnitId>,
    pub tags: Vec<Tag>,
}

impl Exclusions {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { accounts, organizational_units, tags } = self;
        accounts.is_empty() && organizational_units.is_empty() && tags.is_empty()
    }
}

/// A tag of an account, as Organizations keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// Which accounts are asked for. Naming one makes it a candidate only if Organizations confirms it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// Every active member.
    All,
    Accounts(Vec<AccountId>),
    /// Every active member in one of these units, however deep.
    OrganizationalUnits(Vec<OrganizationalUnitId>),
    /// One account that an event says has just joined: it is waited for while Organizations does not show it as active.
    Joined(Newcomer),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Newcomer {
    Account(AccountId),
    /// Creation was asked for, and the account has no id yet.
    CreateAccountRequest(CreateAccountRequestId),
}

/// An account as Organizations described it in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationAccount {
    pub candidate: Candidate,
    /// In what state it is, or why that cannot be read.
    pub state: Result<AccountState, Failure>,
    /// The management account, as the account's own ARN names it.
    pub managed_by: Option<AccountId>,
    /// Where it stands, or why that cannot be read.
    pub path: Result<UnitPath, Failure>,
}

/// Why an account that was asked for is not a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ineligible {
    /// AWS lets nobody open a root session there.
    ManagementAccount,
    NotActive(AccountState),
    NotInOrganization,
    /// The request excludes it.
    Excluded,
}

/// One chunk of what a round works on, as `select-accounts` wrote it down.
///
/// While a chunk is audited the next one is listed, so the chunks form a chain: each names the one that it goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectedAccounts {
    pub run: RunId,
    pub round: u32,
    pub chunk: u32,
    pub mode: Mode,
    pub request: Request,
    pub management_account: AccountId,
    /// The numbers of the batches, for the map: it reads one of these for each child, and not a batch of any size.
    pub batch_numbers: Vec<u32>,
    pub batches: Vec<Batch<Candidate>>,
    /// In which unit each account stands directly, as far as that was read: for the report, and nothing goes by it.
    #[serde(default)]
    pub units: BTreeMap<AccountId, OrganizationalUnitId>,
    pub ineligible: Vec<IneligibleAccount>,
    /// Accounts of which Organizations did not say what decides.
    #[serde(default)]
    pub unknown: Vec<UnknownAccount>,
    pub waiting: Vec<Newcomer>,
    /// Creations that failed after all: there is no account to look at.
    pub not_created: Vec<NotCreated>,
    /// Where the next chunk of the organization begins; `None` in the last one.
    pub next_token: Option<String>,
    /// What the run found out before it looked at anybody, in its first chunk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<Told>,
    /// The chunk before this one.
    pub previous: Option<Pin>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IneligibleAccount {
    pub account: AccountId,
    pub reason: Ineligible,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotCreated {
    pub request: CreateAccountRequestId,
    pub reason: String,
}

impl SelectedAccounts {
    /// What the run is about, if this is its last chunk: a list that goes on is not whole.
    #[must_use]
    pub fn scope(&self) -> Scope {
        if self.next_token.is_some() { Scope::Selection } else { self.request.scope() }
    }

    /// The round that it is of.
    #[must_use]
    pub fn round_id(&self) -> RoundId {
        RoundId::new(self.run.clone(), self.round)
    }

    #[must_use]
    pub fn candidate_count(&self) -> usize {
        self.batches.iter().map(|batch| batch.accounts.len()).sum()
    }
}

impl Ineligible {
    /// Whether waiting can help an account that has just joined.
    #[must_use]
    pub fn passes_with_time(&self) -> bool {
        match self {
            Self::NotActive(AccountState::PendingActivation) | Self::NotInOrganization => true,
            Self::NotActive(
                AccountState::Active | AccountState::Suspended | AccountState::PendingClosure | AccountState::Closed,
            )
            | Self::ManagementAccount
            | Self::Excluded => false,
        }
    }
}

impl fmt::Display for Ineligible {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ManagementAccount => formatter.write_str("the management account"),
            Self::NotActive(state) => write!(formatter, "in state {state}"),
            Self::NotInOrganization => formatter.write_str("not in the organization"),
            Self::Excluded => formatter.write_str("excluded by the request"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::input::parse;
    use serde_json::json;

    fn request(value: serde_json::Value) -> Result<Request, String> {
        parse("request", value).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_each_selection() {
        for selection in [
            json!("all"),
            json!({"accounts": ["111122223333"]}),
            json!({"organizational_units": ["ou-aaaa-11111111"]}),
            json!({"joined": {"account": "111122223333"}}),
            json!({"joined": {"create_account_request": "car-examplecreateaccountrequestid111"}}),
        ] {
            let read = request(json!({"selection": selection})).unwrap();
            assert_eq!(read.mode, Mode::Report);
            assert_eq!(serde_json::to_value(&read.selection).unwrap(), selection);
        }
    }

    #[test]
    fn only_all_accounts_without_what_a_person_leaves_out_are_the_whole_organization() {
        let exclude = json!({"accounts": ["111122223333"]});
        for (value, scope) in [
            (json!({"selection": "all"}), Scope::Organization),
            (json!({"selection": "all", "started_by": "schedule", "exclude": exclude}), Scope::Organization),
            (json!({"selection": "all", "exclude": exclude}), Scope::Selection),
            (json!({"selection": "all", "exclude": {"tags": [{"key": "a", "value": "b"}]}}), Scope::Selection),
            (json!({"selection": {"accounts": ["111122223333"]}, "started_by": "schedule"}), Scope::Selection),
            (json!({"selection": {"organizational_units": ["ou-aaaa-11111111"]}}), Scope::Selection),
            (json!({"selection": {"joined": {"account": "111122223333"}}}), Scope::Selection),
        ] {
            assert_eq!(request(value.clone()).unwrap().scope(), scope, "{value}");
        }
    }

    #[test]
    fn i5_refuses_what_it_does_not_know_by_its_name() {
        for (wrong, named) in [
            (json!({"selection": "all", "mode": "delete"}), "unknown variant `delete`"),
            (json!({"selection": "all", "dry_run": false}), "unknown field `dry_run`"),
            (json!({"selection": "everything"}), "unknown variant `everything`"),
            (json!({"selection": {"accounts": ["1"]}}), "`1` is not an account id"),
            (json!({}), "missing field `selection`"),
        ] {
            let error = request(wrong).unwrap_err();
            assert!(error.contains(named), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
