//! From what the audits said to what is deleted: exemptions, keys in recent use, and everything else.

mod carrying_out;
mod keys;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Batch, Candidate, ErrorKind, Failure, Inventory, Mode, Pin, RootCredential, RoundId, RunId, Sha256,
    artifact::{AccountOutcomes, Collected},
    people::StartedBy,
    run::{
        audit::{AuditOutcome, AuditedAccount},
        exemption::Exemptions,
        selection::{
            Eligibility, Ineligible, IneligibleAccount, Newcomer, NobodySelected, NotCreated, SelectedAccounts,
            Selection, Tag, UnknownAccount,
        },
    },
};

pub use keys::{KeyRules, ReleasedKeys};

/// Deleting takes about fifteen calls an account, so these batches are smaller than those of the audit.
const ACCOUNTS_IN_A_BATCH: usize = 10;

/// What one round deletes, and what it found in every other account. People can read it before it is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionPlan {
    pub run: RunId,
    pub round: u32,
    pub mode: Mode,
    pub started_by: Option<StartedBy>,
    pub management_account: AccountId,
    /// When it was made: it may not be carried out for ever.
    pub planned_at: Timestamp,
    /// What it was made from: a round is planned once, and nothing else is planned for it.
    pub made_from: Sha256,
    pub guard: Guard,
    /// The approved plan of an earlier round in which everything stood that this one deletes.
    pub approved_before: Option<Pin>,
    /// Accounts with one of these tags are left alone, also by whoever carries the plan out later.
    pub excluded_tags: Vec<Tag>,
    /// The numbers of the batches, for the map: it reads one of these for each child, and not a batch of any size.
    pub batch_numbers: Vec<u32>,
    pub batches: Vec<Batch<PlannedAccount>>,
    /// Accounts in which nothing is deleted.
    pub others: Vec<OtherAccount>,
    pub ineligible: Vec<IneligibleAccount>,
    pub waiting: Vec<Newcomer>,
    pub not_created: Vec<NotCreated>,
    /// Why this round looks at nobody, if it does not.
    #[serde(default)]
    pub nobody_selected: Option<NobodySelected>,
    /// Accounts that were asked for by their id, and are not in the organization.
    #[serde(default)]
    pub not_in_organization: Vec<AccountId>,
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
    pub protected: Vec<ProtectedCredential>,
    /// What the audit found, with dates.
    pub inventory: Inventory,
}

