//! From what the audits said to what is deleted: exemptions, keys in recent use, and everything else.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Batch, Candidate, ErrorKind, Failure, Inventory, Mode, RootCredential, RunId,
    approval::StartedBy,
    artifact::Collected,
    audit::{AuditOutcome, AuditedAccount},
    credential::{AccessKey, LastUsed},
    exemption::Exemptions,
    selection::{LeftOutAccount, Newcomer, NotCreated, SelectedAccounts, Tag},
};

/// Deleting takes about fifteen calls an account, so these batches are smaller than those of the audit.
const ACCOUNTS_IN_A_BATCH: usize = 10;
/// What the workers of all batches answer has to fit into the state machine's 256 KiB, at about 300 bytes each.
const MOST_BATCHES: usize = 500;

/// What one round deletes, and what it found in every other account. People can read it before it is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionPlan {
    pub run: RunId,
    pub round: u32,
    pub mode: Mode,
    pub started_by: Option<StartedBy>,
    pub management_account: AccountId,
    pub guard: Guard,
    pub batches: Vec<Batch<PlannedAccount>>,
    /// Accounts in which nothing is deleted.
    pub others: Vec<OtherAccount>,
    pub left_out: Vec<LeftOutAccount>,
    pub waiting: Vec<Newcomer>,
    pub not_created: Vec<NotCreated>,
}

/// What the guard says of a plan: more accounts than the limit need somebody's approval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// Accounts to clean within 24 hours, over all runs, those of this plan included.
    pub accounts_in_24_hours: usize,
    pub limit: usize,
}

impl Guard {
    #[must_use]
    pub fn needs_approval(self) -> bool {
        self.accounts_in_24_hours > self.limit
    }
}

/// One chunk of the selection, and what each of its batches left behind, by its number.
#[derive(Debug)]
pub struct AuditedChunk {
    pub selected: SelectedAccounts,
    pub audits: BTreeMap<u32, Collected<AuditedAccount>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedAccount {
    pub account: Candidate,
    /// What goes, in the order of deletion.
    pub delete: Vec<RootCredential>,
    pub held_back: Vec<HeldBack>,
    /// What the audit found, with dates.
    pub inventory: Inventory,
}

/// A credential that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldBack {
    pub credential: RootCredential,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherAccount {
    pub account: Candidate,
    pub finding: Finding,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    Clean,
    Exempt {
        reason: String,
        inventory: Inventory,
    },
    /// All there is waits for a person.
    HeldBack {
        held_back: Vec<HeldBack>,
        inventory: Inventory,
    },
    /// The request excludes accounts with this tag.
    Excluded {
        tag: Tag,
        inventory: Inventory,
    },
    Unknown(Failure),
    NotAttempted,
}

/// What decides between deleting and leaving alone.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub exemptions: &'a Exemptions,
    /// Access keys used within so many days are held back; 0 holds none back.
    pub protect_keys_used_within_days: u16,
    pub now: Timestamp,
}

impl DeletionPlan {
    /// Plans one round. `chunks` is never empty: `first` is the one whose run, round and mode the plan takes.
    #[must_use]
    pub fn plan(first: AuditedChunk, further: Vec<AuditedChunk>, rules: Rules<'_>) -> Self {
        let SelectedAccounts { run, round, mode, request, management_account, .. } = first.selected.clone();
        let mut plan = Self {
            run,
            round,
            mode,
            started_by: request.started_by,
            management_account,
            guard: Guard::default(),
            batches: Vec::new(),
            others: Vec::new(),
            left_out: Vec::new(),
            waiting: Vec::new(),
            not_created: Vec::new(),
        };
        let mut planned = Vec::new();
        for AuditedChunk { selected, mut audits } in std::iter::once(first).chain(further) {
            for batch in &selected.batches {
                for AuditedAccount { account, outcome } in outcomes_of(batch, audits.remove(&batch.batch)) {
                    match rules.decide(account, outcome) {
                        Decision::Delete(account) => planned.push(account),
                        Decision::LeaveAlone(account) => plan.others.push(account),
                    }
                }
            }
            plan.left_out.extend(selected.left_out);
            plan.waiting.extend(selected.waiting);
            plan.not_created.extend(selected.not_created);
        }
        plan.batches = batches_of(planned);
        plan
    }

    /// Takes accounts out of the plan again: `decide` says why, or `None` to leave an account in it.
    pub fn leave_out(&mut self, mut decide: impl FnMut(&PlannedAccount) -> Option<Finding>) {
        let mut planned = Vec::new();
        for account in std::mem::take(&mut self.batches).into_iter().flat_map(|batch| batch.accounts) {
            match decide(&account) {
                None => planned.push(account),
                Some(finding) => self.others.push(OtherAccount { account: account.account, finding }),
            }
        }
        self.batches = batches_of(planned);
    }

