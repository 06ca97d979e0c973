//! The events of a run: what is new since the last run over the whole organization, and what it deleted.

use jiff::Timestamp;
use rootwarden_domain::AccountId;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Event, Kind, MOST_ACCOUNTS, RunNamed, VERSION};
use crate::{
    document::{Account, Change, CredentialKind, Document, Outcome, kind_and_id_of},
    status::StatusName,
};

/// Root credentials are in an account: they were not there in the last run over the whole organization, or in another status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RootCredentialsFound {
    #[schemars(range(min = 1))]
    pub version: u32,
    #[serde(flatten)]
    pub run: RunNamed,
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    pub account: AccountId,
    pub name: Option<String>,
    /// The organizational unit that the account stands in directly.
    pub unit: Option<String>,
    pub status: StatusName,
    pub change: Change,
    /// What is known to be there.
    pub credentials: Vec<CredentialNamed>,
    /// When it first was found without having been gone since.
    pub since: Option<Timestamp>,
}

/// Root credentials of an account were deleted by this run, and a fresh read shows them gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RootCredentialsDeleted {
    #[schemars(range(min = 1))]
    pub version: u32,
    #[serde(flatten)]
    pub run: RunNamed,
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    pub account: AccountId,
    pub name: Option<String>,
    pub unit: Option<String>,
    pub status: StatusName,
    pub credentials: Vec<CredentialNamed>,
}

/// Nothing is known of an account, or not for this cause in the last run over the whole organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountUnknown {
    #[schemars(range(min = 1))]
    pub version: u32,
    #[serde(flatten)]
    pub run: RunNamed,
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    pub account: AccountId,
    pub name: Option<String>,
    pub unit: Option<String>,
    pub change: Change,
    /// Why, in one line.
    pub why: String,
    /// AWS's error code.
    pub code: Option<String>,
    pub since: Option<Timestamp>,
}

/// A root credential, without any secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CredentialNamed {
    pub kind: CredentialKind,
    /// Its id or serial number; a login profile has none.
    pub id: Option<String>,
}

impl CredentialNamed {
    /// Of a name as the report has it, such as `access key AKIAIOSFODNN7EXAMPLE`.
    fn of(name: &str) -> Option<Self> {
        let (kind, id) = kind_and_id_of(name)?;
        Some(Self { kind, id: id.map(str::to_owned) })
    }
}

/// How many accounts have no event of their own, since the run had too many. The report names each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FurtherAccounts {
    #[schemars(range(min = 1))]
    pub version: u32,
    #[serde(flatten)]
    pub run: RunNamed,
    pub with_credentials_found: usize,
    pub with_credentials_deleted: usize,
    pub unknown: usize,
}

/// The events of a run, at most [`MOST_ACCOUNTS`] of single accounts and one more. `report`: its `report.json`, as `s3://BUCKET/KEY`.
///
/// # Errors
/// One of them cannot be written as JSON.
pub fn of_run(document: &Document<'_>, report: &str) -> Result<Vec<Event>, serde_json::Error> {
    let run = RunNamed { run: document.run.to_string(), mode: document.mode, report: report.to_owned() };
    let all: Vec<(Kind, &Account<'_>)> = document
        .accounts
        .iter()
        .flat_map(|account| kinds(account).into_iter().map(move |kind| (kind, account)))
        .collect();
    let (own, further) = all.split_at(all.len().min(MOST_ACCOUNTS));
    let mut events = Vec::new();
    for (kind, account) in own {
        events.push(Event { kind: *kind, detail: detail(*kind, account, &run)? });
    }
    if !further.is_empty() {
        let count = |wanted: Kind| further.iter().filter(|(kind, _)| *kind == wanted).count();
        let detail = FurtherAccounts {
            version: VERSION,
            run,
            with_credentials_found: count(Kind::RootCredentialsFound),
            with_credentials_deleted: count(Kind::RootCredentialsDeleted),
            unknown: count(Kind::AccountUnknown),
        };
        events.push(Event { kind: Kind::FurtherAccounts, detail: serde_json::to_string(&detail)? });
    }
    Ok(events)
}

/// What is to be told of one account.
fn kinds(account: &Account<'_>) -> Vec<Kind> {
    let mut kinds = Vec::new();
    if account.evidence.steps.iter().any(|step| step.outcome == Outcome::Deleted) {
        kinds.push(Kind::RootCredentialsDeleted);
    }
    let is_news = match account.change {
        Some(Change::New | Change::Changed) => true,
        Some(Change::Unchanged) | None => false,
    };
    if is_news && account.status == StatusName::Unknown {
        kinds.push(Kind::AccountUnknown);
    } else if is_news && !account.evidence.left.is_empty() {
        kinds.push(Kind::RootCredentialsFound);
    }
    kinds
}

fn detail(kind: Kind, account: &Account<'_>, run: &RunNamed) -> Result<String, serde_json::Error> {
    let (run, name, unit) = (run.clone(), account.name.map(str::to_owned), account.unit.map(str::to_owned));
    let Account { id, status, since, evidence, .. } = account;
    let change = account.change.unwrap_or(Change::New);
    match kind {
        Kind::RootCredentialsDeleted => {
            let deleted = evidence.steps.iter().filter(|step| step.outcome == Outcome::Deleted);
            let credentials =
                deleted.map(|step| CredentialNamed { kind: step.kind, id: step.id.map(str::to_owned) }).collect();
            let detail = RootCredentialsDeleted {
                version: VERSION,
                run,
                account: *id,
                name,
                unit,
                status: *status,
                credentials,
            };
            serde_json::to_string(&detail)
        }
        Kind::AccountUnknown => serde_json::to_string(&AccountUnknown {
            version: VERSION,
            run,
            account: *id,
            name,
            unit,
            change,
            why: account.why.to_string(),
            code: evidence.failure.and_then(|failure| failure.code).map(str::to_owned),
            since: *since,
        }),
        Kind::RootCredentialsFound
        | Kind::FurtherAccounts
        | Kind::PolicyUnlocked
        | Kind::RecoveryAllowed
        | Kind::RecoveryEnded => serde_json::to_string(&RootCredentialsFound {
            version: VERSION,
            run,
            account: *id,
            name,
            unit,
            status: *status,
            change,
            credentials: evidence.left.iter().filter_map(|name| CredentialNamed::of(name)).collect(),
            since: *since,
        }),
    }
}
