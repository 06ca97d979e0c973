//! Which accounts a run looks at: what was asked for, and what Organizations made of it.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AccountState, Batch, BatchOutcome, Candidate, Mode, Pin, RunId,
    approval::StartedBy,
    organizational_unit::{OrganizationalUnitId, UnitPath},
    text::checked_text,
};

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
    pub state: AccountState,
    /// The management account, as the account's own ARN names it.
    pub managed_by: Option<AccountId>,
    /// Where it stands; `None` if Organizations did not say so in a way that can be read.
    pub path: Option<UnitPath>,
}

/// Why an account that was asked for is not a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// AWS lets nobody open a root session there.
    ManagementAccount,
    NotActive(AccountState),
    NotInOrganization,
    /// The request excludes it.
    Excluded,
    /// The request is about units, and in which one the account stands is not known.
    UnitUnknown,
}

/// One chunk of what a round works on, as `select-accounts` wrote it down.
///
/// While a chunk is audited the next one is listed, so the chunks form a chain: each names the one before it, and holds
/// what the audit of the one before that left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectedAccounts {
    pub run: RunId,
    pub round: u32,
    pub chunk: u32,
    pub mode: Mode,
    pub request: Request,
    pub management_account: AccountId,
    pub batches: Vec<Batch<Candidate>>,
    pub left_out: Vec<LeftOutAccount>,
    pub waiting: Vec<Newcomer>,
    /// Creations that failed after all: there is no account to look at.
    pub not_created: Vec<NotCreated>,
    /// Where the next chunk of the organization begins; `None` in the last one.
    pub next_token: Option<String>,
    /// The chunk before this one.
    pub previous: Option<Pin>,
    /// What the workers of the chunk before that one left behind.
    #[serde(deserialize_with = "crate::artifact::outcomes")]
    pub audits: Vec<Option<BatchOutcome>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOutAccount {
    pub account: AccountId,
    pub reason: LeftOut,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotCreated {
    pub request: CreateAccountRequestId,
    pub reason: String,
}

impl SelectedAccounts {
    #[must_use]
    pub fn candidate_count(&self) -> usize {
        self.batches.iter().map(|batch| batch.accounts.len()).sum()
    }
}

/// Decides whether an account is a candidate. `found` is what Organizations said of it in this run, `None` if nothing.
///
/// # Errors
/// Why it is not.
pub fn admit(
    management_account: AccountId,
    account: AccountId,
    found: Option<OrganizationAccount>,
) -> Result<Candidate, LeftOut> {
    // INVARIANT (I1): the management account is refused, whether an earlier step or the fresh answer calls it that.
    let is_management = |found: &OrganizationAccount| found.managed_by == Some(account);
    if account == management_account || found.as_ref().is_some_and(is_management) {
        return Err(LeftOut::ManagementAccount);
    }
    match found {
        Some(OrganizationAccount { candidate, state: AccountState::Active, .. }) => Ok(candidate),
        Some(OrganizationAccount { state, .. }) => Err(LeftOut::NotActive(state)),
        None => Err(LeftOut::NotInOrganization),
    }
}

/// What a request makes of an account of the organization, before its state is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    Asked,
    /// The request is not about this account.
    None,
    LeftOut(LeftOut),
}

impl Request {
    /// Whether the request is about an account. Not knowing where an account stands never puts it within reach.
    #[must_use]
    pub fn concerns(&self, account: &OrganizationAccount) -> Concern {
        let Self { selection, exclude, mode: _, started_by: _ } = self;
        let is_in = |units: &[OrganizationalUnitId]| account.path.as_ref().map(|path| path.is_in(units));
        if let Selection::OrganizationalUnits(units) = selection {
            match is_in(units) {
                None => return Concern::LeftOut(LeftOut::UnitUnknown),
                Some(false) => return Concern::None,
                Some(true) => {}
            }
        }
        if exclude.accounts.contains(&account.candidate.id) {
            return Concern::LeftOut(LeftOut::Excluded);
        }
        if exclude.organizational_units.is_empty() {
            return Concern::Asked;
        }
        match is_in(&exclude.organizational_units) {
            None => Concern::LeftOut(LeftOut::UnitUnknown),
            Some(true) => Concern::LeftOut(LeftOut::Excluded),
            Some(false) => Concern::Asked,
        }
    }
}

