//! What deleting did in one account, step by step.

use serde::{Deserialize, Serialize};

use crate::{Candidate, Failure, Inventory, RootCredential, selection::LeftOut};

/// One account of the plan, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionReport {
    pub account: Candidate,
    pub outcome: DeletionOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletionOutcome {
    /// A session was opened; `remaining` is what a fresh read showed afterwards, if it could be read.
    Attempted { steps: Vec<DeletionStep>, remaining: Option<Inventory> },
    /// Organizations no longer calls it an active member: nothing was done.
    LeftOut(LeftOut),
    /// It has become exempt since the plan was made: nothing was done.
    Exempt(String),
    /// Somebody paused everything that changes: nothing was done.
    Paused(String),
    /// Nothing was done, because of this.
    Failed(Failure),
    /// Time ran out before the account's turn.
    NotAttempted,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionStep {
    pub credential: RootCredential,
    pub outcome: StepOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// AWS accepted the deletion, and a fresh read shows it gone.
    Deleted,
    /// It was gone before this step.
    AlreadyAbsent,
    Failed(Failure),
    /// Left alone, because of what this says.
    NotAttempted(String),
}

impl StepOutcome {
    #[must_use]
    pub fn is_gone(&self) -> bool {
        match self {
            Self::Deleted | Self::AlreadyAbsent => true,
            Self::Failed(_) | Self::NotAttempted(_) => false,
        }
    }
}

/// Why what is there `now` is not what was there `before` under the same name; `None` if it is, or if it is gone.
///
/// A login profile has no id, and an MFA device keeps its serial number when it is registered anew: their dates tell. What cannot
/// be told apart is another one.
#[must_use]
pub fn is_another(credential: &RootCredential, before: &Inventory, now: &Inventory) -> Option<String> {
    let dates = |inventory: &Inventory| match credential {
        RootCredential::LoginProfile => inventory.login_profile.as_ref().map(|profile| profile.created_at),
        RootCredential::MfaDevice(serial) => {
            let mut devices = inventory.mfa_devices.iter();
            devices.find(|device| device.serial_number == *serial).map(|device| device.enabled_at)
        }
        // Their ids are given once.
        RootCredential::SigningCertificate(_) | RootCredential::AccessKey(_) => None,
    };
    let is_active = |inventory: &Inventory| match credential {
        RootCredential::AccessKey(id) => inventory.access_keys.iter().any(|key| key.id == *id && !key.is_inactive()),
        RootCredential::SigningCertificate(_) | RootCredential::LoginProfile | RootCredential::MfaDevice(_) => false,
    };
    if is_active(now) && before.contains(credential) && !is_active(before) {
        return Some("it was inactive when it was planned, and was made active since".to_owned());
    }
    match (dates(before).flatten(), dates(now)?) {
        (Some(planned), Some(at)) if planned == at => None,
        (Some(planned), Some(at)) => Some(format!("it is of {at}, and the one that was planned is of {planned}")),
        _ => Some("its date could not be read, so it may be another one than was planned".to_owned()),
    }
}

/// Why an MFA device must stay, if a password is still there: without it, the password alone would open the account.
#[must_use]
pub fn keeps_mfa(present: &Inventory, steps: &[DeletionStep]) -> Option<String> {
    let password_gone =
        steps.iter().any(|step| step.credential == RootCredential::LoginProfile && step.outcome.is_gone());
    (present.login_profile.is_some() && !password_gone)
        .then(|| "the login profile is still there, and the MFA device protects it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ErrorKind,
        credential::{LoginProfile, MfaDevice},
    };

    #[test]
    fn what_came_later_or_cannot_be_told_apart_is_another_one() {
        let of = |at: Option<&str>| {
            let at = at.map(|at| at.parse().unwrap());
            let serial_number = "GAHT12345678".parse().unwrap();
            Inventory {
                login_profile: Some(LoginProfile { created_at: at }),
                mfa_devices: vec![MfaDevice { serial_number, enabled_at: at }],
                ..Inventory::default()
            }
        };
        let (planned, later) = (Some("2026-11-22T02:00:00Z"), Some("2026-11-22T02:00:01Z"));
        for credential in of(None).credentials() {
            let is_another = |before, now: Inventory| is_another(&credential, &of(before), &now).is_some();
            assert!(!is_another(planned, of(planned)), "{credential}");
            assert!(!is_another(planned, Inventory::default()), "{credential} is gone");
            for (before, now) in [(planned, later), (planned, None), (None, planned), (None, None)] {
                assert!(is_another(before, of(now)), "{credential} of {before:?} and of {now:?}");
            }
        }
    }

    #[test]
    fn keeps_the_mfa_device_while_a_password_is_there() {
        let present = Inventory { login_profile: Some(LoginProfile { created_at: None }), ..Inventory::default() };
        let step = |outcome| DeletionStep { credential: RootCredential::LoginProfile, outcome };
        let failed = StepOutcome::Failed(Failure::new(ErrorKind::Denied, "denied"));
        assert!(keeps_mfa(&present, &[]).is_some(), "a password that is not in the plan");
        assert!(keeps_mfa(&present, &[step(failed)]).is_some());
        assert!(keeps_mfa(&present, &[step(StepOutcome::AlreadyAbsent)]).is_none());
        assert!(keeps_mfa(&Inventory::default(), &[]).is_none());
    }
}
