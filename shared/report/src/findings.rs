//! The result of a run as findings, in the formats of other systems. One finding an account: whether it has root credentials.
//!
//! - [`ocsf`]: Compliance Findings of the Open Cybersecurity Schema Framework
//! - [`asff`]: findings of Security Hub CSPM
//! - [`sent`]: which of them are sent, and what is kept of that
//! - `requirements`: what asks for it

pub mod asff;
pub mod ocsf;
mod requirements;
pub mod sent;

use std::borrow::Cow;

use rootwarden_domain::AccountId;

use crate::{
    document::{Account, CredentialKind, Evidence},
    status::StatusName,
    text::shown,
};

/// What a finding is about.
pub const TITLE: &str = "Root credentials of a member account";
/// Whether an account has root credentials that should not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplianceStatus {
    Passed,
    /// They are there, and somebody decided that they stay.
    Accepted,
    Failed,
    /// Nothing is known. Never passed.
    Unknown,
    /// Not read in this run, or what was read is not known any more.
    NotRead,
}

impl ComplianceStatus {
    /// INVARIANT (I2): only a read makes `Passed`. An account that is left alone passes by no exemption and no tag: what the
    /// run found in it is there, and where nothing of it is known nothing is said.
    #[must_use]
    pub fn of(account: &Account<'_>) -> Self {
        match account.status {
            StatusName::Clean | StatusName::Cleaned => Self::Passed,
            StatusName::Failed
            | StatusName::NotApproved
            | StatusName::Protected
            | StatusName::Paused
            | StatusName::Found => Self::Failed,
            StatusName::Exempt | StatusName::Excluded if account.evidence.left.is_empty() => Self::NotRead,
            StatusName::Exempt | StatusName::Excluded => Self::Accepted,
            StatusName::Unknown => Self::Unknown,
            StatusName::Ineligible => Self::NotRead,
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
        match ComplianceStatus::of(account) {
            ComplianceStatus::Passed | ComplianceStatus::NotRead => Self::Informational,
            ComplianceStatus::Accepted => Self::Low,
            ComplianceStatus::Unknown => Self::Medium,
            ComplianceStatus::Failed if has(account, CredentialKind::AccessKey) => Self::Critical,
            ComplianceStatus::Failed => Self::High,
        }
    }
}

/// Whether a credential of this kind is there. Where nothing is known of what is left, what the run's first audit found counts.
fn has(account: &Account<'_>, kind: CredentialKind) -> bool {
    let Evidence { left, before, steps: _, protected: _, failure: _, calls: _ } = &account.evidence;
    if left.is_empty() {
        before.iter().any(|found| found.kind == kind)
    } else {
        left.iter().any(|name| name.starts_with(kind.words()))
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

/// A name as it is shown; none of one that shows nothing, which the formats do not take.
fn seen(name: Option<&str>) -> Option<String> {
    name.map(shown).filter(|name| !name.is_empty())
}

/// Not longer than so many UTF-16 units, and cut between characters. Source for the limits: the formats' own.
///
/// Why those units: they are what a service counts that is written in Java, and no text has fewer of them than characters.
fn at_most(text: &str, units: usize) -> String {
    if text.encode_utf16().count() <= units {
        return text.to_owned();
    }
    let mut room = units.saturating_sub(1);
    let fits = |character: &char| match room.checked_sub(character.len_utf16()) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
