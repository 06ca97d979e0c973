//! What was finished, written down at once, so that the same command goes on where it was stopped.
//!
//! One private file for each command of one identity over the same accounts and with the same options, a JSON object on each
//! line: ids and dates, and no secret, for the types that are written have no place for one. Two of the same do not work at
//! the same time. A command that ends by itself leaves no answers to the next one.

mod left;
mod private;

use std::{
    collections::BTreeMap,
    fs,
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use rootwarden_aws::{JournalKeeper, PauseSwitch};
use rootwarden_domain::{
    AccountId, ErrorKind, Failure, Mode, RunId, Sha256,
    run::{
        audit::{AuditOutcome, AuditedAccount},
        deletion::{DeletionReport, StepOutcome},
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    exit::{Ended, Exit},
    origin::Origin,
    stop::{Reason, Stop},
    terminal,
};
use left::Left;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Begun { run: RunId, at: Timestamp, by: Origin },
    Audited(AuditedAccount),
    Deleted(DeletionReport),
}

/// The journal of one command.
#[derive(Debug)]
pub struct RunJournal {
    file: Mutex<File>,
    path: PathBuf,
    pub run: RunId,
    pub begun_at: Timestamp,
    /// What a command of the same kind had read before it was stopped, and what it did.
    audited: BTreeMap<AccountId, AuditedAccount>,
    deleted: BTreeMap<AccountId, DeletionReport>,
    has_deletions: AtomicBool,
}

/// Whether what a stopped command left counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    WhereItWasLeft,
    Anew,
}

impl RunJournal {
    /// Opens the journal of a command. `options` is everything that makes it the same command, of the same `origin`.
    ///
    /// # Errors
    /// It cannot be read or written, is not the caller's own, or the same command is at work just now.
    pub fn open(
        command: &str,
        origin: &Origin,
        options: &impl Serialize,
        begin: Begin,
        now: Timestamp,
    ) -> Result<Self, Ended> {
        let text = serde_json::to_vec(&(origin, options)).map_err(|error| Ended::Unfinished(error.to_string()))?;
        let path = private::directory()?.join(format!("{command}-{}.jsonl", Sha256::of(&text).first_digits(16)));
        let failed = |error: std::io::Error| Ended::Unfinished(format!("cannot use `{}`: {error}", path.display()));
        let mut file = locked(command, &path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let left = if begin == Begin::Anew { None } else { Left::read(&bytes, &path, origin)? };
        if let Some(left) = left.filter(|left| left.is_good(now)) {
            let Left { run, begun_at, audited, deleted, whole_bytes } = left;
            // The next line must not be written behind one that was cut off.
            file.set_len(whole_bytes).map_err(failed)?;
            let has_deletions = AtomicBool::new(!deleted.is_empty());
            return Ok(Self { file: Mutex::new(file), path, run, begun_at, audited, deleted, has_deletions });
        }
        if String::from_utf8_lossy(&bytes).contains(r#"{"deleted":"#) {
            // What was begun in accounts stays to be read, though no command goes on with it.
            let aside = rename(&path, "stopped", now)?;
            terminal::note(&format!("what a command before this one deleted is kept in `{}`", aside.display()));
            file = locked(command, &path)?;
        }
        file.set_len(0).map_err(failed)?;
        let at = now.strftime("%Y%m%dT%H%M%SZ");
        let run: RunId =
            format!("cli-{command}-{at}").parse().map_err(|error| Ended::Unfinished(format!("{error}")))?;
        let journal = Self {
            file: Mutex::new(file),
            path,
            run: run.clone(),
            begun_at: now,
            audited: BTreeMap::new(),
            deleted: BTreeMap::new(),
            has_deletions: AtomicBool::new(false),
        };
        let first = Line::Begun { run, at: now, by: origin.clone() };
        journal.write(&first).map_err(|failure| Ended::Unfinished(failure.message))?;
        Ok(journal)
    }

    /// What a stopped command had read of an account, where that may stand for reading it again.
    ///
    /// INVARIANT (I3): in an account in which something is to be deleted, or was, every command reads for itself.
    pub fn audited(&self, account: AccountId, mode: Mode) -> Option<&AuditedAccount> {
        self.audited.get(&account).filter(|audited| self.may_stand(audited, mode))
    }

    fn may_stand(&self, audited: &AuditedAccount, mode: Mode) -> bool {
        match mode {
            Mode::Report => true,
            Mode::Enforce => audited.outcome == AuditOutcome::Clean && !self.deleted.contains_key(&audited.account.id),
        }
    }

    /// How many accounts need not be read again.
    pub fn audited_count(&self, mode: Mode) -> usize {
        self.audited.values().filter(|audited| self.may_stand(audited, mode)).count()
    }

    /// What a stopped command had found in an account.
    pub fn found(&self, account: AccountId) -> Option<&AuditedAccount> {
        self.audited.get(&account)
    }

    /// What a stopped command had written down of its deletions in an account.
    pub fn deleted(&self, account: AccountId) -> Option<&DeletionReport> {
        self.deleted.get(&account)
    }

    /// The same of every account.
    pub fn deletions(&self) -> impl Iterator<Item = &DeletionReport> {
        self.deleted.values()
    }

    /// Writes down what AWS said of an account.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep_audited(&self, audited: &AuditedAccount) -> Result<(), Failure> {
        self.write(&Line::Audited(audited.clone()))
    }

