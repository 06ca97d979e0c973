//! Decides which accounts a round of a run looks at: what was asked for, as far as Organizations confirms it.
//!
//! The whole organization comes in chunks, because listing it is the slow part: while one chunk is audited the next is listed.

mod findings;
mod preflight;
mod unit_names;

use std::collections::BTreeSet;

use rootwarden_aws::{
    AccountList, Clock, Creation, Deadline, Organization, OrganizationLists, SdkConfig, Storage, named_accounts,
};
use rootwarden_domain::{
    AccountId, Batch, ErrorKind, Mode, Pin, RoundId, RunId,
    preflight::Told,
    run::{
        report::Report,
        selection::{Newcomer, NotCreated, Parts, Request, SelectedAccounts, Selection, Sorted},
    },
    text::input::{InputError, parse},
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::info;

use findings::{Findings, Passed};

/// How many accounts one auditing worker looks at: about two and a half seconds of its share of the session budget.
const ACCOUNTS_IN_A_BATCH: usize = 50;
/// How many pages of 20 accounts make a chunk: about three seconds at the rate that AWS allows, as long as its audit takes.
const PAGES_IN_A_CHUNK: u32 = 25;
/// The list of the largest organization, of 50,000 accounts, has 100 chunks: one that goes on and on has no end.
const MOST_CHUNKS: u32 = 400;

#[derive(Debug)]
pub struct SelectAccounts {
    organization: Organization,
    lists: OrganizationLists,
    storage: Storage,
    findings: Findings,
    deployed_mode: Mode,
    clock: Clock,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    run: RunId,
    round: u32,
    request: Request,
    /// The report of the round before, if there was one: what it left pending is looked at now.
    previous: Option<Pin>,
    chunk: u32,
    /// The chunk before this one.
    chain: Option<Pin>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    pub selection: Pin,
    pub mode: Mode,
    pub batch_count: usize,
    pub candidate_count: usize,
    /// Whether another chunk follows.
    pub more: bool,
}

impl Function for SelectAccounts {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let storage = Storage::new(config, settings.bucket()?);
        Ok(Self {
            organization: Organization::new(config),
            lists: OrganizationLists::new(config),
            findings: Findings::new(config, settings, storage.clone())?,
            storage,
            deployed_mode: settings.mode()?,
            clock: Clock::of(config),
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Output, FunctionError> {
        let Input { run, round, request, previous, chunk, chain } = parse("input", input)?;
        let request = request.without_duplicates();
        request.check()?;
        let mode = Mode::of_run(request.mode, self.deployed_mode)?;
        if chunk >= MOST_CHUNKS {
            let why = format!(
                "the list of accounts does not end: {MOST_CHUNKS} chunks of {PAGES_IN_A_CHUNK} pages have come"
            );
            return Err(FunctionError::new(ErrorKind::Defect, why));
        }
        let of = RoundId::new(run, round);
        let report = self.report_before(&of, previous).await?;
        let before = self.chunk_before(&of, chunk, chain.as_ref()).await?;

        let (management_account, passed, next_token) = match before {
            Some(SelectedAccounts { management_account, next_token: Some(token), .. }) => {
                (management_account, None, Some(token))
            }
            Some(_) => return Err(InputError::new("input", "`chain`: it is the last chunk").into()),
            None => {
                let passed = self.preflight(&of.run).await?;
                // INVARIANT (I2): of a unit that does not exist nobody would be in it, and nobody excluded by it.
                for (unit, named_in) in request.units() {
                    self.organization.require_unit(unit, named_in).await?;
                }
                (passed.organization.management_account, Some(passed), None)
            }
        };
        let waits = matches!(request.selection, Selection::Joined(_));
        let mut sorted = Sorted::new(management_account, waits);
        let is_listed =
            report.is_none() && matches!(request.selection, Selection::All | Selection::OrganizationalUnits(_));
        // Once a run, and while accounts are listed: what is found out of the organization waits for nobody, and nobody for it.
        let (next_token, preflight) = tokio::join!(
            self.add_selected(&request, report, next_token, &mut sorted),
            self.told(passed.filter(|_| round == 0), &of.run)
        );
        let next_token = next_token?;

        let has_more = next_token.is_some();
        if is_listed {
            self.learn_unit_names(&sorted.units.values().cloned().collect(), has_more).await;
        }
        let Parts { batches, units, ineligible, unknown, waiting, not_created } =
            sorted.into_parts(ACCOUNTS_IN_A_BATCH);
        let selected = SelectedAccounts {
            run: of.run,
            round,
            chunk,
            mode,
            request,
            management_account,
            batch_numbers: Batch::numbers(&batches),
            batches,
            units,
            ineligible,
            unknown,
            waiting,
            not_created,
            next_token,
            preflight,
            previous: chain,
        };
        let (batch_count, candidate_count) = (selected.batches.len(), selected.candidate_count());
        let run = &selected.run;
        info!(run.id = %run, round, chunk, candidates = candidate_count, ineligible = selected.ineligible.len(),
            unknown = selected.unknown.len(),
            "Selected {candidate_count} accounts for round {round} of run {run}, chunk {chunk}");
        let selection = self.storage.write(selected.round_id().selection_key(chunk), &selected).await?;
        Ok(Output { selection, mode, batch_count, candidate_count, more: has_more })
    }
}

impl SelectAccounts {
    /// What was found out before the run looks at anybody; nothing where it was looked at already.
    async fn told(&self, passed: Option<Passed>, run: &RunId) -> Vec<Told> {
        match passed {
            // Boxed: it waits for many calls at once.
            Some(passed) => Box::pin(self.findings.told(&passed, run)).await,
            None => Vec::new(),
        }
    }

    /// Sorts in who is asked for, from `next_token` on, and says where the list goes on.
    async fn add_selected(
        &self,
        request: &Request,
        report: Option<Report>,
        next_token: Option<String>,
        sorted: &mut Sorted,
    ) -> Result<Option<String>, FunctionError> {
        match (report, &request.selection) {
            (Some(report), _) => self.add_newcomers(request, report.pending, sorted).await,
            (None, Selection::Joined(newcomer)) => self.add_newcomers(request, vec![newcomer.clone()], sorted).await,
            (None, Selection::Accounts(ids)) => {
                self.add_accounts(request, ids.clone(), sorted).await?;
                Ok(None)
            }
            (None, Selection::All | Selection::OrganizationalUnits(_)) => {
                let AccountList { accounts, next_token } =
                    self.lists.accounts_from(next_token, PAGES_IN_A_CHUNK).await?;
                for found in accounts {
                    sorted.add(request, found.candidate.id, Some(found));
                }
                Ok(next_token)
            }
        }
    }

    async fn report_before(&self, of: &RoundId, previous: Option<Pin>) -> Result<Option<Report>, FunctionError> {
        match (previous, of.before()) {
            (None, None) => Ok(None),
            (Some(pin), Some(before)) => Ok(Some(self.storage.read(&pin, &before.report_key()).await?)),
            (Some(_), None) => Err(InputError::new("input", "`previous`: round 0 has none").into()),
            (None, Some(_)) => Err(InputError::new("input", "`previous`: missing after round 0").into()),
        }
    }

    async fn chunk_before(
        &self,
        of: &RoundId,
        chunk: u32,
        chain: Option<&Pin>,
    ) -> Result<Option<SelectedAccounts>, FunctionError> {
        match (chain, chunk.checked_sub(1)) {
            (None, None) => Ok(None),
            (Some(pin), Some(before)) => {
                let selected: SelectedAccounts = self.storage.read(pin, &of.selection_key(before)).await?;
                if (&selected.round_id(), selected.chunk) != (of, before) {
                    return Err(InputError::new("input", "`chain`: it is of another run").into());
                }
                Ok(Some(selected))
            }
            (Some(_), None) => Err(InputError::new("input", "`chain`: chunk 0 has none").into()),
            (None, Some(_)) => Err(InputError::new("input", "`chain`: missing after chunk 0").into()),
        }
    }

    async fn add_newcomers(
        &self,
        request: &Request,
        newcomers: Vec<Newcomer>,
        sorted: &mut Sorted,
    ) -> Result<Option<String>, FunctionError> {
        let mut accounts = Vec::new();
        for newcomer in newcomers {
            match newcomer {
                Newcomer::Account(account) => accounts.push(account),
                Newcomer::CreateAccountRequest(id) => match self.organization.creation(&id).await? {
                    Creation::Succeeded(account) => accounts.push(account),
                    Creation::Failed { reason } => sorted.not_created.push(NotCreated { request: id, reason }),
                    Creation::InProgress => sorted.waiting.push(Newcomer::CreateAccountRequest(id)),
                },
            }
        }
        self.add_accounts(request, accounts, sorted).await?;
        Ok(None)
    }

    async fn add_accounts(
        &self,
        request: &Request,
        ids: Vec<AccountId>,
        sorted: &mut Sorted,
    ) -> Result<(), FunctionError> {
        // One account may come from two requests to create it.
        let ids: BTreeSet<AccountId> = ids.into_iter().collect();
        for (id, found) in named_accounts(&self.organization, &self.lists, ids).await? {
            sorted.add(request, id, found);
        }
        Ok(())
    }
}