    /// Every account in which something is deleted.
    pub fn accounts(&self) -> impl Iterator<Item = &PlannedAccount> {
        self.batches.iter().flat_map(|batch| &batch.accounts)
    }

    #[must_use]
    pub fn account_count(&self) -> usize {
        self.accounts().count()
    }
}

/// Batches of 10, or of as many more as it takes to stay below the most that there may be.
fn batches_of(planned: Vec<PlannedAccount>) -> Vec<Batch<PlannedAccount>> {
    let size = planned.len().div_ceil(MOST_BATCHES).max(ACCOUNTS_IN_A_BATCH);
    Batch::form(planned, size)
}

/// One outcome for each account of the batch, whatever its worker left behind.
///
/// INVARIANT (I11): a batch without a result, and an account without an outcome, are unknown. An outcome for an account
/// that was not in the batch is dropped.
fn outcomes_of(batch: &Batch<Candidate>, collected: Option<Collected<AuditedAccount>>) -> Vec<AuditedAccount> {
    let nothing = || Err(Failure::new(ErrorKind::Transient, format!("batch {} left no result", batch.batch)));
    let (mut outcomes, missing) = match collected.unwrap_or_else(nothing) {
        Ok(result) => {
            let missing = Failure::new(ErrorKind::Defect, "the result of its batch does not name it");
            (result.accounts.into_iter().map(|audited| (audited.account.id, audited.outcome)).collect(), missing)
        }
        Err(failure) => (BTreeMap::new(), failure),
    };
    batch
        .accounts
        .iter()
        .map(|account| AuditedAccount {
            account: account.clone(),
            outcome: outcomes.remove(&account.id).unwrap_or_else(|| AuditOutcome::Unknown(missing.clone())),
        })
        .collect()
}

enum Decision {
    Delete(PlannedAccount),
    LeaveAlone(OtherAccount),
}

enum LeftAlone {
    Exempt(String),
    HeldBack(Vec<HeldBack>),
}

impl Rules<'_> {
    fn decide(&self, account: Candidate, outcome: AuditOutcome) -> Decision {
        let finding = match outcome {
            AuditOutcome::Clean => Finding::Clean,
            AuditOutcome::Unknown(failure) => Finding::Unknown(failure),
            AuditOutcome::NotAttempted => Finding::NotAttempted,
            AuditOutcome::Present(inventory) => match self.left_alone(account.id, &inventory) {
                Some(LeftAlone::Exempt(reason)) => Finding::Exempt { reason, inventory },
                Some(LeftAlone::HeldBack(held_back)) => Finding::HeldBack { held_back, inventory },
                None => match self.split(&inventory) {
                    (delete, held_back) if delete.is_empty() => Finding::HeldBack { held_back, inventory },
                    (delete, held_back) => {
                        return Decision::Delete(PlannedAccount { account, delete, held_back, inventory });
                    }
                },
            },
        };
        Decision::LeaveAlone(OtherAccount { account, finding })
    }

    /// Why the whole account is left alone, if it is: it is exempt, or what somebody wrote cannot be read.
    fn left_alone(&self, id: AccountId, inventory: &Inventory) -> Option<LeftAlone> {
        if let Some(reason) = self.exemptions.reason(id, self.now) {
            return Some(LeftAlone::Exempt(reason.to_owned()));
        }
        let reason = self.exemptions.held_back(id, self.now)?;
        let held_back = |credential| HeldBack { credential, reason: reason.clone() };
        Some(LeftAlone::HeldBack(inventory.credentials().into_iter().map(held_back).collect()))
    }

    /// What goes, in the order of deletion, and what waits for a person.
    fn split(&self, inventory: &Inventory) -> (Vec<RootCredential>, Vec<HeldBack>) {
        let held_back: Vec<HeldBack> = inventory.access_keys.iter().filter_map(|key| self.hold_back(key)).collect();
        let mut delete = inventory.credentials();
        delete.retain(|credential| !held_back.iter().any(|held| held.credential == *credential));
        delete.sort();
        (delete, held_back)
    }

    fn hold_back(&self, key: &AccessKey) -> Option<HeldBack> {
        let days = self.protect_keys_used_within_days;
        if days == 0 {
            return None;
        }
        let reason = match key.last_used {
            LastUsed::Never => return None,
            LastUsed::Unread => "its last use could not be read".to_owned(),
            LastUsed::At(at) if self.now.duration_since(at) > SignedDuration::from_hours(24 * i64::from(days)) => {
                return None;
            }
            LastUsed::At(at) => format!("used {at}, within the last {days} days"),
        };
        Some(HeldBack { credential: RootCredential::AccessKey(key.id.clone()), reason })
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
