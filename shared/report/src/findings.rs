//! The result of a run as findings, in the formats of other systems. One finding an account: whether it has root credentials.
//!
//! - [`ocsf`]: Compliance Findings of the Open Cybersecurity Schema Framework
//! - [`asff`]: findings of Security Hub CSPM
//! - [`sent`]: which of them are sent, and what is kept of that

pub mod asff;
pub mod ocsf;
pub mod sent;

use std::borrow::Cow;

use rootwarden_domain::AccountId;

use crate::{
    document::{Account, CredentialKind},
    status::StatusName,
    text::shown,
};

/// What a finding is about.
pub const TITLE: &str = "Root credentials of a member account";
/// What the check stands in.
/// Source: AWS Security Hub User Guide, IAM controls (IAM.4, IAM.6, IAM.9): which requirements ask for it.
pub const STANDARDS: [&str; 3] =
    ["CIS AWS Foundations Benchmark v5.0.0/1.3", "CIS AWS Foundations Benchmark v5.0.0/1.4", "NIST.800-53.r5 AC-6(10)"];

/// Whether an account has root credentials that should not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplianceStatus {
    Passed,
    /// They are there, and somebody decided that they stay.
    Accepted,
    Failed,
    /// Nothing is known. Never passed.
    Unknown,
    /// Not looked at, so that there is no result.
    NotLookedAt,
}

impl ComplianceStatus {
    #[must_use]
    pub fn of(account: &Account<'_>) -> Self {
        let has_some = !account.evidence.left.is_empty();
        match account.status {
            StatusName::Failed
            | StatusName::NotApproved
            | StatusName::Protected
            | StatusName::Paused
            | StatusName::Found => Self::Failed,
            StatusName::Exempt | StatusName::Excluded if has_some => Self::Accepted,
            StatusName::Clean | StatusName::Cleaned | StatusName::Exempt | StatusName::Excluded => Self::Passed,
            StatusName::Unknown => Self::Unknown,
            StatusName::Ineligible => Self::NotLookedAt,
        }
    }
}

/// How bad it is, by the names that both formats know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// Critical with an access key, as Security Hub's own control for it (IAM.4).
    #[must_use]
    pub fn of(account: &Account<'_>) -> Self {
        let key = CredentialKind::AccessKey.words();
        match ComplianceStatus::of(account) {
            ComplianceStatus::Passed | ComplianceStatus::NotLookedAt => Self::Informational,
            ComplianceStatus::Accepted => Self::Low,
            ComplianceStatus::Unknown => Self::Medium,
            ComplianceStatus::Failed if account.evidence.left.iter().any(|name| name.starts_with(key)) => {
                Self::Critical
            }
            ComplianceStatus::Failed => Self::High,
        }
    }
}

/// The same for the same account, run by run.
fn id(account: AccountId) -> String {
    format!("rootwarden/root-credentials/{account}")
}

/// What is said of an account, in one line: its status, why, and what is there.
fn description(account: &Account<'_>) -> String {
    let left = account.evidence.left.join(", ");
    let there = if left.is_empty() { String::new() } else { format!(" There: {left}.") };
    shown(&format!("{}: {}.{there}", account.status.words(), account.why.trim_end_matches('.')))
}

fn what_to_do<'a>(account: &'a Account<'_>) -> Option<Cow<'a, str>> {
    account.next.as_ref().map(|next| Cow::Borrowed(next.what.as_ref()))
}

/// Not longer than so many characters. Source for the limits: the formats' own.
fn at_most(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some(_) => text.chars().take(characters - 1).chain(['…']).collect(),
    }
}
