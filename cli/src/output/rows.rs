//! What a report says, account by account and credential by credential.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rootwarden_domain::{
    AccountId, Inventory, RootCredential, RunId,
    aws::credential::LastUsed,
    run::{
        deletion::{DeletionStep, StepOutcome},
        plan::ProtectedCredential,
        report::{AccountReport, Counts, Report, Status},
        selection::NobodySelected,
    },
    text::line::on_one_line,
};
use serde::Serialize;

use super::deployment::DeploymentSeen;
use crate::words::for_caller;

/// A report, laid out.
#[derive(Debug, Serialize)]
pub struct Rows {
    pub run: RunId,
    /// If not, there are more accounts than these.
    pub list_is_whole: bool,
    pub counts: Counts,
    pub accounts: Vec<AccountRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nobody_selected: Option<NobodySelected>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_in_organization: Vec<AccountId>,
    /// Whether the rules of a deployment counted, where something may be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentSeen>,
}

#[derive(Debug, Serialize)]
pub struct AccountRow {
    pub account: AccountId,
    pub name: Option<String>,
    /// One word, as in a run's report.
    pub status: &'static str,
    /// Why it is so, where that is not plain.
    pub reason: Option<String>,
    pub credentials: Vec<CredentialRow>,
}

#[derive(Debug, Serialize)]
pub struct CredentialRow {
    pub kind: &'static str,
    /// A login profile has none.
    pub id: Option<String>,
    /// E.g. `Inactive`.
    pub state: Option<String>,
    pub created_at: Option<Timestamp>,
    pub age_days: Option<i64>,
    pub last_used_at: Option<Timestamp>,
    /// `at`, `never` or `unread`; access keys alone have it.
    pub last_used: Option<&'static str>,
    /// What was done with it, or why it is left alone.
    pub note: Option<String>,
}

impl Rows {
    /// `inventories`: what was found in each account, which the report leaves out where a status says enough.
    pub fn of(
        report: &Report,
        inventories: &BTreeMap<AccountId, Inventory>,
        list_is_whole: bool,
        now: Timestamp,
    ) -> Self {
        let row = |(account, of): (&AccountId, &AccountReport)| {
            let found = inventories.get(account);
            AccountRow::of(*account, of, found, now)
        };
        Self {
            run: report.run.clone(),
            list_is_whole,
            counts: report.counts(),
            accounts: report.accounts.iter().map(row).collect(),
            nobody_selected: report.nobody_selected,
            not_in_organization: report.not_in_organization.clone(),
            deployment: None,
        }
    }

    /// The same, with what is known of a deployment.
    #[must_use]
    pub fn with_deployment(self, seen: DeploymentSeen) -> Self {
        Self { deployment: Some(seen), ..self }
    }
}

impl AccountRow {
    fn of(account: AccountId, report: &AccountReport, found: Option<&Inventory>, now: Timestamp) -> Self {
        let (status, reason, steps, protected): (_, Option<String>, &[DeletionStep], &[ProtectedCredential]) =
            match &report.status {
                Status::Clean => ("clean", None, &[], &[]),
                Status::Cleaned { steps } => ("cleaned", None, steps, &[]),
                Status::Found { inventory: _, protected } => ("found", None, &[], protected),
                Status::Exempt { reason, inventory: _ } => ("exempt", Some(reason.clone()), &[], &[]),
                Status::Protected { protected, steps } => ("protected", None, steps, protected),
                Status::Unknown(failure) => ("unknown", Some(failure.message.clone()), &[], &[]),
                Status::Failed { failure, steps } => ("failed", Some(failure.message.clone()), steps, &[]),
                Status::Ineligible(reason) => ("ineligible", Some(reason.to_string()), &[], &[]),
                Status::Excluded { tag, inventory: _ } => ("excluded", Some(format!("tag `{}`", tag.key)), &[], &[]),
                Status::NotApproved { inventory: _ } => ("not_approved", None, &[], &[]),
                Status::Paused { reason } => ("paused", Some(reason.clone()), &[], &[]),
            };
        let mut credentials = found.map(|inventory| of_inventory(inventory, now)).unwrap_or_default();
        for ProtectedCredential { credential, reason } in protected {
            row_of(&mut credentials, credential).note = Some(on_one_line(&format!("protected: {reason}")));
        }
        for DeletionStep { credential, outcome } in steps.iter().chain(&report.deleted) {
            row_of(&mut credentials, credential).note = Some(on_one_line(&for_caller(&words(outcome))));
        }
        Self {
            account,
            name: report.name.as_deref().filter(|name| !name.is_empty()).map(on_one_line),
            status,
            reason: reason.map(|reason| on_one_line(&for_caller(&reason))),
            credentials,
        }
    }
}

