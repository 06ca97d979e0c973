//! What people may ask for, read strictly.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ApprovalRequest, Decision, StartedBy, Verdict};
use crate::{
    Mode, Sha256,
    identity::Person,
    input::{InvalidInput, parse},
    selection::{Exclusions, Request, Selection},
};

/// A person's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonRequest {
    /// What is asked, to look at before deciding.
    Show(ApprovalRequest),
    Decide(Verdict),
    Secure(SecureAccounts),
}

/// A run by hand.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecureAccounts {
    pub selection: Selection,
    #[serde(default)]
    pub mode: Mode,
    #[serde(default)]
    pub exclude: Exclusions,
    pub reason: Reason,
}

impl SecureAccounts {
    /// The request as the state machine takes it, `person` being who signed.
    #[must_use]
    pub fn started_by(self, person: Person) -> Request {
        let Self { selection, mode, exclude, reason: _ } = self;
        Request { selection, mode, exclude, started_by: Some(StartedBy::Person(person)) }
    }
}

/// Why a person wants something, in their own words: 1 to 1000 characters, not blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Reason(String);

impl Reason {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = &'static str;

    fn try_from(reason: String) -> Result<Self, &'static str> {
        if reason.trim().is_empty() {
            return Err("a reason is needed");
        }
        if reason.chars().count() > 1000 {
            return Err("a reason has 1000 characters at most");
        }
        Ok(Self(reason))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Show,
    Approve,
    Refuse,
    Secure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    request: ApprovalRequest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decide {
    request: ApprovalRequest,
    plan_sha256: Sha256,
    reason: Reason,
}

#[derive(Deserialize)]
struct Envelope {
    action: Action,
}

impl PersonRequest {
    /// Reads a request. INVARIANT (I5): without an action it only shows.
    ///
    /// # Errors
    /// An unknown action or field, and a value that does not fit, by its name.
    pub fn parse(mut body: Value) -> Result<Self, InvalidInput> {
        let action = match body.as_object_mut().and_then(|fields| fields.remove("action")) {
            None => Action::Show,
            Some(action) => {
                let Envelope { action } = parse("request", serde_json::json!({ "action": action }))?;
                action
            }
        };
        Ok(match action {
            Action::Show => {
                let Show { request } = parse("request", body)?;
                Self::Show(request)
            }
            Action::Approve => Self::Decide(verdict(Decision::Approved, body)?),
            Action::Refuse => Self::Decide(verdict(Decision::Refused, body)?),
            Action::Secure => Self::Secure(parse("request", body)?),
        })
    }
}

fn verdict(decision: Decision, body: Value) -> Result<Verdict, InvalidInput> {
    let Decide { request, plan_sha256, reason } = parse("request", body)?;
    Ok(Verdict { request, decision, plan_sha256, reason })
}
