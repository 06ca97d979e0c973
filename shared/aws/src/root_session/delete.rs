//! Deletes what the plan says in one account, step by step, and reads again.
//!
//! Every phase has a bound of its own, so that an account which is slow in every call still ends in time, with all it did.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, ErrorKind, Failure, Inventory, RootCredential,
    run::{
        deletion::{DeletionOutcome, DeletionStep, StepOutcome, keeps_mfa},
        plan::{KeyRules, PlannedAccount, ReleasedKeys},
    },
};
use tokio::time::sleep;

use super::{
    root_user::{Accepted, LastUse, RootUser},
    session::RootSession,
    sessions::RootSessions,
    task::{Delete, Task},
};
use crate::{
    bucket::{Journal, LONGEST_WRITE},
    client::{AwsError, CallRecorder, Deadline, LONGEST_CALL},
    organization::MemberAccount,
};

/// What a step may take, with its retries: asking whether everything is paused, writing down that it is begun, and the call.
const STEP: Duration = LONGEST_WRITE.saturating_add(LONGEST_CALL);
/// Kept back for reading once more what is left, and writing down what that showed.
const VERIFY: Duration = LONGEST_CALL.saturating_add(LONGEST_WRITE);
/// With less time left no account is begun: one step would not fit any more.
pub const LEAST_TIME: Duration = STEP.saturating_add(VERIFY);
const NO_TIME: &str = "time ran out before this step";
/// How long to wait before each further look at something that AWS said it deleted.
const LOOK_AGAIN_AFTER: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// What decides about access keys whose last use is read again.
#[derive(Debug)]
pub struct KeysAgain {
    pub protect_used_within_days: u16,
    pub released: ReleasedKeys,
}

impl KeysAgain {
    /// Planned keys that would be protected by now.
    fn protected(&self, account: AccountId, present: &Inventory, now: Timestamp) -> BTreeMap<RootCredential, String> {
        let rules = KeyRules { protect_used_within_days: self.protect_used_within_days, released: &self.released };
        let held = present.access_keys.iter().filter_map(|key| rules.protection(account, key, now));
        held.map(|held| (held.credential, format!("since it was planned: {}", held.reason))).collect()
    }
}

/// Deletes the planned credentials of `member`, as far as they are still there and still what was planned, and stops before
/// `deadline`.
///
/// `keys` decides about access keys again, which takes a call for each of them.
///
/// INVARIANT (bucket as trust anchor): what goes is in the plan AND in a fresh read of this session.
pub async fn delete(
    sessions: &RootSessions,
    member: &MemberAccount,
    planned: &PlannedAccount,
    keys: Option<&KeysAgain>,
    journal: &mut Journal<'_>,
    calls: &CallRecorder,
    deadline: Deadline,
) -> DeletionOutcome {
    let deadline = deadline.at_most(Duration::from_secs(u64::from(Delete::SECONDS)));
    let last_use = if keys.is_some() { LastUse::Read } else { LastUse::Skip };
    let (session, present) = match deadline.earlier_by(LEAST_TIME).cut(enter(sessions, member, last_use, calls)).await {
        Some(Ok(entered)) => entered,
        Some(Err(error)) => {
            return DeletionOutcome::Failed(error.in_account(member.account(), sessions.clock().now()).into());
        }
        None => return DeletionOutcome::Failed(did_not_answer(member)),
    };
    let mut left_alone = planned.left_alone(&present);
    if let Some(keys) = keys {
        left_alone.extend(keys.protected(planned.account.id, &present, sessions.clock().now()));
    }
    let root_user = RootUser::of(&session);
    // INVARIANT (I8): cut or not, the steps that were taken are in the journal, which outlives the future that takes them.
    let work = Box::pin(delete_and_read(&root_user, planned, &present, left_alone, journal, deadline));
    let remaining = deadline.cut(work).await.flatten();
    let outcome = journal.attempted(remaining);
    name_what_was_not_come_to(outcome, planned)
}

/// Opens a session and reads what is there. Nothing is changed yet.
async fn enter(
    sessions: &RootSessions,
    member: &MemberAccount,
    last_use: LastUse,
    calls: &CallRecorder,
) -> Result<(RootSession<Delete>, Inventory), AwsError> {
    let session = sessions.open_delete(member, calls).await?;
    let present = RootUser::of(&session).inventory(last_use).await?;
    Ok((session, present))
}

