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
    use crate::{ErrorKind, credential::LoginProfile};

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
