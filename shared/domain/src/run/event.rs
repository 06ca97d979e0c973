//! CloudTrail events that name a new account, as EventBridge delivers them.
//!
//! AWS may add fields to its events, so they are read leniently; what they say is only a candidate.
//! Source: AWS Organizations User Guide "Logging with CloudTrail"; AWS Control Tower User Guide "Lifecycle events".
//! Limits: no public sample of `AccountJoinedOrganization` exists, so the place and the name of its account id are guesses.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use serde_json::Value;

use crate::{
    AccountId, Sha256,
    run::selection::{CreateAccountRequestId, Newcomer},
    text::{input::InputError, line::one_line},
};

/// The detail-types under which these events come. `AccountJoinedOrganization` may come under either.
const DETAIL_TYPES: [&str; 2] = ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"];

/// The parts of an EventBridge envelope that decide.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    pub id: &'a str,
    pub source: &'a str,
    pub detail_type: &'a str,
    pub account: &'a str,
    pub detail: &'a Value,
}

/// An event that concerns us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEvent {
    pub name: String,
    /// CloudTrail's id of the event, or `EventBridge`'s, or what stands for one: the same in every delivery of the event, and
    /// of no other event.
    pub id: String,
    /// The account in which the event was delivered: it must be the organization's management account.
    pub delivered_in: AccountId,
    pub change: AccountChange,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    Joined(Newcomer),
    /// The account was not created, or not managed; there is nothing to do.
    NotCreated {
        reason: String,
    },
}

impl AccountEvent {
    /// Reads an event.
    ///
    /// # Errors
    /// `InputError` naming the event, for one that is not about a new account or that does not say which.
    pub fn parse(envelope: Envelope<'_>) -> Result<Self, InputError> {
        let Envelope { id: _, source, detail_type, account, detail } = envelope;
        let name = text(detail, "/eventName").ok_or_else(|| {
            InputError::new("event", format!("`detail.eventName` is missing (from `{}`)", one_line(source)))
        })?;
        let refused = |why: String| InputError::new("event", format!("`{}`: {why}", one_line(name)));

        let (expected_source, read): (&str, Reader) = match name {
            "CreateAccount" => ("organizations", read_create_account),
            "CreateAccountResult" => ("organizations", read_create_account_result),
            "AccountJoinedOrganization" => ("organizations", read_account_joined),
            "CreateManagedAccount" => {
                ("controltower", |detail| read_managed_account(detail, "createManagedAccountStatus"))
            }
            "UpdateManagedAccount" => {
                ("controltower", |detail| read_managed_account(detail, "updateManagedAccountStatus"))
            }
            _ => return Err(refused("not an event about a new account".to_owned())),
        };
        if source != format!("aws.{expected_source}") {
            return Err(refused(format!("came from `{}`, not from `aws.{expected_source}`", one_line(source))));
        }
        if text(detail, "/eventSource") != Some(&format!("{expected_source}.amazonaws.com")) {
            return Err(refused(format!("its `eventSource` is not `{expected_source}.amazonaws.com`")));
        }
        if !DETAIL_TYPES.contains(&detail_type) {
            return Err(refused(format!("came as `{}`, not via CloudTrail", one_line(detail_type))));
        }
        Ok(Self {
            name: name.to_owned(),
            id: id_of(envelope),
            delivered_in: account.parse().map_err(|error| refused(format!("`account`: {error}")))?,
            change: read(detail).map_err(refused)?,
        })
    }
}

/// Why by its content where AWS gives no id: with one name for all such events, the second one would be taken for a second
/// delivery of the first. `eventTime` is part of the content.
fn id_of(Envelope { id, source, detail_type, account, detail }: Envelope<'_>) -> String {
    let ids = [text(detail, "/eventID").unwrap_or_default(), id];
    if let Some(id) = ids.into_iter().find(|id| !id.trim().is_empty()) {
        return id.to_owned();
    }
    let content = Value::from(vec![source.into(), detail_type.into(), account.into(), in_order(detail)]);
    format!("content-{}", Sha256::of(content.to_string().as_bytes()).first_digits(32))
}

