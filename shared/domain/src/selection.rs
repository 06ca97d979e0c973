//! Which accounts a run looks at: what was asked for, and what Organizations made of it.

use serde::{Deserialize, Serialize};

use crate::{AccountId, AccountState, Batch, Candidate, Mode, RunId, text::checked_text};

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
}

/// Which accounts are asked for. Naming one makes it a candidate only if Organizations confirms it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// Every active member.
    All,
    Accounts(Vec<AccountId>),
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
}

/// Why an account that was asked for is not a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// AWS lets nobody open a root session there.
    ManagementAccount,
    NotActive(AccountState),
    NotInOrganization,
}

/// What a round works on, as `select-accounts` wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectedAccounts {
    pub run: RunId,
    pub round: u32,
    pub mode: Mode,
    pub management_account: AccountId,
    pub batches: Vec<Batch<Candidate>>,
    pub left_out: Vec<LeftOutAccount>,
    pub waiting: Vec<Newcomer>,
    /// Creations that failed after all: there is no account to look at.
    pub not_created: Vec<NotCreated>,
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
    // INVARIANT (I1): the management account is refused before anything else is asked of it.
    if account == management_account {
        return Err(LeftOut::ManagementAccount);
    }
    match found {
        Some(OrganizationAccount { candidate, state: AccountState::Active }) => Ok(candidate),
        Some(OrganizationAccount { candidate: _, state }) => Err(LeftOut::NotActive(state)),
        None => Err(LeftOut::NotInOrganization),
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
            | Self::ManagementAccount => false,
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
        let found =
            |state| Some(OrganizationAccount { candidate: Candidate { id, name: "a".into(), joined_at: None }, state });
        assert!(admit(management, id, found(AccountState::Active)).is_ok());
        assert_eq!(admit(id, id, found(AccountState::Active)), Err(LeftOut::ManagementAccount));
        assert_eq!(admit(management, id, None), Err(LeftOut::NotInOrganization));
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
}
