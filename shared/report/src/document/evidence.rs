//! What a status rests on: what was found, what was done, what failed.

use jiff::Timestamp;
use rootwarden_domain::{
    Failure, Inventory, RootCredential,
    aws::credential::{AccessKey, LastUsed, LoginProfile, MfaDevice, SigningCertificate},
    run::{
        deletion::{DeletionStep, StepOutcome},
        plan::ProtectedKey,
        report::{AccountReport, Status},
    },
};
use schemars::JsonSchema;
use serde::Serialize;

/// What the status of an account rests on.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Evidence<'a> {
    /// What the audit found, where it stays.
    pub found: Vec<Credential<'a>>,
    /// What was done, in its order, in all rounds of the run.
    pub steps: Vec<Step<'a>>,
    /// What waits for a person, and why.
    pub protected: Vec<Step<'a>>,
    /// Why nothing is known, or why it could not be done.
    pub failure: Option<FailureTold<'a>>,
}

/// A root credential, without any secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Credential<'a> {
    pub kind: CredentialKind,
    /// Its id or serial number; a login profile has none.
    pub id: Option<&'a str>,
    /// As AWS says it: `Active`, `Inactive`, `Expired`.
    pub status: Option<&'a str>,
    pub created_at: Option<Timestamp>,
    /// Of access keys alone.
    pub last_used: Option<LastUse>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    SigningCertificate,
    AccessKey,
    LoginProfile,
    MfaDevice,
}

/// When AWS last saw an access key used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LastUse {
    At(Timestamp),
    Never,
    /// It could not be read.
    Unread,
}

/// What became of one credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Step<'a> {
    pub kind: CredentialKind,
    pub id: Option<&'a str>,
    pub outcome: Outcome,
    pub why: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// AWS accepted the deletion, and a fresh read shows it gone.
    Deleted,
    AlreadyAbsent,
    /// The deletion was begun, and no fresh read has shown whether it is gone.
    Unconfirmed,
    Failed,
    /// Left alone.
    NotAttempted,
    /// It waits for a person.
    Protected,
}

/// Why something failed, as AWS or this project said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FailureTold<'a> {
    pub kind: &'static str,
    pub message: &'a str,
    /// AWS's error code.
    pub code: Option<&'a str>,
    /// AWS's request id, for its support.
    pub request_id: Option<&'a str>,
}

impl CredentialKind {
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::SigningCertificate => "signing certificate",
            Self::AccessKey => "access key",
            Self::LoginProfile => "login profile",
            Self::MfaDevice => "MFA device",
        }
    }

    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::SigningCertificate => "signing certificates",
            Self::AccessKey => "access keys",
            Self::LoginProfile => "login profiles",
            Self::MfaDevice => "MFA devices",
        }
    }
}

impl Outcome {
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Deleted => "deleted, and seen gone",
            Self::AlreadyAbsent => "already absent",
            Self::Unconfirmed => "not confirmed",
            Self::Failed => "failed",
            Self::NotAttempted => "left alone",
            Self::Protected => "protected",
        }
    }
}

impl<'a> Evidence<'a> {
    pub(super) fn of(report: &'a AccountReport) -> Self {
        let AccountReport { name: _, status, deleted } = report;
        let mut evidence = Self { steps: deleted.iter().map(Step::of).collect(), ..Self::default() };
        match status {
            Status::Clean | Status::Ineligible(_) | Status::Paused { reason: _ } => {}
            Status::Cleaned { steps } => evidence.steps.extend(steps.iter().map(Step::of)),
            Status::Found { inventory, protected } => {
                evidence.found = credentials(inventory);
                evidence.protected = protected.iter().map(Step::protected).collect();
            }
            Status::Exempt { reason: _, inventory } => {
                evidence.found = inventory.as_ref().map(credentials).unwrap_or_default();
            }
            Status::Protected { protected, steps } => {
                evidence.steps.extend(steps.iter().map(Step::of));
                evidence.protected = protected.iter().map(Step::protected).collect();
            }
            Status::Unknown(failure) => evidence.failure = Some(FailureTold::of(failure)),
            Status::Failed { failure, steps } => {
                evidence.steps.extend(steps.iter().map(Step::of));
                evidence.failure = Some(FailureTold::of(failure));
            }
            Status::Excluded { tag: _, inventory } | Status::NotApproved { inventory } => {
                evidence.found = credentials(inventory);
            }
        }
        evidence
    }

    pub(crate) fn is_empty(&self) -> bool {
        let Self { found, steps, protected, failure } = self;
        found.is_empty() && steps.is_empty() && protected.is_empty() && failure.is_none()
    }

