//! Deletes what the plan says in one account, step by step, and reads again.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, ErrorKind, Failure, Inventory, RootCredential,
    deletion::{DeletionOutcome, DeletionStep, StepOutcome, keeps_mfa},
    plan::{KeyRules, PlannedAccount, ReleasedKeys},
};
use tokio::time::sleep;

use crate::{
    Deadline, MemberAccount,
    root_session::{Delete, RootSession, RootSessions, Task},
    root_user::{Accepted, LastUse},
};

/// What a step may take, with its retries: no step is begun with less time left.
const STEP: Duration = Duration::from_secs(31);
/// How long to wait before each further look at something that AWS said it deleted.
const LOOK_AGAIN_AFTER: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// What decides about access keys whose last use is read again.
#[derive(Debug)]
pub struct KeysAgain {
    pub protect_used_within_days: u16,
    pub released: ReleasedKeys,
}

impl KeysAgain {
    /// Planned keys that would be held back by now.
    fn held_back(&self, account: AccountId, present: &Inventory, now: Timestamp) -> BTreeMap<RootCredential, String> {
        let rules = KeyRules { protect_used_within_days: self.protect_used_within_days, released: &self.released };
        let held = present.access_keys.iter().filter_map(|key| rules.hold_back(account, key, now));
        held.map(|held| (held.credential, format!("since it was planned: {}", held.reason))).collect()
    }
}

/// Deletes the planned credentials of `member`, as far as they are still there, and still what was planned.
///
/// `keys` decides about access keys again, which takes a call for each of them.
///
/// INVARIANT (bucket as trust anchor): what goes is in the plan AND in a fresh read of this session.
pub async fn delete(
    sessions: &RootSessions,
    member: &MemberAccount,
    planned: &PlannedAccount,
    keys: Option<&KeysAgain>,
    deadline: Deadline,
) -> DeletionOutcome {
    let in_account = |error: crate::AwsError| Failure::from(error.in_account(member.account(), sessions.now()));
    let deadline = deadline.at_most(Duration::from_secs(u64::from(Delete::SECONDS)));
    let session = match sessions.open_delete(member).await {
        Ok(session) => session,
        Err(error) => return DeletionOutcome::Failed(in_account(error)),
    };
    let last_use = if keys.is_some() { LastUse::Read } else { LastUse::Skip };
    let present = match session.inventory(last_use).await {
        Ok(present) => present,
        Err(error) => return DeletionOutcome::Failed(in_account(error)),
    };
    let mut left_alone = planned.left_alone(&present);
    if let Some(keys) = keys {
        left_alone.extend(keys.held_back(planned.account.id, &present, sessions.now()));
    }
    let mut credentials = planned.delete.clone();
    credentials.sort();
    let mut steps: Vec<DeletionStep> = Vec::new();
    for credential in credentials {
        let outcome = match left_alone.remove(&credential) {
            Some(reason) => StepOutcome::NotAttempted(reason),
            None => take_step(&session, &credential, &present, &steps, deadline).await,
        };
        steps.push(DeletionStep { credential, outcome });
    }
    verify(&session, steps).await
}

async fn take_step(
    session: &RootSession<Delete>,
    credential: &RootCredential,
    present: &Inventory,
    steps: &[DeletionStep],
    deadline: Deadline,
) -> StepOutcome {
    if !present.contains(credential) {
        return StepOutcome::AlreadyAbsent;
    }
    if !deadline.leaves(STEP) {
        return StepOutcome::Failed(Failure::new(ErrorKind::Transient, "time ran out before this step"));
    }
    if let RootCredential::MfaDevice(_) = credential
        && let Some(reason) = mfa_must_stay(session, present, steps).await
    {
        return StepOutcome::NotAttempted(reason);
    }
    match session.delete(credential).await {
        Ok(Accepted::Yes) => StepOutcome::Deleted,
        Ok(Accepted::Absent) => StepOutcome::AlreadyAbsent,
        Err(error) => StepOutcome::Failed(error.into()),
    }
}

/// INVARIANT: a password never outlives its MFA. That AWS accepted its deletion is not enough: a fresh read has to show it.
async fn mfa_must_stay(session: &RootSession<Delete>, present: &Inventory, steps: &[DeletionStep]) -> Option<String> {
    if let Some(reason) = keeps_mfa(present, steps) {
        return Some(reason);
    }
    match session.login_profile().await {
        Ok(None) => None,
        Ok(Some(_)) => Some("a fresh read still shows the login profile, and the MFA device protects it".to_owned()),
        Err(error) => Some(format!("whether the login profile is gone could not be read: {error}")),
    }
}

/// INVARIANT (I3): a step stays `Deleted` only if a fresh read shows the credential gone.
async fn verify(session: &RootSession<Delete>, mut steps: Vec<DeletionStep>) -> DeletionOutcome {
    let mut waits = LOOK_AGAIN_AFTER.iter();
    loop {
        let remaining = match session.inventory(LastUse::Skip).await {
            Ok(remaining) => remaining,
            Err(error) => {
                let failure = Failure::from(error);
                for step in steps.iter_mut().filter(|step| step.outcome == StepOutcome::Deleted) {
                    step.outcome = StepOutcome::Failed(Failure {
                        message: format!("accepted by AWS, but not seen gone: {}", failure.message),
                        ..failure.clone()
                    });
                }
                return DeletionOutcome::Attempted { steps, remaining: None };
            }
        };
        let lingers = |step: &DeletionStep| step.outcome.is_gone() && remaining.contains(&step.credential);
        if steps.iter().any(lingers)
            && let Some(wait) = waits.next()
        {
            sleep(*wait).await;
            continue;
        }
        for step in steps.iter_mut().filter(|step| lingers(step)) {
            let message = format!("AWS accepted that {} is deleted, and a fresh read still shows it", step.credential);
            step.outcome = StepOutcome::Failed(Failure::new(ErrorKind::Transient, message));
        }
        return DeletionOutcome::Attempted { steps, remaining: Some(remaining) };
    }
}
