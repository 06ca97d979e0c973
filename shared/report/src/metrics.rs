//! A run in numbers, for CloudWatch. One value a run and name: the statistics of CloudWatch do the rest.

use jiff::Timestamp;
use rootwarden_domain::ErrorKind;

use crate::{
    Document,
    document::{CredentialKind, Outcome, Scope},
    status::StatusName,
};

/// The namespace of all of them. The one dimension is the stack's name.
pub const NAMESPACE: &str = "Rootwarden";
pub const DIMENSION: &str = "Stack";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    pub name: &'static str,
    pub value: u64,
    pub unit: MetricUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricUnit {
    Count,
    Seconds,
}

/// The metrics of a run over the whole organization, in the same order every time, those that are 0 as well.
///
/// None of a run over a part, which would read like a night in which accounts vanished. A run counts once: they are for its last
/// round. `begun_at`: when the run's first plan was made.
#[must_use]
pub fn metrics(document: &Document<'_>, begun_at: Timestamp) -> Option<Vec<Metric>> {
    if document.scope != Scope::Organization {
        return None;
    }
    let count = |name, value: usize| Metric { name, value: value as u64, unit: MetricUnit::Count };
    let accounts = || document.accounts.iter();
    let statuses = StatusName::ALL
        .into_iter()
        .map(|status| count(accounts_metric(status), accounts().filter(|account| account.status == status).count()));
    let kinds = [
        CredentialKind::AccessKey,
        CredentialKind::LoginProfile,
        CredentialKind::MfaDevice,
        CredentialKind::SigningCertificate,
    ];
    let found = kinds.into_iter().map(|kind| {
        let found = accounts().flat_map(|account| &account.evidence.before).filter(|found| found.kind == kind);
        count(found_metric(kind), found.count())
    });
    let deleted = kinds.into_iter().map(|kind| {
        let steps = accounts().flat_map(|account| &account.evidence.steps);
        let deleted = steps.filter(|step| step.kind == kind && step.outcome == Outcome::Deleted);
        count(deleted_metric(kind), deleted.count())
    });
    let failures = ErrorKind::ALL.into_iter().map(|kind| {
        let failures = accounts().filter_map(|account| account.evidence.failure);
        count(failures_metric(kind), failures.filter(|failure| failure.kind == kind.name()).count())
    });
    let calls = || accounts().flat_map(|account| &account.evidence.calls);
    let sessions = calls().filter(|call| call.action == "sts:AssumeRoot").count();
    let retries: u32 = calls().map(|call| call.retries).sum();
    let seconds = document.published_at.duration_since(begun_at).as_secs();
    let rest = [
        count("AssumeRootCalls", sessions),
        Metric { name: "Retries", value: u64::from(retries), unit: MetricUnit::Count },
        Metric { name: "Duration", value: u64::try_from(seconds).unwrap_or(0), unit: MetricUnit::Seconds },
    ];
    Some(statuses.chain(found).chain(deleted).chain(failures).chain(rest).collect())
}

fn accounts_metric(status: StatusName) -> &'static str {
    match status {
        StatusName::Failed => "AccountsFailed",
        StatusName::Unknown => "AccountsUnknown",
        StatusName::NotApproved => "AccountsNotApproved",
        StatusName::Protected => "AccountsProtected",
        StatusName::Paused => "AccountsPaused",
        StatusName::Found => "AccountsFound",
        StatusName::Cleaned => "AccountsCleaned",
        StatusName::Exempt => "AccountsExempt",
        StatusName::Excluded => "AccountsExcluded",
        StatusName::Ineligible => "AccountsIneligible",
        StatusName::Clean => "AccountsClean",
    }
}

fn found_metric(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::AccessKey => "AccessKeysFound",
        CredentialKind::LoginProfile => "LoginProfilesFound",
        CredentialKind::MfaDevice => "MfaDevicesFound",
        CredentialKind::SigningCertificate => "SigningCertificatesFound",
    }
}

fn deleted_metric(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::AccessKey => "AccessKeysDeleted",
        CredentialKind::LoginProfile => "LoginProfilesDeleted",
        CredentialKind::MfaDevice => "MfaDevicesDeleted",
        CredentialKind::SigningCertificate => "SigningCertificatesDeleted",
    }
}

fn failures_metric(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Throttled => "FailuresThrottled",
        ErrorKind::Transient => "FailuresTransient",
        ErrorKind::NotYetVisible => "FailuresNotYetVisible",
        ErrorKind::Denied => "FailuresDenied",
        ErrorKind::NotEnabled => "FailuresNotEnabled",
        ErrorKind::InvalidRequest => "FailuresInvalidRequest",
        ErrorKind::Defect => "FailuresDefect",
    }
}
