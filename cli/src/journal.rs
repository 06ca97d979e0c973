//! What was finished, written down at once, so that the same command goes on where it was interrupted.
//!
//! One private file for each command over the same accounts, a JSON object on each line: ids and dates, and no secret, for
//! the types that are written have no place for one. Two commands over the same accounts do not work at the same time.

use std::{
    collections::BTreeMap,
    env, fs,
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::{Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use rootwarden_aws::{JournalKeeper, PauseSwitch};
use rootwarden_domain::{
    AccountId, ErrorKind, Failure, RunId, Sha256,
    run::{
        audit::{AuditOutcome, AuditedAccount},
        deletion::{DeletionReport, StepOutcome},
    },
};
use serde::{Deserialize, Serialize};

use crate::exit::Ended;

/// After so long a command begins anew: `clean` is what AWS said in this run, and a run has an end.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(6);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Begun { run: RunId, at: Timestamp },
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
    /// What an interrupted command of the same kind had read, and what it did.
    audited: BTreeMap<AccountId, AuditedAccount>,
    deleted: BTreeMap<AccountId, DeletionReport>,
}

/// Whether what an interrupted command left counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    WhereItWasLeft,
    Anew,
}

impl RunJournal {
    /// Opens the journal of a command. `identity` is everything that makes it the same command.
    ///
    /// # Errors
    /// It cannot be read or written, or the same command is at work just now.
    pub fn open(command: &str, identity: &impl Serialize, begin: Begin, now: Timestamp) -> Result<Self, Ended> {
        let text = serde_json::to_vec(identity).map_err(|error| Ended::Unfinished(error.to_string()))?;
        let name = format!("{command}-{}.jsonl", Sha256::of(&text).first_digits(16));
        let path = directory()?.join(name);
        let failed = |error: std::io::Error| Ended::Unfinished(format!("cannot use `{}`: {error}", path.display()));
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let why = format!("the same `rootwarden {command}` is at work: `{}` is locked", path.display());
                return Err(Ended::Refused(why));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let left = if begin == Begin::Anew { None } else { Left::read(&text, &path)? };
        let left = left.filter(|left| now.duration_since(left.begun_at) < GOOD_FOR);
        if let Some(Left { run, begun_at, audited, deleted, whole_bytes }) = left {
            // A line that was cut off in the middle is no line; the next one must not be written behind it.
            file.set_len(whole_bytes).map_err(failed)?;
            return Ok(Self { file: Mutex::new(file), path, run, begun_at, audited, deleted });
        }
        file.set_len(0).map_err(failed)?;
        let at = now.strftime("%Y%m%dT%H%M%SZ");
        let run: RunId =
            format!("cli-{command}-{at}").parse().map_err(|error| Ended::Unfinished(format!("{error}")))?;
        let (audited, deleted) = (BTreeMap::new(), BTreeMap::new());
        let journal = Self { file: Mutex::new(file), path, run: run.clone(), begun_at: now, audited, deleted };
        journal.write(&Line::Begun { run, at: now }).map_err(|failure| Ended::Unfinished(failure.message))?;
        Ok(journal)
    }

    /// What an interrupted command had read of an account, if AWS had answered.
    pub fn audited(&self, account: AccountId) -> Option<&AuditedAccount> {
        self.audited.get(&account)
    }

    /// How many accounts need not be read again.
    pub fn audited_count(&self) -> usize {
        self.audited.len()
    }

    /// What an interrupted command had written down of its deletions in an account.
    pub fn deleted(&self, account: AccountId) -> Option<&DeletionReport> {
        self.deleted.get(&account)
    }

    /// Writes down what AWS said of an account.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep_audited(&self, audited: &AuditedAccount) -> Result<(), Failure> {
        self.write(&Line::Audited(audited.clone()))
    }

    /// Removes the journal of a command that has nothing left to go on with.
    pub fn remove(self) {
        // Why nothing is made of an error: what stays would only be read once more within the next hours.
        drop(fs::remove_file(&self.path));
    }

    /// Puts the journal of a finished deletion aside, and says where.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn put_aside(self) -> Result<PathBuf, Ended> {
        let aside = self.path.with_file_name(format!("{}.done.jsonl", self.run));
        fs::rename(&self.path, &aside)
            .map_err(|error| Ended::Unfinished(format!("cannot rename `{}`: {error}", self.path.display())))?;
        Ok(aside)
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
            Line::Deleted(_) => file.sync_data().map_err(|error| failed(error.to_string())),
            Line::Begun { .. } | Line::Audited(_) => Ok(()),
        }
    }
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

/// What an interrupted command left.
struct Left {
    run: RunId,
    begun_at: Timestamp,
    audited: BTreeMap<AccountId, AuditedAccount>,
    deleted: BTreeMap<AccountId, DeletionReport>,
    /// How much of the file is whole lines.
    whole_bytes: u64,
}

impl Left {
    /// `None` for a journal in which nothing stands.
    fn read(text: &str, path: &Path) -> Result<Option<Self>, Ended> {
        let whole = text.rfind('\n').map_or("", |end| text.get(..=end).unwrap_or_default());
        let mut lines = whole.lines().enumerate();
        let unreadable = |number: usize, why: &dyn std::fmt::Display| {
            let path = path.display();
            Ended::Usage(format!("`{path}`, line {} cannot be read: {why}; --fresh begins anew", number + 1))
        };
        let Some((number, first)) = lines.next() else { return Ok(None) };
        let begun = serde_json::from_str(first).map_err(|error| unreadable(number, &error))?;
        let Line::Begun { run, at: begun_at } = begun else {
            return Err(unreadable(number, &"it does not say when it was begun"));
        };
        let whole_bytes = u64::try_from(whole.len()).unwrap_or(u64::MAX);
        let mut left = Self { run, begun_at, audited: BTreeMap::new(), deleted: BTreeMap::new(), whole_bytes };
        for (number, line) in lines {
            match serde_json::from_str(line).map_err(|error| unreadable(number, &error))? {
                Line::Begun { .. } => return Err(unreadable(number, &"it is begun twice")),
                Line::Audited(audited) => match audited.outcome {
                    AuditOutcome::Clean | AuditOutcome::Present(_) => {
                        left.audited.insert(audited.account.id, audited);
                    }
                    // INVARIANT (I2): what is not known is looked at again.
                    AuditOutcome::Unknown(_) | AuditOutcome::NotAttempted => {}
                },
                Line::Deleted(report) => {
                    left.deleted.insert(report.account.id, report);
                }
            }
        }
        Ok(Some(left))
    }
}

/// Where journals lie, made if it is not there. Source: XDG Base Directory Specification, `XDG_STATE_HOME`.
fn directory() -> Result<PathBuf, Ended> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let Some(state) = state.or_else(|| set("HOME").map(|home| home.join(".local").join("state"))) else {
        return Err(Ended::Usage("neither XDG_STATE_HOME nor HOME is set: the journal has no place".to_owned()));
    };
    let path = state.join("rootwarden");
    DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(|error| {
        Ended::Unfinished(format!("cannot make `{}`, where the journal belongs: {error}", path.display()))
    })?;
    Ok(path)
}
