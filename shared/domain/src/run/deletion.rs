//! What deleting did in one account, step by step.

use serde::{Deserialize, Serialize};

use crate::{AccountId, Candidate, ErrorKind, Failure, Inventory, RootCredential, run::selection::Ineligible};

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
    Ineligible(Ineligible),
    /// It has become exempt since the plan was made: nothing was done.
    Exempt(String),
    /// Somebody paused everything that changes: nothing was done.
    Paused(String),
    /// Nothing was done, because of this.
    Failed(Failure),
    /// Time ran out before the account's turn.
    NotAttempted,
    /// Its worker left nothing, and wrote down nothing of this account: for this reason it is not known what was done.
    Unknown(Failure),
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
    /// The deletion was begun, and no fresh read has shown yet whether it is gone.
    Unconfirmed(Failure),
    Failed(Failure),
    /// Left alone, because of what this says.
    NotAttempted(String),
}

impl StepOutcome {
    #[must_use]
    pub fn is_gone(&self) -> bool {
        match self {
            Self::Deleted | Self::AlreadyAbsent => true,
            Self::Unconfirmed(_) | Self::Failed(_) | Self::NotAttempted(_) => false,
        }
    }

    /// Whether a deletion was sent to AWS: if a fresh read shows the credential gone, this run deleted it.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        match self {
            Self::Deleted | Self::Unconfirmed(_) => true,
            Self::AlreadyAbsent | Self::Failed(_) | Self::NotAttempted(_) => false,
        }
    }

    /// What is written down right before a deletion is sent.
    #[must_use]
    pub fn begun(account: AccountId, credential: &RootCredential) -> Self {
        Self::Unconfirmed(Failure::new(
            ErrorKind::Transient,
            format!(
                "the deletion of {credential} in account `{account}` was begun; whether it went through is not known"
            ),
        ))
    }

    /// What is written down once AWS has accepted it.
    #[must_use]
    pub fn accepted(account: AccountId, credential: &RootCredential) -> Self {
        Self::Unconfirmed(Failure::new(
            ErrorKind::Transient,
            format!("AWS accepted the deletion of {credential} in account `{account}`, and it was not yet seen gone"),
        ))
    }

    /// This outcome in the light of a fresh read.
    ///
    /// INVARIANT (I3): only here, and where a later round looked again, does a deletion become `Deleted`.
    #[must_use]
    pub fn seen(self, credential: &RootCredential, is_there: bool) -> Self {
        match self {
            Self::Unconfirmed(_) if !is_there => Self::Deleted,
            Self::Unconfirmed(failure) => Self::Failed(Failure {
                message: format!("a fresh read still shows {credential}: {}", failure.message),
                ..failure
            }),
            Self::Deleted | Self::AlreadyAbsent if is_there => Self::Failed(Failure::new(
                ErrorKind::Transient,
                format!("{credential} was gone, and a fresh read shows it again"),
            )),
            Self::Deleted | Self::AlreadyAbsent | Self::Failed(_) | Self::NotAttempted(_) => self,
        }
    }
}

