//! From what the audits said to what is deleted: exemptions, keys in recent use, and everything else.

mod carrying_out;
mod keys;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Batch, Candidate, ErrorKind, Failure, Inventory, Mode, Pin, RootCredential, RoundId, RunId, Sha256,
    artifact::{AccountOutcomes, Collected},
    aws::credential::AccessKey,
    people::StartedBy,
    preflight::Told,
    recovery::{RecoveryWindow, RecoveryWindows},
    run::{
        audit::{AuditOutcome, AuditedAccount},
        exemption::Exemptions,
        selection::{
            Eligibility, Ineligible, IneligibleAccount, Newcomer, NobodySelected, NotCreated, Scope, SelectedAccounts,
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
    /// What the run is about, as its selection says. A plan that does not say so is of a part.
    #[serde(default)]
    pub scope: Scope,
    pub management_account: AccountId,
    /// When it was made: it may not be carried out for ever.
    pub planned_at: Timestamp,
    /// What it was made from: a round is planned once, and nothing else is planned for it.
    pub made_from: Sha256,
    pub guard: Guard,
    /// The approved plan of an earlier round in which everything stood that this one deletes.
    pub approved_before: Option<Pin>,
    /// Windows that are over, of this plan's accounts: what was made in them goes, uncounted by the guard and whether in use or not, as
    /// it was approved (docs/decisions/0011-recovery-windows.md).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ended_recoveries: BTreeMap<AccountId, RecoveryWindow>,
    /// Windows that are open, of this round's accounts: the report says so, whatever was found there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub open_recoveries: BTreeMap<AccountId, RecoveryWindow>,
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
    /// What the run found out before it looked at anybody, in its first round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<Told>,
}

/// What the guard says of a plan: more accounts than the limit need somebody's approval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// Accounts to clean within 24 hours, over all runs, those of this plan included. 0 where the plan is about none but accounts
    /// whose recovery window is over.
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
    pub recoveries: &'a RecoveryWindows,
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
        let scope = last.selected.scope();
        let mut round_of = RoundOfAccounts::default();
        for chunk in std::iter::once(last).chain(earlier) {
            round_of.add_earlier(chunk);
        }
        let RoundOfAccounts { eligibilities, mut outcomes, waiting, not_created, preflight } = round_of;
        let mut plan = Self {
            run,
            round,
            mode,
            started_by: request.started_by,
            scope,
            management_account,
            planned_at: rules.now,
            made_from: Sha256::default(),
            guard: Guard::default(),
            approved_before: None,
            ended_recoveries: BTreeMap::new(),
            open_recoveries: BTreeMap::new(),
            excluded_tags: request.exclude.tags,
            batch_numbers: Vec::new(),
            batches: Vec::new(),
            others: Vec::new(),
            ineligible: Vec::new(),
            waiting,
            not_created,
            nobody_selected: None,
            not_in_organization: Vec::new(),
            preflight,
        };
        let (mut planned, mut any_candidate, mut any_unknown) = (Vec::new(), false, false);
        for (id, eligibility) in eligibilities {
            plan.add_window(id, &eligibility, rules);
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

    /// What the report has to say of the account's window, if there is one.
    fn add_window(&mut self, id: AccountId, eligibility: &Eligibility, rules: Rules<'_>) {
        let can_be_taken_back = match eligibility {
            Eligibility::NotSelected => return,
            Eligibility::Eligible(_) | Eligibility::Unknown(_) | Eligibility::Ineligible(Ineligible::Excluded) => true,
            // Out of reach: its closing run has said so, and no later one can do more about it.
            Eligibility::Ineligible(
                Ineligible::ManagementAccount | Ineligible::NotInOrganization | Ineligible::NotActive(_),
            ) => false,
        };
        if let Some(window) = rules.recoveries.open(id, rules.now) {
            self.open_recoveries.insert(id, window.clone());
        }
        if let Some(window) = rules.recoveries.ended(id, rules.now).filter(|_| can_be_taken_back) {
            self.ended_recoveries.insert(id, window.clone());
        }
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
    preflight: Vec<Told>,
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
        self.preflight.extend(selected.preflight);
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

    /// Why the whole account is left alone, if it is: it is exempt, recovery is allowed, or what says so cannot be read.
    fn left_alone(&self, id: AccountId, inventory: &Inventory) -> Option<LeftAlone> {
        if let Some(reason) = self.exemptions.reason(id, self.now) {
            return Some(LeftAlone::Exempt(reason.to_owned()));
        }
        if let Some(window) = self.recoveries.open(id, self.now) {
            return Some(LeftAlone::Exempt(window.to_string()));
        }
        let protected = self.exemptions.protected(id, self.now);
        let reason = protected.or_else(|| self.recoveries.unreadable(id))?;
        let protected = |credential| ProtectedCredential { credential, reason: reason.clone() };
        Some(LeftAlone::Protected(inventory.credentials().into_iter().map(protected).collect()))
    }

    /// What goes, in the order of deletion, and what waits for a person.
    fn split(&self, account: AccountId, inventory: &Inventory) -> (Vec<RootCredential>, Vec<ProtectedCredential>) {
        let ended = self.recoveries.ended(account, self.now);
        let may_go = |key: &&AccessKey| ended.is_some_and(|window| window.created(key));
        let keys = inventory.access_keys.iter().filter(|key| !may_go(key));
        let protected: Vec<ProtectedCredential> =
            keys.filter_map(|key| self.keys.protection(account, key, self.now)).collect();
        let mut delete = inventory.credentials();
        delete.retain(|credential| !protected.iter().any(|held| held.credential == *credential));
        delete.sort();
        (delete, protected)
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "plan_window_tests.rs"]
mod window_tests;