impl LeftOut {
    /// Whether waiting can help an account that has just joined.
    #[must_use]
    pub fn passes_with_time(&self) -> bool {
        match self {
            Self::NotActive(AccountState::PendingActivation) | Self::NotInOrganization => true,
            Self::NotActive(
                AccountState::Active
                | AccountState::Suspended
                | AccountState::PendingClosure
                | AccountState::Closed
                | AccountState::Unknown,
            )
            | Self::ManagementAccount
            | Self::Excluded
            | Self::UnitUnknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::parse;
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

    #[test]
    fn i1_admits_active_members_only() {
        let id: AccountId = "111122223333".parse().unwrap();
        let management: AccountId = "999999999999".parse().unwrap();
        let found = |state| {
            Some(OrganizationAccount {
                candidate: Candidate { id, name: "a".into(), joined_at: None },
                state,
                managed_by: None,
                path: None,
            })
        };
        assert!(admit(management, id, found(AccountState::Active)).is_ok());
        assert_eq!(admit(id, id, found(AccountState::Active)), Err(LeftOut::ManagementAccount));
        assert_eq!(admit(management, id, None), Err(LeftOut::NotInOrganization));
        let mut of_itself = found(AccountState::Active);
        of_itself.as_mut().unwrap().managed_by = Some(id);
        assert_eq!(admit(management, id, of_itself), Err(LeftOut::ManagementAccount), "whatever a step before said");
        for state in [
            AccountState::PendingActivation,
            AccountState::Suspended,
            AccountState::PendingClosure,
            AccountState::Closed,
            AccountState::Unknown,
        ] {
            assert_eq!(admit(management, id, found(state)), Err(LeftOut::NotActive(state)));
        }
    }

    #[test]
    fn leaves_out_what_is_excluded_and_what_it_cannot_place() {
        let account = |path: Option<&str>| OrganizationAccount {
            candidate: Candidate { id: "111122223333".parse().unwrap(), name: "a".into(), joined_at: None },
            state: AccountState::Active,
            managed_by: None,
            path: path.map(|path| UnitPath::read(path).unwrap()),
        };
        let inside = Some("o-a/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/");
        let outside = Some("o-a/r-aaaa/ou-aaaa-33333333/");
        let unit = json!(["ou-aaaa-11111111"]);
        for (asked, path, expected) in [
            (json!({"selection": "all"}), None, Concern::Asked),
            (json!({"selection": {"organizational_units": unit}}), inside, Concern::Asked),
            (json!({"selection": {"organizational_units": unit}}), outside, Concern::None),
            (json!({"selection": {"organizational_units": unit}}), None, Concern::LeftOut(LeftOut::UnitUnknown)),
            (
                json!({"selection": "all", "exclude": {"organizational_units": unit}}),
                inside,
                Concern::LeftOut(LeftOut::Excluded),
            ),
            (json!({"selection": "all", "exclude": {"organizational_units": unit}}), outside, Concern::Asked),
            (
                json!({"selection": "all", "exclude": {"organizational_units": unit}}),
                None,
                Concern::LeftOut(LeftOut::UnitUnknown),
            ),
            (
                json!({"selection": "all", "exclude": {"accounts": ["111122223333"]}}),
                outside,
                Concern::LeftOut(LeftOut::Excluded),
            ),
        ] {
            assert_eq!(request(asked.clone()).unwrap().concerns(&account(path)), expected, "{asked} {path:?}");
        }
    }
}