/// What is left, if a fresh read could show it.
async fn delete_and_read(
    root_user: &RootUser<'_, Delete>,
    planned: &PlannedAccount,
    present: &Inventory,
    mut left_alone: BTreeMap<RootCredential, String>,
    journal: &mut Journal<'_>,
    deadline: Deadline,
) -> Option<Inventory> {
    let mut credentials = planned.delete.clone();
    credentials.sort();
    for credential in credentials {
        let outcome = match left_alone.remove(&credential) {
            Some(reason) => StepOutcome::NotAttempted(reason),
            None => take_step(root_user, &credential, present, journal, deadline).await,
        };
        journal.record(&credential, outcome);
    }
    if !journal.is_begun() {
        // Nothing was sent, so what was just read is what is left.
        journal.see(present);
        return Some(present.clone());
    }
    journal.note(None).await;
    let remaining = verify(root_user, journal, deadline).await;
    journal.note(remaining.clone()).await;
    remaining
}

async fn take_step(
    root_user: &RootUser<'_, Delete>,
    credential: &RootCredential,
    present: &Inventory,
    journal: &mut Journal<'_>,
    deadline: Deadline,
) -> StepOutcome {
    let account = root_user.account();
    if !present.contains(credential) {
        // Where an attempt before this one sent the deletion, the fresh read shows what came of it.
        let was_sent = journal.was_sent_before(credential);
        return if was_sent { StepOutcome::Deleted } else { StepOutcome::AlreadyAbsent };
    }
    let is_mfa_device = matches!(credential, RootCredential::MfaDevice(_));
    let look_first = if is_mfa_device { LONGEST_CALL } else { Duration::ZERO };
    if !deadline.leaves(look_first + STEP + VERIFY) {
        return StepOutcome::NotAttempted(NO_TIME.to_owned());
    }
    if is_mfa_device && let Some(reason) = mfa_must_stay(root_user, present, journal).await {
        return StepOutcome::NotAttempted(reason);
    }
    if let Err(instead) = journal.begin(credential).await {
        return instead;
    }
    match root_user.delete(credential).await {
        Ok(Accepted::Yes) => StepOutcome::accepted(account, credential),
        Ok(Accepted::Absent) if journal.was_sent_before(credential) => StepOutcome::accepted(account, credential),
        Ok(Accepted::Absent) => StepOutcome::AlreadyAbsent,
        // No answer, or a fault: it may have gone through all the same, and the fresh read says whether it did.
        Err(error) if error.kind() == ErrorKind::Transient => StepOutcome::Unconfirmed(error.into()),
        Err(error) => StepOutcome::Failed(error.into()),
    }
}

/// INVARIANT: a password never outlives its MFA. That AWS accepted its deletion is not enough: a fresh read has to show it.
async fn mfa_must_stay(root_user: &RootUser<'_, Delete>, present: &Inventory, journal: &Journal<'_>) -> Option<String> {
    if let Some(reason) = keeps_mfa(present, journal.steps()) {
        return Some(reason);
    }
    match root_user.login_profile().await {
        Ok(None) => None,
        Ok(Some(_)) => Some("a fresh read still shows the login profile, and the MFA device protects it".to_owned()),
        Err(error) => Some(format!("whether the login profile is gone could not be read: {error}")),
    }
}

/// INVARIANT (I3): a step becomes `Deleted` only if a fresh read shows the credential gone.
async fn verify(root_user: &RootUser<'_, Delete>, journal: &mut Journal<'_>, deadline: Deadline) -> Option<Inventory> {
    let mut waits = LOOK_AGAIN_AFTER.iter();
    let deadline = deadline.earlier_by(LONGEST_WRITE);
    let mut last_seen = None;
    loop {
        let remaining = match deadline.cut(root_user.inventory(LastUse::Skip)).await {
            Some(Ok(remaining)) => remaining,
            Some(Err(error)) => {
                tracing::warn!(error.kind = %error.kind(), "{error}");
                break;
            }
            None => break,
        };
        let lingers = journal
            .steps()
            .iter()
            .any(|step| (step.outcome.is_gone() || step.outcome.was_sent()) && remaining.contains(&step.credential));
        last_seen = Some(remaining);
        match waits.next() {
            Some(wait) if lingers && deadline.leaves(*wait + LONGEST_CALL) => sleep(*wait).await,
            Some(_) | None => break,
        }
    }
    if let Some(remaining) = &last_seen {
        journal.see(remaining);
    }
    last_seen
}

/// Adds the steps that a cut left no time for.
fn name_what_was_not_come_to(outcome: DeletionOutcome, planned: &PlannedAccount) -> DeletionOutcome {
    let DeletionOutcome::Attempted { mut steps, remaining } = outcome else { return outcome };
    for credential in &planned.delete {
        if steps.iter().all(|step| step.credential != *credential) {
            let outcome = StepOutcome::NotAttempted(NO_TIME.to_owned());
            steps.push(DeletionStep { credential: credential.clone(), outcome });
        }
    }
    DeletionOutcome::Attempted { steps, remaining }
}

fn did_not_answer(member: &MemberAccount) -> Failure {
    let account = member.account().id;
    let message = format!("account `{account}` did not answer in time; nothing was deleted, and it is looked at again");
    Failure::new(ErrorKind::Transient, message)
}
