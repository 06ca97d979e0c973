//! Lists the accounts and audits them meanwhile: for a large organization it takes about as long as listing alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::{StreamExt, stream};
use rootwarden_aws::{AccountList, Deadline, audit, named_accounts};
use rootwarden_domain::{
    AccountId, Batch, Candidate, ErrorKind, Failure,
    artifact::WorkerResult,
    run::{
        audit::{AuditOutcome, AuditedAccount},
        plan::AuditedChunk,
        selection::{OrganizationAccount, Parts, Request, SelectedAccounts, Selection, Sorted},
    },
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::denials::Denials;
use crate::{access::Access, context::Context, exit::Ended, journal::RunJournal, progress::Progress, stop::Reason};

/// How many accounts are looked at side by side: at 160 a second, the pace of the list, each may take more than half a second.
const AT_ONCE: usize = 100;
/// More than an account may take by itself.
const LONGEST: Duration = Duration::from_mins(2);
/// How many pages of 20 accounts make a chunk.
const PAGES_IN_A_CHUNK: u32 = 5;
/// The list of the largest organization, of 50,000 accounts, has 500 chunks: one that goes on and on has no end.
const MOST_CHUNKS: u32 = 2000;

/// What was listed and read: never empty.
#[derive(Debug)]
pub struct Reading {
    pub last: AuditedChunk,
    /// The latest first.
    pub earlier: Vec<AuditedChunk>,
    pub list_is_whole: bool,
}

/// Lists and audits every account that is asked for.
///
/// # Errors
/// The list could not be read, or the first accounts all denied a root session. What cannot be read of one account makes
/// that account unknown.
pub async fn read(
    access: &Access,
    request: &Request,
    journal: &RunJournal,
    progress: &Progress,
    context: &Context,
) -> Result<Reading, Ended> {
    let (candidates, to_audit) = unbounded_channel();
    let reader = Reader { access, request, journal, progress, context, denials: Denials::default() };
    let (listed, outcomes) = tokio::join!(Box::pin(reader.list(candidates)), Box::pin(reader.audit_each(to_audit)));
    if let Some(Reason::DeniedEverywhere(why)) = context.stop.reason() {
        return Err(Ended::Refused(why.clone()));
    }
    reader.assemble(listed?, outcomes)
}

struct Reader<'a> {
    access: &'a Access,
    request: &'a Request,
    journal: &'a RunJournal,
    progress: &'a Progress,
    context: &'a Context,
    denials: Denials,
}

/// Chunks as they were listed, and whether there are no more.
type ListedChunks = (Vec<SelectedAccounts>, bool);
type Candidates = UnboundedSender<(u32, Candidate)>;

