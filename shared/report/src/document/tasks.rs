//! What a person has to do: for each account, and for all of a status at once.

use std::borrow::Cow;

use rootwarden_domain::{
    AccountId, Mode, RootCredential,
    run::{plan::ProtectedCredential, report::Status},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    account::{Account, NextStep},
    acts_through::ActsThrough,
};
use crate::status::StatusName;

/// What a person has to do about all accounts of one status.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Task {
    pub status: StatusName,
    #[schemars(with = "Vec<String>")]
    pub accounts: Vec<AccountId>,
    #[serde(rename = "do")]
    pub what: String,
    /// For a shell: the command line's, in which WHY and TICKET stand for your own words. Of more than 20 accounts it names the
    /// first 20.
    pub command: Option<String>,
}

/// What a person has to do about one account, if anything.
pub(super) fn next_step(id: AccountId, status: &Status, mode: Mode, through: ActsThrough<'_>) -> Option<NextStep> {
    let step = |what: &'static str, command: Option<String>| Some(NextStep { what: what.into(), command });
    let accounts = &[id];
    match status {
        Status::Unknown(_) => {
            step("Mend the cause that is named, then look again.", Some(through.look_again(accounts, mode)))
        }
        Status::Failed { .. } => {
            step("Mend the cause that is named, then run again.", Some(through.look_again(accounts, mode)))
        }
        Status::NotApproved { .. } => {
            step("Run again, and have somebody else approve the plan.", Some(through.delete(accounts)))
        }
        Status::Paused { .. } => step("End the pause when it is over, then run again.", through.resume()),
        Status::Found { .. } => {
            let what = match through {
                ActsThrough::Deployment { .. } => {
                    "Have it deleted, or exempt the account. A deployment in report mode deletes nothing: deploy with Mode=enforce first."
                }
                ActsThrough::OwnCredentials => "Delete it, or exempt the account with --exempt.",
            };
            step(what, Some(through.delete(accounts)))
        }
        Status::Protected { protected, .. } => Some(protected_step(id, protected, through)),
        Status::Clean
        | Status::Cleaned { .. }
        | Status::Exempt { .. }
        | Status::Ineligible(_)
        | Status::Excluded { .. } => None,
    }
}

fn protected_step(id: AccountId, protected: &[ProtectedCredential], through: ActsThrough<'_>) -> NextStep {
    let key = protected.iter().find_map(|key| match &key.credential {
        RootCredential::AccessKey(id) if !key.reason.contains("exempt") => Some(id),
        RootCredential::AccessKey(_)
        | RootCredential::SigningCertificate(_)
        | RootCredential::LoginProfile
        | RootCredential::MfaDevice(_) => None,
    });
    match (key, through) {
        (Some(key), ActsThrough::Deployment { .. }) => NextStep {
            what: "Find out who uses the key. Whoever holds it can make it inactive; or ask for its release, which somebody else approves.".into(),
            command: through.release_key(id, key),
        },
        (Some(_), ActsThrough::OwnCredentials) => {
            NextStep { what: "Find out who uses the key. Whoever holds it can make it inactive; `--protect-keys-used-within-days 0` deletes it all the same.".into(), command: None }
        }
        // What protects it is an object that cannot be read; its reason names it and says how it is mended.
        (None, _) => {
            NextStep { what: "Mend the exemption that cannot be read, as the reason says.".into(), command: None }
        }
    }
}

/// What a person has to do about all accounts of a status.
pub(super) fn tasks(accounts: &[Account<'_>], mode: Mode, through: ActsThrough<'_>) -> Vec<Task> {
    let of = |status: StatusName| -> Vec<AccountId> {
        accounts.iter().filter(|account| account.status == status).map(|account| account.id).collect()
    };
    StatusName::ALL
        .into_iter()
        .map(|status| (status, of(status)))
        .filter(|(_, accounts)| !accounts.is_empty())
        .filter_map(|(status, accounts)| task(status, accounts, mode, through))
        .collect()
}

fn task(status: StatusName, accounts: Vec<AccountId>, mode: Mode, through: ActsThrough<'_>) -> Option<Task> {
    let (what, command): (Cow<'static, str>, _) = match status {
        StatusName::Failed => (
            "Mend the causes that the report names beside the accounts, then run again.".into(),
            Some(through.look_again(&accounts, mode)),
        ),
        StatusName::Unknown => (
            "Mend the causes that the report names beside the accounts, then look again.".into(),
            Some(through.look_again(&accounts, mode)),
        ),
        StatusName::NotApproved => {
            ("Run again, and have somebody else approve the plan.".into(), Some(through.delete(&accounts)))
        }
        StatusName::Protected => (of_protected(through).into(), None),
        StatusName::Paused => ("End the pause when it is over, then run again.".into(), through.resume()),
        StatusName::Found => (of_found(through).into(), Some(through.delete(&accounts))),
        StatusName::Cleaned
        | StatusName::Exempt
        | StatusName::Excluded
        | StatusName::Ineligible
        | StatusName::Clean => return None,
    };
    Some(Task { status, accounts, what: what.into_owned(), command })
}

fn of_protected(through: ActsThrough<'_>) -> &'static str {
    match through {
        ActsThrough::Deployment { .. } => {
            "Find out who uses each key. Whoever holds it can make it inactive; or ask for its release, with the command that the report has beside the account."
        }
        ActsThrough::OwnCredentials => {
            "Find out who uses each key. Whoever holds it can make it inactive; `--protect-keys-used-within-days 0` deletes it all the same."
        }
    }
}

fn of_found(through: ActsThrough<'_>) -> &'static str {
    match through {
        ActsThrough::Deployment { .. } => {
            "Have the root credentials deleted, or exempt the accounts. A deployment in report mode deletes nothing: deploy with \
             Mode=enforce first."
        }
        ActsThrough::OwnCredentials => "Delete the root credentials, or exempt the accounts with --exempt.",
    }
}
