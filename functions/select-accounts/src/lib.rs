//! Decides which accounts a round of a run looks at: what was asked for, as far as Organizations confirms it.

use std::collections::BTreeMap;

use rootwarden_domain::{
    AccountId, Batch, Candidate, Mode, Pin, RunId,
    input::{InvalidInput, parse},
    report::Report,
    selection::{
        LeftOut, LeftOutAccount, Newcomer, NotCreated, OrganizationAccount, Request, SelectedAccounts, Selection, admit,
    },
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_root_access::{Creation, Deadline, Organization, SdkConfig, Storage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::info;

/// How many accounts one auditing worker looks at.
const ACCOUNTS_IN_A_BATCH: usize = 100;
/// Up to so many accounts are described one by one; more are looked up in the list of all.
const DESCRIBED_ONE_BY_ONE: usize = 50;

#[derive(Debug)]
pub struct SelectAccounts {
    organization: Organization,
    storage: Storage,
    deployed_mode: Mode,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    run: RunId,
    round: u32,
    request: Request,
    /// The report of the round before, if there was one: what it left pending is looked at now.
    previous: Option<Pin>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    pub selection: Pin,
    pub mode: Mode,
    pub batch_count: usize,
    pub candidate_count: usize,
}

impl Function for SelectAccounts {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        Ok(Self {
            organization: Organization::new(config),
            storage: Storage::new(config, settings.bucket()?),
            deployed_mode: settings.mode()?,
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Output, FunctionError> {
        let Input { run, round, request, previous } = parse("input", input)?;
        let mode = Mode::of_run(request.mode, self.deployed_mode)?;
        let previous = match (previous, round.checked_sub(1)) {
            (None, None) => None,
            (Some(pin), Some(before)) => Some(self.storage.read::<Report>(&pin, &run.report_key(before)).await?),
            (Some(_), None) => return Err(InvalidInput::new("input", "`previous`: round 0 has none").into()),
            (None, Some(_)) => return Err(InvalidInput::new("input", "`previous`: missing after round 0").into()),
        };

        let management_account = self.organization.management_account().await?;
        self.organization.require_root_credentials_management().await?;
        let waits = matches!(request.selection, Selection::Joined(_));
        let mut sorted = Sorted::new(management_account, waits);
        match (previous, request.selection) {
            (Some(report), _) => self.add_newcomers(report.pending, &mut sorted).await?,
            (None, Selection::Joined(newcomer)) => self.add_newcomers(vec![newcomer], &mut sorted).await?,
            (None, Selection::Accounts(ids)) => self.add_accounts(ids, &mut sorted).await?,
            (None, Selection::All) => {
                for found in self.organization.accounts().await? {
                    sorted.add(found.candidate.id, Some(found));
                }
            }
        }

        let selected = sorted.into_selected(run, round, mode);
        let (batch_count, candidate_count) = (selected.batches.len(), selected.candidate_count());
        let run = &selected.run;
        info!(run.id = %run, round, candidates = candidate_count, left_out = selected.left_out.len(),
            "Selected {candidate_count} accounts for round {round} of run {run}");
        let selection = self.storage.write(run.selection_key(round), &selected).await?;
        Ok(Output { selection, mode, batch_count, candidate_count })
    }
}

impl SelectAccounts {
    async fn add_newcomers(&self, newcomers: Vec<Newcomer>, sorted: &mut Sorted) -> Result<(), FunctionError> {
        let mut accounts = Vec::new();
        for newcomer in newcomers {
            match newcomer {
                Newcomer::Account(account) => accounts.push(account),
                Newcomer::CreateAccountRequest(request) => match self.organization.creation(&request).await? {
                    Creation::Succeeded(account) => accounts.push(account),
                    Creation::Failed { reason } => sorted.not_created.push(NotCreated { request, reason }),
                    Creation::InProgress => sorted.waiting.push(Newcomer::CreateAccountRequest(request)),
                },
            }
        }
        self.add_accounts(accounts, sorted).await
    }

    async fn add_accounts(&self, ids: Vec<AccountId>, sorted: &mut Sorted) -> Result<(), FunctionError> {
        if ids.len() > DESCRIBED_ONE_BY_ONE {
            let all = self.organization.accounts().await?.into_iter();
            let mut all: BTreeMap<AccountId, OrganizationAccount> =
                all.map(|account| (account.candidate.id, account)).collect();
            for id in ids {
                sorted.add(id, all.remove(&id));
            }
            return Ok(());
        }
        for id in ids {
            let found = self.organization.account(id).await?;
            sorted.add(id, found);
        }
        Ok(())
    }
}

/// The accounts that were asked for, sorted by what Organizations says of them.
struct Sorted {
    management_account: AccountId,
    /// Whether an account that is not there yet is waited for.
    waits: bool,
    candidates: BTreeMap<AccountId, Candidate>,
    left_out: BTreeMap<AccountId, LeftOut>,
    waiting: Vec<Newcomer>,
    not_created: Vec<NotCreated>,
}

impl Sorted {
    fn new(management_account: AccountId, waits: bool) -> Self {
        Self {
            management_account,
            waits,
            candidates: BTreeMap::new(),
            left_out: BTreeMap::new(),
            waiting: Vec::new(),
            not_created: Vec::new(),
        }
    }

    fn add(&mut self, id: AccountId, found: Option<OrganizationAccount>) {
        if self.candidates.contains_key(&id) {
            return;
        }
        match admit(self.management_account, id, found) {
            Ok(candidate) => {
                self.candidates.insert(id, candidate);
            }
            Err(reason) if self.waits && reason.passes_with_time() => self.waiting.push(Newcomer::Account(id)),
            Err(reason) => {
                self.left_out.insert(id, reason);
            }
        }
    }

    fn into_selected(self, run: RunId, round: u32, mode: Mode) -> SelectedAccounts {
        let Self { management_account, waits: _, candidates, left_out, waiting, not_created } = self;
        SelectedAccounts {
            run,
            round,
            mode,
            management_account,
            batches: Batch::form(candidates.into_values().collect(), ACCOUNTS_IN_A_BATCH),
            left_out: left_out.into_iter().map(|(account, reason)| LeftOutAccount { account, reason }).collect(),
            waiting,
            not_created,
        }
    }
}
