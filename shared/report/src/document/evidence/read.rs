//! What the evidence of an account is made from: its status, and what the audits found and asked.

use rootwarden_domain::{
    Failure, Inventory, RootCredential,
    aws::credential::{AccessKey, LastUsed, LoginProfile, MfaDevice, SigningCertificate},
    run::{
        call::Call,
        deletion::{DeletionStep, StepOutcome},
        plan::ProtectedCredential,
        report::{AccountReport, Status},
    },
};

use super::{Audited, CallTold, Credential, CredentialKind, Evidence, FailureTold, LastUse, Outcome, Step};
use crate::history::CredentialState;

impl<'a> Evidence<'a> {
    pub(in crate::document) fn of(report: &'a AccountReport, audited: Option<&'a Audited>) -> Self {
        let AccountReport { name: _, status, deleted } = report;
        let mut evidence = Self { steps: deleted.iter().map(Step::of).collect(), ..Self::default() };
        evidence.calls = audited.iter().flat_map(|audited| &audited.calls).map(CallTold::of).collect();
        evidence.calls.sort_by_key(|call| call.at);
        let found = audited.and_then(|audited| audited.found.as_ref());
        match status {
            Status::Clean | Status::Ineligible(_) | Status::Paused { reason: _ } => {}
            Status::Cleaned { steps } => evidence.steps.extend(steps.iter().map(Step::of)),
            Status::Found { inventory, protected } => {
                evidence.before = credentials(inventory);
                evidence.protected = protected.iter().map(Step::protected).collect();
            }
            Status::Exempt { reason: _, inventory } => {
                evidence.before = inventory.as_ref().or(found).map(credentials).unwrap_or_default();
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
                evidence.before = credentials(inventory);
            }
        }
        evidence.left = evidence.left(status);
        if let (true, Some(found)) = (evidence.before.is_empty(), found) {
            evidence.before = credentials(found);
        }
        evidence
    }

    pub(crate) fn is_empty(&self) -> bool {
        let Self { before, steps, protected, failure, left: _, calls } = self;
        before.is_empty() && steps.is_empty() && protected.is_empty() && failure.is_none() && calls.is_empty()
    }

    /// Why nothing is known, or why it could not be done: what is compared from run to run.
    pub(crate) fn cause(&self) -> Option<&'a str> {
        self.failure.map(|failure| failure.code.unwrap_or(failure.kind))
    }

    /// The credentials that are known to be there, by kind and id: what is compared from run to run.
    fn left(&self, status: &Status) -> Vec<String> {
        let stays = match status {
            Status::Found { .. } | Status::Exempt { .. } | Status::Excluded { .. } | Status::NotApproved { .. } => {
                self.before.as_slice()
            }
            Status::Clean
            | Status::Cleaned { .. }
            | Status::Protected { .. }
            | Status::Unknown(_)
            | Status::Failed { .. }
            | Status::Ineligible(_)
            | Status::Paused { .. } => &[],
        };
        let stays = stays.iter().map(|found| (found.kind, found.id));
        let kept = self.protected.iter().chain(self.steps.iter().filter(|step| step.is_there()));
        let kept = kept.map(|step| (step.kind, step.id));
        let mut names: Vec<String> = stays.chain(kept).map(|(kind, id)| name(kind, id)).collect();
        names.sort();
        names.dedup();
        names
    }

    /// How each of what is left stands, in its order, as far as it was read: what is compared from run to run.
    pub(crate) fn states(&self) -> Vec<CredentialState> {
        let state = |left: &String| {
            let found = self.before.iter().find(|found| name(found.kind, found.id) == *left);
            found.map(Credential::state).unwrap_or_default()
        };
        self.left.iter().map(state).collect()
    }

    /// What was deleted, by kind and id.
    pub(crate) fn deleted(&self) -> impl Iterator<Item = String> {
        let deleted = self.steps.iter().filter(|step| step.outcome == Outcome::Deleted);
        deleted.map(|step| name(step.kind, step.id))
    }
}

impl Credential<'_> {
    fn state(&self) -> CredentialState {
        let Self { kind: _, id: _, status, created_at, last_used } = self;
        CredentialState {
            active: status.map(|status| status == "Active"),
            since: *created_at,
            used: match last_used {
                Some(LastUse::At(_)) => Some(true),
                Some(LastUse::Never) => Some(false),
                Some(LastUse::Unread) | None => None,
            },
        }
    }
}

impl<'a> CallTold<'a> {
    fn of(call: &'a Call) -> Self {
        let Call { action, at, status, request_id, retries, session } = call;
        Self {
            action,
            at: *at,
            status: *status,
            request_id: request_id.as_deref(),
            retries: *retries,
            session_access_key_id: session.as_deref(),
        }
    }
}

fn name(kind: CredentialKind, id: Option<&str>) -> String {
    match id {
        Some(id) => format!("{} {id}", kind.words()),
        None => kind.words().to_owned(),
    }
}

/// The kind and the id in such a name.
pub(crate) fn kind_and_id_of(name: &str) -> Option<(CredentialKind, Option<&str>)> {
    CredentialKind::ALL.into_iter().find_map(|kind| {
        let rest = name.strip_prefix(kind.words())?;
        if rest.is_empty() { Some((kind, None)) } else { Some((kind, Some(rest.strip_prefix(' ')?))) }
    })
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

    fn protected(key: &'a ProtectedCredential) -> Self {
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
        let Failure { kind, message, code, request_id, denied_by: _ } = failure;
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