    /// The credentials that are known to be there, by kind and id: what is compared from run to run.
    pub(crate) fn present(&self) -> Vec<String> {
        let found = self.found.iter().map(|found| (found.kind, found.id));
        let kept = self.protected.iter().chain(self.steps.iter().filter(|step| step.is_there()));
        let kept = kept.map(|step| (step.kind, step.id));
        let mut names: Vec<String> = found.chain(kept).map(|(kind, id)| name(kind, id)).collect();
        names.sort();
        names.dedup();
        names
    }

    /// What was deleted, by kind and id.
    pub(crate) fn deleted(&self) -> impl Iterator<Item = String> {
        let deleted = self.steps.iter().filter(|step| step.outcome == Outcome::Deleted);
        deleted.map(|step| name(step.kind, step.id))
    }
}

fn name(kind: CredentialKind, id: Option<&str>) -> String {
    match id {
        Some(id) => format!("{} {id}", kind.words()),
        None => kind.words().to_owned(),
    }
}

impl<'a> Step<'a> {
    fn of(step: &'a DeletionStep) -> Self {
        let (kind, id) = kind_and_id(&step.credential);
        let (outcome, why) = match &step.outcome {
            StepOutcome::Deleted => (Outcome::Deleted, None),
            StepOutcome::AlreadyAbsent => (Outcome::AlreadyAbsent, None),
            StepOutcome::Unconfirmed(failure) => (Outcome::Unconfirmed, Some(failure.message.as_str())),
            StepOutcome::Failed(failure) => (Outcome::Failed, Some(failure.message.as_str())),
            StepOutcome::NotAttempted(why) => (Outcome::NotAttempted, Some(why.as_str())),
        };
        Self { kind, id, outcome, why }
    }

    fn protected(key: &'a ProtectedKey) -> Self {
        let (kind, id) = kind_and_id(&key.credential);
        Self { kind, id, outcome: Outcome::Protected, why: Some(&key.reason) }
    }

    /// Whether the credential may still be there.
    fn is_there(&self) -> bool {
        match self.outcome {
            Outcome::Deleted | Outcome::AlreadyAbsent => false,
            Outcome::Unconfirmed | Outcome::Failed | Outcome::NotAttempted | Outcome::Protected => true,
        }
    }
}

impl<'a> FailureTold<'a> {
    fn of(failure: &'a Failure) -> Self {
        let Failure { kind, message, code, request_id } = failure;
        Self { kind: kind.name(), message, code: code.as_deref(), request_id: request_id.as_deref() }
    }
}

fn kind_and_id(credential: &RootCredential) -> (CredentialKind, Option<&str>) {
    match credential {
        RootCredential::SigningCertificate(id) => (CredentialKind::SigningCertificate, Some(id.as_str())),
        RootCredential::AccessKey(id) => (CredentialKind::AccessKey, Some(id.as_str())),
        RootCredential::LoginProfile => (CredentialKind::LoginProfile, None),
        RootCredential::MfaDevice(serial) => (CredentialKind::MfaDevice, Some(serial.as_str())),
    }
}

fn credentials(inventory: &Inventory) -> Vec<Credential<'_>> {
    let Inventory { signing_certificates, access_keys, login_profile, mfa_devices } = inventory;
    let certificates = signing_certificates.iter().map(|SigningCertificate { id, status, uploaded_at }| Credential {
        kind: CredentialKind::SigningCertificate,
        id: Some(id.as_str()),
        status: Some(status),
        created_at: *uploaded_at,
        last_used: None,
    });
    let keys = access_keys.iter().map(|AccessKey { id, status, created_at, last_used }| Credential {
        kind: CredentialKind::AccessKey,
        id: Some(id.as_str()),
        status: Some(status),
        created_at: *created_at,
        last_used: Some(match last_used {
            LastUsed::At(at) => LastUse::At(*at),
            LastUsed::Never => LastUse::Never,
            LastUsed::Unread => LastUse::Unread,
        }),
    });
    let profile = login_profile.iter().map(|LoginProfile { created_at }| Credential {
        kind: CredentialKind::LoginProfile,
        id: None,
        status: None,
        created_at: *created_at,
        last_used: None,
    });
    let devices = mfa_devices.iter().map(|MfaDevice { serial_number, enabled_at }| Credential {
        kind: CredentialKind::MfaDevice,
        id: Some(serial_number.as_str()),
        status: None,
        created_at: *enabled_at,
        last_used: None,
    });
    certificates.chain(keys).chain(profile).chain(devices).collect()
}