impl Reader<'_> {
    async fn list(&self, candidates: Candidates) -> Result<ListedChunks, Ended> {
        for (unit, named_in) in self.request.units() {
            self.access.organization.require_unit(unit, named_in).await?;
        }
        let mut chunks = Vec::new();
        if let Selection::Accounts(ids) = &self.request.selection {
            let ids: BTreeSet<AccountId> = ids.iter().copied().collect();
            let found = named_accounts(&self.access.organization, &self.access.lists, ids).await?;
            chunks.push(self.chunk(0, found, None, &candidates));
            self.progress.list_is_whole();
            return Ok((chunks, true));
        }
        let mut token = None;
        for number in 0..MOST_CHUNKS {
            let AccountList { accounts, next_token } =
                match self.access.lists.accounts_from(token, PAGES_IN_A_CHUNK).await {
                    Ok(list) => list,
                    // What was read until then is told of, where the rest of the list does not come any more.
                    Err(error) if !chunks.is_empty() => {
                        self.context.stop.set(self.access.lost(&error).ok_or(error)?);
                        return Ok((chunks, false));
                    }
                    Err(error) => return Err(error.into()),
                };
            let found = accounts.into_iter().map(|account| (account.candidate.id, Some(account))).collect();
            chunks.push(self.chunk(number, found, next_token.clone(), &candidates));
            token = next_token;
            if token.is_none() {
                self.progress.list_is_whole();
                return Ok((chunks, true));
            }
            if self.context.stop.reason().is_some() {
                return Ok((chunks, false));
            }
        }
        Err(Ended::Unfinished(format!("the list of accounts does not end: {MOST_CHUNKS} chunks of it have come")))
    }

    fn chunk(
        &self,
        number: u32,
        found: Vec<(AccountId, Option<OrganizationAccount>)>,
        next_token: Option<String>,
        candidates: &Candidates,
    ) -> SelectedAccounts {
        let mut sorted = Sorted::new(self.access.management_account, false);
        for (id, account) in found {
            sorted.add(self.request, id, account);
        }
        let Parts { batches, units, ineligible, unknown, waiting, not_created } = sorted.into_parts(usize::MAX);
        for account in batches.iter().flat_map(|batch| &batch.accounts) {
            self.progress.listed(1);
            // Who audits ends only once this side has.
            drop(candidates.send((number, account.clone())));
        }
        SelectedAccounts {
            run: self.journal.run.clone(),
            round: 0,
            chunk: number,
            mode: self.request.mode,
            request: self.request.clone(),
            management_account: self.access.management_account,
            batch_numbers: Batch::numbers(&batches),
            batches,
            units,
            ineligible,
            unknown,
            waiting,
            not_created,
            next_token,
            previous: None,
            preflight: Vec::new(),
        }
    }

    async fn audit_each(&self, candidates: UnboundedReceiver<(u32, Candidate)>) -> BTreeMap<u32, Vec<AuditedAccount>> {
        let candidates =
            stream::unfold(candidates, async |mut candidates| Some((candidates.recv().await?, candidates)));
        let mut audited = Box::pin(
            candidates
                .map(async |(chunk, account): (u32, Candidate)| (chunk, self.audit(account).await))
                .buffer_unordered(AT_ONCE),
        );
        let mut outcomes: BTreeMap<u32, Vec<AuditedAccount>> = BTreeMap::new();
        while let Some((chunk, audited)) = audited.next().await {
            outcomes.entry(chunk).or_default().push(audited);
        }
        outcomes
    }

    async fn audit(&self, account: Candidate) -> AuditedAccount {
        let id = account.id;
        if let Some(before) = self.journal.audited(id, self.request.mode) {
            self.progress.finished(id);
            return AuditedAccount { account, outcome: before.outcome.clone() };
        }
        if let Some(reason) = self.context.stop.reason() {
            // INVARIANT (I2): what was not looked at is unknown.
            let why = Failure::new(ErrorKind::Transient, format!("not looked at: {}", reason.words()));
            return AuditedAccount { account, outcome: AuditOutcome::Unknown(why) };
        }
        self.progress.begun(id);
        let number = self.denials.begin();
        let outcome =
            audit(&self.access.sessions, &account, &self.access.sessions.call_recorder(), Deadline::after(LONGEST))
                .await;
        if let AuditOutcome::Unknown(failure) = &outcome {
            self.access.watch(failure, &self.context.stop).await;
        }
        if let Some(why) = self.denials.everywhere(number, &outcome) {
            self.context.stop.set(Reason::DeniedEverywhere(why));
        }
        let audited = AuditedAccount { account, outcome };
        if let Err(failure) = self.journal.keep_audited(&audited) {
            self.context.note_once(&failure.message);
        }
        self.progress.finished(id);
        audited
    }

    fn assemble(
        &self,
        (chunks, list_is_whole): ListedChunks,
        mut outcomes: BTreeMap<u32, Vec<AuditedAccount>>,
    ) -> Result<Reading, Ended> {
        let run = &self.journal.run;
        let mut chunks: Vec<AuditedChunk> = chunks
            .into_iter()
            .map(|selected| {
                let accounts = outcomes.remove(&selected.chunk).unwrap_or_default();
                let results = selected
                    .batch_numbers
                    .first()
                    .map(|batch| (*batch, Ok(WorkerResult { run: run.clone(), round: 0, batch: *batch, accounts })));
                AuditedChunk { audits: results.into_iter().collect(), selected }
            })
            .collect();
        let last = chunks.pop().ok_or_else(|| Ended::Unfinished("nothing was listed".to_owned()))?;
        chunks.reverse();
        Ok(Reading { last, earlier: chunks, list_is_whole })
    }
}