/// The same value with the fields of every object in the order of their names, so that equal contents are equal texts.
fn in_order(value: &Value) -> Value {
    // Recursion is bounded by serde_json's own limit of 128 levels.
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, Value> = fields.iter().map(|(name, field)| (name, in_order(field))).collect();
            Value::Object(sorted.into_iter().map(|(name, field)| (name.clone(), field)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(in_order).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

type Reader = fn(&Value) -> Result<AccountChange, String>;

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn parsed<T: FromStr>(value: &Value, pointer: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    let name = pointer.trim_start_matches('/').replace('/', ".");
    let found = text(value, pointer).ok_or_else(|| format!("`detail.{name}` is missing"))?;
    found.parse().map_err(|error| format!("`detail.{name}`: {error}"))
}

/// The API call itself: there is no account id yet, only the id of the request.
fn read_create_account(detail: &Value) -> Result<AccountChange, String> {
    if let Some(code) = text(detail, "/errorCode") {
        return Ok(AccountChange::NotCreated { reason: format!("AWS refused the call: {}", one_line(code)) });
    }
    let request: CreateAccountRequestId = parsed(detail, "/responseElements/createAccountStatus/id")?;
    Ok(AccountChange::Joined(Newcomer::CreateAccountRequest(request)))
}

fn read_create_account_result(detail: &Value) -> Result<AccountChange, String> {
    let status = "/serviceEventDetails/createAccountStatus";
    match text(detail, &format!("{status}/state")) {
        Some("SUCCEEDED") => {
            Ok(AccountChange::Joined(Newcomer::Account(parsed(detail, &format!("{status}/accountId"))?)))
        }
        Some("FAILED") => {
            let reason = text(detail, &format!("{status}/failureReason")).unwrap_or("no reason given");
            Ok(AccountChange::NotCreated { reason: one_line(reason) })
        }
        other => Err(format!("its state is `{}`, neither SUCCEEDED nor FAILED", one_line(other.unwrap_or("")))),
    }
}

/// Control Tower: a creation that is tried again emits an update.
fn read_managed_account(detail: &Value, status: &str) -> Result<AccountChange, String> {
    let status = format!("/serviceEventDetails/{status}");
    match text(detail, &format!("{status}/state")) {
        Some("SUCCEEDED") => {
            Ok(AccountChange::Joined(Newcomer::Account(parsed(detail, &format!("{status}/account/accountId"))?)))
        }
        Some("FAILED") => {
            let reason = text(detail, &format!("{status}/message")).unwrap_or("no reason given");
            Ok(AccountChange::NotCreated { reason: one_line(reason) })
        }
        other => Err(format!("its state is `{}`, neither SUCCEEDED nor FAILED", one_line(other.unwrap_or("")))),
    }
}

/// Looks for the one account id in the event's details, wherever it stands there.
fn read_account_joined(detail: &Value) -> Result<AccountChange, String> {
    let mut found = BTreeSet::new();
    for part in ["serviceEventDetails", "responseElements", "requestParameters"] {
        if let Some(value) = detail.get(part) {
            collect_account_ids(value, &mut found);
        }
        if !found.is_empty() {
            break;
        }
    }
    match Vec::from_iter(found).as_slice() {
        [account] => Ok(AccountChange::Joined(Newcomer::Account(*account))),
        [] => Err("it names no account id".to_owned()),
        several => Err(format!("it names {} account ids, and which one joined is not clear", several.len())),
    }
}

/// Collects what stands under a key such as `accountId` or `joinedAccountId`, and under `id` of an `account`.
fn collect_account_ids(value: &Value, found: &mut BTreeSet<AccountId>) {
    // Recursion is bounded by serde_json's own limit of 128 levels.
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                let key = key.to_ascii_lowercase();
                let is_id = key.ends_with("accountid") && !key.contains("management") && !key.contains("master");
                let id = if is_id {
                    Some(field)
                } else if key == "account" {
                    field.get("id").or(Some(field))
                } else {
                    None
                };
                match id.and_then(Value::as_str).and_then(|text| text.parse().ok()) {
                    Some(account) => {
                        found.insert(account);
                    }
                    None => collect_account_ids(field, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_account_ids(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
