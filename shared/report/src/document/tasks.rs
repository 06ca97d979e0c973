//! What a person has to do: for each account, and for all of a status at once.

use std::borrow::Cow;

use rootwarden_domain::{
    AccountId, Mode, RootCredential,
    run::{plan::ProtectedCredential, report::Status},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::account::{Account, NextStep};
use crate::status::StatusName;

/// A command for more accounts would be longer than a shell's line should be; the list of accounts has all.
const ACCOUNTS_IN_A_COMMAND: usize = 20;

/// What a person has to do about all accounts of one status.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Task {
    pub status: StatusName,
    #[schemars(with = "Vec<String>")]
    pub accounts: Vec<AccountId>,
    #[serde(rename = "do")]
    pub what: String,
    /// For a shell, with the functions of `docs/operating.md`. Of more accounts than a line should name, it names the first ones.
    pub command: Option<String>,
}

/// What a person has to do about one account, if anything.
pub(super) fn next_step(id: AccountId, status: &Status, mode: Mode, bucket: &str) -> Option<NextStep> {
    let step = |what: &'static str, command: String| Some(NextStep { what: what.into(), command: Some(command) });
    match status {
        Status::Unknown(_) => step("Mend the cause that is named, then look again.", look_again(&[id], mode)),
        Status::Failed { .. } => step("Mend the cause that is named, then run again.", look_again(&[id], mode)),
        Status::NotApproved { .. } => {
            step("Run again, and have somebody else approve the plan.", secure(&[id], Mode::Enforce))
        }
        Status::Paused { .. } => step("End the pause when it is over, then run again.", end_pause(bucket)),
        Status::Found { .. } => step(
            "Have it deleted, or exempt the account. A deployment in report mode deletes nothing: deploy with Mode=enforce first.",
            secure(&[id], Mode::Enforce),
        ),
        Status::Protected { protected, .. } => Some(protected_step(id, protected)),
        Status::Clean
        | Status::Cleaned { .. }
        | Status::Exempt { .. }
        | Status::Ineligible(_)
        | Status::Excluded { .. } => None,
    }
}

fn protected_step(id: AccountId, protected: &[ProtectedCredential]) -> NextStep {
    let key = protected.iter().find_map(|key| match &key.credential {
        RootCredential::AccessKey(id) if !key.reason.contains("exempt") => Some(id),
        RootCredential::AccessKey(_)
        | RootCredential::SigningCertificate(_)
        | RootCredential::LoginProfile
        | RootCredential::MfaDevice(_) => None,
    });
    match key {
        Some(key) => NextStep {
            what: "Find out who uses the key. Make it inactive, or ask for its release; somebody else approves.".into(),
            command: Some(format!(
                r#"request '{{"action": "release-key", "account": "{id}", "access_key_id": "{key}", "reason": "WHY", "ticket": "TICKET"}}'"#
            )),
        },
        // What protects it is an object that cannot be read; its reason names it and says how it is mended.
        None => NextStep { what: "Mend the exemption that cannot be read, as the reason says.".into(), command: None },
    }
}

/// What a person has to do about all accounts of a status.
pub(super) fn tasks(accounts: &[Account<'_>], mode: Mode, bucket: &str) -> Vec<Task> {
    let of = |status: StatusName| -> Vec<AccountId> {
        accounts.iter().filter(|account| account.status == status).map(|account| account.id).collect()
    };
    StatusName::ALL
        .into_iter()
        .map(|status| (status, of(status)))
        .filter(|(_, accounts)| !accounts.is_empty())
        .filter_map(|(status, accounts)| task(status, accounts, mode, bucket))
        .collect()
}

fn task(status: StatusName, accounts: Vec<AccountId>, mode: Mode, bucket: &str) -> Option<Task> {
    let (what, command): (Cow<'static, str>, _) = match status {
        StatusName::Failed => {
            ("Mend the causes that are named beside the accounts, then run again.".into(), Some(look_again(&accounts, mode)))
        }
        StatusName::Unknown => {
            ("Mend the causes that are named beside the accounts, then look again.".into(), Some(look_again(&accounts, mode)))
        }
        StatusName::NotApproved => {
            ("Run again, and have somebody else approve the plan.".into(), Some(secure(&accounts, Mode::Enforce)))
        }
        StatusName::Protected => (
            "Find out who uses each key. Make it inactive, or ask for its release, with the command beside the account.".into(),
            None,
        ),
        StatusName::Paused => ("End the pause when it is over, then run again.".into(), Some(end_pause(bucket))),
        StatusName::Found => (
            "Have the root credentials deleted, or exempt the accounts. A deployment in report mode deletes nothing: deploy with \
             Mode=enforce first."
                .into(),
            Some(secure(&accounts, Mode::Enforce)),
        ),
        StatusName::Cleaned
        | StatusName::Exempt
        | StatusName::Excluded
        | StatusName::Ineligible
        | StatusName::Clean => return None,
    };
    Some(Task { status, accounts, what: what.into_owned(), command })
}

fn look_again(accounts: &[AccountId], mode: Mode) -> String {
    secure(accounts, mode)
}

fn secure(accounts: &[AccountId], mode: Mode) -> String {
    let named =
        accounts.iter().take(ACCOUNTS_IN_A_COMMAND).map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
    let mode = match mode {
        Mode::Report => "",
        Mode::Enforce => r#""mode": "enforce", "#,
    };
    format!(r#"request '{{"action": "secure", "selection": {{"accounts": [{named}]}}, {mode}"reason": "WHY"}}'"#)
}

fn end_pause(bucket: &str) -> String {
    format!(r#"echo '{{"paused": false, "reason": "WHY"}}' | aws s3 cp - s3://{bucket}/control/paused.json"#)
}