/// A credential that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectedCredential {
    pub credential: RootCredential,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherAccount {
    pub account: Candidate,
    pub finding: AccountFinding,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountFinding {
    Clean,
    Exempt {
        reason: String,
        inventory: Inventory,
    },
    /// All there is waits for a person.
    Protected {
        protected: Vec<ProtectedCredential>,
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
    pub keys: KeyRules<'a>,
    pub now: Timestamp,
}

impl DeletionPlan {
    /// The round that it is of.
    #[must_use]
    pub fn round_id(&self) -> RoundId {
        RoundId::new(self.run.clone(), self.round)
    }

    /// Plans one round. `last` is the last chunk, whose run, round and mode the plan takes; `earlier` are the others, the
    /// latest first.
    #[must_use]
    pub fn plan(last: AuditedChunk, earlier: Vec<AuditedChunk>, rules: Rules<'_>) -> Self {
        let (run, round, mode) = (last.selected.run.clone(), last.selected.round, last.selected.mode);
        let (management_account, request) = (last.selected.management_account, last.selected.request.clone());
        let mut round_of = RoundOfAccounts::default();
        for chunk in std::iter::once(last).chain(earlier) {
            round_of.add_earlier(chunk);
        }
        let RoundOfAccounts { eligibilities, mut outcomes, waiting, not_created } = round_of;
        let mut plan = Self {
            run,
            round,
            mode,
            started_by: request.started_by,
            management_account,
            planned_at: rules.now,
            made_from: Sha256::default(),
            guard: Guard::default(),
            approved_before: None,
            excluded_tags: request.exclude.tags,
            batch_numbers: Vec::new(),
            batches: Vec::new(),
            others: Vec::new(),
            ineligible: Vec::new(),
            waiting,
            not_created,
            nobody_selected: None,
            not_in_organization: Vec::new(),
        };
        let (mut planned, mut any_candidate, mut any_unknown) = (Vec::new(), false, false);
        for (id, eligibility) in eligibilities {
            match eligibility {
                Eligibility::Eligible(account) => {
                    any_candidate = true;
                    let missing = || AuditOutcome::Unknown(Failure::new(ErrorKind::Defect, "its audit is missing"));
                    match rules.decide(account, outcomes.remove(&id).unwrap_or_else(missing)) {
                        AccountDecision::Delete(account) => planned.push(account),
                        AccountDecision::LeaveAlone(account) => plan.others.push(account),
                    }
                }
                Eligibility::Unknown(UnknownAccount { account, failure }) => {
                    any_unknown = true;
                    plan.others.push(OtherAccount { account, finding: AccountFinding::Unknown(failure) });
                }
                Eligibility::Ineligible(reason) => plan.ineligible.push(IneligibleAccount { account: id, reason }),
                Eligibility::NotSelected => {}
            }
        }
        plan.form_batches(planned);
        if !any_candidate && plan.waiting.is_empty() && plan.not_created.is_empty() {
            let ineligible = plan.ineligible.iter().map(|left| &left.reason);
            plan.nobody_selected = NobodySelected::because(&request.selection, ineligible, any_unknown);
        }
        // A later round is about what the first one selected: who is not there any more has left meanwhile.
        if round == 0 && matches!(request.selection, Selection::Accounts(_)) {
            let missing = plan.ineligible.iter().filter(|left| left.reason == Ineligible::NotInOrganization);
            plan.not_in_organization = missing.map(|left| left.account).collect();
        }
        plan
    }

    /// Takes accounts out of the plan again: `decide` says why, or `None` to leave an account in it.
    pub fn leave_out(&mut self, mut decide: impl FnMut(&PlannedAccount) -> Option<AccountFinding>) {
        let mut planned = Vec::new();
        for account in std::mem::take(&mut self.batches).into_iter().flat_map(|batch| batch.accounts) {
            match decide(&account) {
                None => planned.push(account),
                Some(finding) => self.others.push(OtherAccount { account: account.account, finding }),
            }
        }
        self.form_batches(planned);
    }

    fn form_batches(&mut self, planned: Vec<PlannedAccount>) {
        self.batches = batches_of(planned);
        self.batch_numbers = Batch::numbers(&self.batches);
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

/// The accounts of a round, each once, however often the organization's list named it.
#[derive(Debug, Default)]
struct RoundOfAccounts {
    eligibilities: BTreeMap<AccountId, Eligibility>,
    outcomes: BTreeMap<AccountId, AuditOutcome>,
    waiting: Vec<Newcomer>,
    not_created: Vec<NotCreated>,
}

impl RoundOfAccounts {
    /// Adds a chunk that was listed before those that were added already. Of two audits the later one holds, so that no
    /// account is planned twice, nor called clean if AWS did not say so the last time it was asked.
    fn add_earlier(&mut self, chunk: AuditedChunk) {
        let AuditedChunk { selected, mut audits } = chunk;
        for Batch { batch, accounts } in selected.batches {
            let of_account = |audited: AuditedAccount| (audited.account.id, audited.outcome);
            let mut outcomes = AccountOutcomes::of(batch, audits.remove(&batch), of_account);
            for account in accounts {
                let outcome = outcomes.take(account.id).unwrap_or_else(AuditOutcome::Unknown);
                self.outcomes.entry(account.id).or_insert(outcome);
                self.add_eligibility(account.id, Eligibility::Eligible(account));
            }
        }
        for IneligibleAccount { account, reason } in selected.ineligible {
            self.add_eligibility(account, Eligibility::Ineligible(reason));
        }
        for unknown in selected.unknown {
            self.add_eligibility(unknown.account.id, Eligibility::Unknown(unknown));
        }
        self.waiting.extend(selected.waiting);
        self.not_created.extend(selected.not_created);
    }

    fn add_eligibility(&mut self, id: AccountId, earlier: Eligibility) {
        let eligibility = match self.eligibilities.remove(&id) {
            Some(later) => earlier.and(later),
            None => earlier,
        };
        self.eligibilities.insert(id, eligibility);
    }
}

fn batches_of(planned: Vec<PlannedAccount>) -> Vec<Batch<PlannedAccount>> {
    Batch::form(planned, ACCOUNTS_IN_A_BATCH)
}

enum AccountDecision {
    Delete(PlannedAccount),
    LeaveAlone(OtherAccount),
}

enum LeftAlone {
    Exempt(String),
    Protected(Vec<ProtectedCredential>),
}

impl Rules<'_> {
    fn decide(&self, account: Candidate, outcome: AuditOutcome) -> AccountDecision {
        let finding = match outcome {
            AuditOutcome::Clean => AccountFinding::Clean,
            AuditOutcome::Unknown(failure) => AccountFinding::Unknown(failure),
            AuditOutcome::NotAttempted => AccountFinding::NotAttempted,
            AuditOutcome::Present(inventory) => match self.left_alone(account.id, &inventory) {
                Some(LeftAlone::Exempt(reason)) => AccountFinding::Exempt { reason, inventory },
                Some(LeftAlone::Protected(protected)) => AccountFinding::Protected { protected, inventory },
                None => match self.split(account.id, &inventory) {
                    (delete, protected) if delete.is_empty() => AccountFinding::Protected { protected, inventory },
                    (delete, protected) => {
                        return AccountDecision::Delete(PlannedAccount { account, delete, protected, inventory });
                    }
                },
            },
        };
        AccountDecision::LeaveAlone(OtherAccount { account, finding })
    }

    /// Why the whole account is left alone, if it is: it is exempt, or what somebody wrote cannot be read.
    fn left_alone(&self, id: AccountId, inventory: &Inventory) -> Option<LeftAlone> {
        if let Some(reason) = self.exemptions.reason(id, self.now) {
            return Some(LeftAlone::Exempt(reason.to_owned()));
        }
        let reason = self.exemptions.protected(id, self.now)?;
        let protected = |credential| ProtectedCredential { credential, reason: reason.clone() };
        Some(LeftAlone::Protected(inventory.credentials().into_iter().map(protected).collect()))
    }

    /// What goes, in the order of deletion, and what waits for a person.
    fn split(&self, account: AccountId, inventory: &Inventory) -> (Vec<RootCredential>, Vec<ProtectedCredential>) {
        let kept = |key| self.keys.protection(account, key, self.now);
        let protected: Vec<ProtectedCredential> = inventory.access_keys.iter().filter_map(kept).collect();
        let mut delete = inventory.credentials();
        delete.retain(|credential| !protected.iter().any(|held| held.credential == *credential));
        delete.sort();
        (delete, protected)
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