/// The steps of earlier rounds, followed by those of a later one, as far as they still count.
///
/// What was begun and not seen gone in an earlier round is deleted by this run if the later one found it gone: `is_gone`
/// says so of a credential that the later round did not meet.
#[must_use]
pub fn after_earlier_rounds(
    earlier: Vec<DeletionStep>,
    mut later: Vec<DeletionStep>,
    is_gone: impl Fn(&RootCredential) -> bool,
) -> Vec<DeletionStep> {
    let mut all = Vec::new();
    for DeletionStep { credential, outcome } in earlier {
        let again = later.iter().position(|step| step.credential == credential);
        match (outcome, again.and_then(|position| later.get_mut(position))) {
            // This run sent the deletion, so what the later round found absent was not absent before.
            (sent, Some(step)) if sent.was_sent() && step.outcome == StepOutcome::AlreadyAbsent => {
                step.outcome = StepOutcome::Deleted;
            }
            // A password may be set and deleted again: both count.
            (outcome @ StepOutcome::Deleted, _) | (outcome @ StepOutcome::AlreadyAbsent, None) => {
                all.push(DeletionStep { credential, outcome });
            }
            (StepOutcome::Unconfirmed(failure), None) => {
                let gone = is_gone(&credential);
                let outcome = if gone { StepOutcome::Deleted } else { StepOutcome::Unconfirmed(failure) };
                all.push(DeletionStep { credential, outcome });
            }
            (
                StepOutcome::Unconfirmed(_)
                | StepOutcome::AlreadyAbsent
                | StepOutcome::Failed(_)
                | StepOutcome::NotAttempted(_),
                _,
            ) => {}
        }
    }
    all.append(&mut later);
    all
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
///
/// `None` is not enough where the password's deletion was only sent: a fresh read has to show it gone first.
#[must_use]
pub fn keeps_mfa(present: &Inventory, steps: &[DeletionStep]) -> Option<String> {
    let may_be_gone = |outcome: &StepOutcome| outcome.is_gone() || outcome.was_sent();
    let password_may_be_gone =
        steps.iter().any(|step| step.credential == RootCredential::LoginProfile && may_be_gone(&step.outcome));
    (present.login_profile.is_some() && !password_may_be_gone)
        .then(|| "the login profile is still there, and the MFA device protects it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::credential::{LoginProfile, MfaDevice};

    const ACCOUNT: &str = "111122223333";

    fn key(number: u32) -> RootCredential {
        RootCredential::AccessKey(format!("AKIAROOTKEY{number:09}").parse().unwrap())
    }

    fn step(number: u32, outcome: StepOutcome) -> DeletionStep {
        DeletionStep { credential: key(number), outcome }
    }

    fn begun(number: u32) -> StepOutcome {
        StepOutcome::begun(ACCOUNT.parse().unwrap(), &key(number))
    }

    fn failed() -> StepOutcome {
        StepOutcome::Failed(Failure::new(ErrorKind::Denied, "denied"))
    }

    #[test]
    fn i3_what_was_begun_is_not_called_deleted_before_a_fresh_read_shows_it_gone() {
        assert!(!begun(1).is_gone());
        assert_eq!(begun(1).seen(&key(1), false), StepOutcome::Deleted);
        assert!(matches!(begun(1).seen(&key(1), true), StepOutcome::Failed(_)));
        assert!(matches!(StepOutcome::Deleted.seen(&key(1), true), StepOutcome::Failed(_)));
        assert_eq!(failed().seen(&key(1), false), failed(), "a refusal stays one, whoever deleted it");
    }

    #[test]
    fn i3_what_an_earlier_round_deleted_is_never_called_absent_by_a_later_one() {
        for earlier in [begun(1), StepOutcome::Deleted] {
            let steps = after_earlier_rounds(
                vec![step(1, earlier)],
                vec![step(1, StepOutcome::AlreadyAbsent), step(2, StepOutcome::AlreadyAbsent)],
                |_| false,
            );
            assert_eq!(steps, [step(1, StepOutcome::Deleted), step(2, StepOutcome::AlreadyAbsent)]);
        }
    }

    #[test]
    fn i3_what_was_begun_is_deleted_once_a_later_round_finds_it_gone_and_open_until_then() {
        let steps = |gone| after_earlier_rounds(vec![step(1, begun(1)), step(2, failed())], vec![], move |_| gone);
        assert_eq!(steps(true), [step(1, StepOutcome::Deleted)]);
        assert_eq!(steps(false), [step(1, begun(1))]);
    }

    #[test]
    fn a_later_attempt_stands_for_what_an_earlier_one_left_open() {
        let steps = after_earlier_rounds(vec![step(1, begun(1))], vec![step(1, failed())], |_| true);
        assert_eq!(steps, [step(1, failed())]);
        let twice =
            after_earlier_rounds(vec![step(1, StepOutcome::Deleted)], vec![step(1, StepOutcome::Deleted)], |_| true);
        assert_eq!(twice.len(), 2, "deleted, set again and deleted again");
    }

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