impl CredentialRow {
    pub fn of(credential: &RootCredential) -> Self {
        let (kind, id) = match credential {
            RootCredential::SigningCertificate(id) => ("signing_certificate", Some(id.to_string())),
            RootCredential::AccessKey(id) => ("access_key", Some(id.to_string())),
            RootCredential::LoginProfile => ("login_profile", None),
            RootCredential::MfaDevice(serial) => ("mfa_device", Some(serial.to_string())),
        };
        Self {
            kind,
            id,
            state: None,
            created_at: None,
            age_days: None,
            last_used_at: None,
            last_used: None,
            note: None,
        }
    }

    /// Whether it is the row of this credential.
    pub fn is(&self, credential: &RootCredential) -> bool {
        let of = Self::of(credential);
        (self.kind, &self.id) == (of.kind, &of.id)
    }

    fn dated(credential: &RootCredential, state: Option<&str>, created_at: Option<Timestamp>, now: Timestamp) -> Self {
        let age = created_at.map(|at| now.duration_since(at));
        Self {
            state: state.map(on_one_line),
            created_at,
            age_days: age.map(|age: SignedDuration| age.as_hours() / 24),
            ..Self::of(credential)
        }
    }
}

/// The row of a credential; a new one where the audit did not find it.
fn row_of<'a>(rows: &'a mut Vec<CredentialRow>, credential: &RootCredential) -> &'a mut CredentialRow {
    let position = rows.iter().position(|row| row.is(credential));
    let position = position.unwrap_or_else(|| {
        rows.push(CredentialRow::of(credential));
        rows.len() - 1
    });
    #[expect(clippy::indexing_slicing, reason = "the position was found or made just now")]
    &mut rows[position]
}

/// Every credential in an inventory, with its dates.
pub fn of_inventory(inventory: &Inventory, now: Timestamp) -> Vec<CredentialRow> {
    let Inventory { signing_certificates, access_keys, login_profile, mfa_devices } = inventory;
    let certificates = signing_certificates.iter().map(|certificate| {
        let credential = RootCredential::SigningCertificate(certificate.id.clone());
        CredentialRow::dated(&credential, Some(&certificate.status), certificate.uploaded_at, now)
    });
    let keys = access_keys.iter().map(|key| {
        let (last_used, last_used_at) = match key.last_used {
            LastUsed::At(at) => ("at", Some(at)),
            LastUsed::Never => ("never", None),
            LastUsed::Unread => ("unread", None),
        };
        let credential = RootCredential::AccessKey(key.id.clone());
        let row = CredentialRow::dated(&credential, Some(&key.status), key.created_at, now);
        CredentialRow { last_used: Some(last_used), last_used_at, ..row }
    });
    let profile = login_profile
        .iter()
        .map(|profile| CredentialRow::dated(&RootCredential::LoginProfile, None, profile.created_at, now));
    let devices = mfa_devices.iter().map(|device| {
        let credential = RootCredential::MfaDevice(device.serial_number.clone());
        CredentialRow::dated(&credential, None, device.enabled_at, now)
    });
    certificates.chain(keys).chain(profile).chain(devices).collect()
}

fn words(outcome: &StepOutcome) -> String {
    match outcome {
        StepOutcome::Deleted => "deleted".to_owned(),
        StepOutcome::AlreadyAbsent => "already absent".to_owned(),
        StepOutcome::Unconfirmed(failure) => format!("unconfirmed: {}", failure.message),
        StepOutcome::Failed(failure) => format!("failed: {}", failure.message),
        StepOutcome::NotAttempted(why) => format!("left alone: {why}"),
    }
}