    /// What becomes of it once its command is at an end: it stays where that was stopped, and nowhere else.
    ///
    /// What was deleted is put aside, and where is said.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn end(self, ended: &Result<Exit, Ended>, stop: &Stop, now: Timestamp) -> Result<(), Ended> {
        if is_stopped(ended, stop) {
            return Ok(());
        }
        if self.has_deletions.load(Ordering::Relaxed) {
            terminal::note(&format!("what was done is kept in `{}`", self.put_aside(now)?.display()));
            return Ok(());
        }
        // Why nothing is made of an error: what stays would only be read once more within the next hours.
        drop(fs::remove_file(&self.path));
        Ok(())
    }

    /// Gives the journal a name under which no command goes on with it, and says which.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn put_aside(self, now: Timestamp) -> Result<PathBuf, Ended> {
        rename(&self.path, "done", now)
    }

    fn write(&self, line: &Line) -> Result<(), Failure> {
        let failed = |why: String| {
            Failure::new(ErrorKind::Transient, format!("cannot write the journal `{}`: {why}", self.path.display()))
        };
        let mut text = serde_json::to_vec(line).map_err(|error| failed(error.to_string()))?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&text).map_err(|error| failed(error.to_string()))?;
        // A deletion is sent only once it is on the disk that it was begun.
        match line {
            Line::Deleted(_) => {
                self.has_deletions.store(true, Ordering::Relaxed);
                file.sync_data().map_err(|error| failed(error.to_string()))
            }
            Line::Begun { .. } | Line::Audited(_) => Ok(()),
        }
    }
}

/// Whether a command was stopped before its end: by Ctrl-C, or because AWS no longer takes the credentials or answers.
fn is_stopped(ended: &Result<Exit, Ended>, stop: &Stop) -> bool {
    match (stop.reason(), ended) {
        (Some(Reason::Interrupted | Reason::AccessLost(_)), _) | (_, Err(Ended::Interrupted(_))) => true,
        (_, Err(Ended::Aws(error))) => error.is_about_credentials() || error.is_without_answer(),
        (Some(Reason::DeniedEverywhere(_)) | None, Ok(_) | Err(_)) => false,
    }
}

fn locked(command: &str, path: &Path) -> Result<File, Ended> {
    private::open(path)?.ok_or_else(|| {
        Ended::Refused(format!("the same `rootwarden {command}` is at work: `{}` is locked", path.display()))
    })
}

/// Gives the file a name under which no command looks for it, and says which.
fn rename(path: &Path, what: &str, now: Timestamp) -> Result<PathBuf, Ended> {
    let (stem, at) = (path.file_stem().unwrap_or_default().to_string_lossy(), now.strftime("%Y%m%dT%H%M%SZ"));
    let name = |number: u32| path.with_file_name(format!("{stem}-{at}-{number}.{what}.jsonl"));
    let aside = (1..=u32::MAX).map(name).find(|aside| !aside.exists()).unwrap_or_else(|| name(0));
    fs::rename(path, &aside)
        .map_err(|error| Ended::Unfinished(format!("cannot rename `{}`: {error}", path.display())))?;
    Ok(aside)
}

/// Keeps the journals of accounts in which something is deleted.
#[derive(Debug)]
pub struct InFile<'a> {
    pub journal: &'a RunJournal,
    /// The pause of a deployment, if one was named.
    pub pause: Option<&'a PauseSwitch>,
}

impl JournalKeeper for InFile<'_> {
    /// INVARIANT (I13): the pause is asked for before each step.
    fn may_begin(&self) -> BoxFuture<'_, Result<(), StepOutcome>> {
        async {
            let Some(pause) = self.pause else { return Ok(()) };
            match pause.reason().await {
                Ok(None) => Ok(()),
                Ok(Some(reason)) => {
                    Err(StepOutcome::NotAttempted(format!("everything that changes is paused: {reason}")))
                }
                Err(error) => Err(StepOutcome::Failed(error.into())),
            }
        }
        .boxed()
    }

    fn keep(&self, report: DeletionReport) -> BoxFuture<'_, Result<(), Failure>> {
        std::future::ready(self.journal.write(&Line::Deleted(report))).boxed()
    }
}
