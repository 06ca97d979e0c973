//! A plan in a file: carried out as it was shown, within a day, or not at all.

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::{Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use jiff::{SignedDuration, Timestamp};
use rootwarden_domain::{
    Sha256,
    run::plan::{DeletionPlan, PlannedAccount},
    text::{input::parse, line::on_one_line},
};
use rustix::{fs::OFlags, io::Errno, process::geteuid};
use serde::{Deserialize, Serialize};

use crate::{exit::Ended, origin::Origin, output::json};

/// For how long a plan may be carried out.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Of the form below: whatever changes it is another version, and none but this one is read.
const VERSION: u32 = 1;

/// What `--plan-out` writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// Of everything below, as the compact JSON of an array.
    pub plan_sha256: Sha256,
    pub version: u32,
    /// Who made it, and where: another identity or role does not carry it out, nor does anybody elsewhere.
    pub origin: Origin,
    /// The rule that the plan was made by: keys are held against it once more.
    pub protect_keys_used_within_days: u16,
    pub plan: DeletionPlan,
}

impl PlanFile {
    /// The plan without the accounts in which it deletes nothing: of those it may not be said tomorrow what was true today.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn of(mut plan: DeletionPlan, protect_keys_used_within_days: u16, origin: Origin) -> Result<Self, Ended> {
        plan.others = Vec::new();
        plan.ineligible = Vec::new();
        plan.not_in_organization = Vec::new();
        plan.nobody_selected = None;
        let unhashed = Sha256::default();
        let file = Self { version: VERSION, plan_sha256: unhashed, origin, protect_keys_used_within_days, plan };
        Ok(Self { plan_sha256: file.hash()?, ..file })
    }

    /// Writes a new file that nobody else may read.
    ///
    /// # Errors
    /// It is there already, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Ended> {
        let failed = |error: std::io::Error| Ended::Unfinished(format!("cannot write `{}`: {error}", path.display()));
        let text = json(self)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
    }

    /// Reads a plan that may still be carried out. `wanted`: the hash that somebody named.
    ///
    /// # Errors
    /// It is a link, somebody else's, or writable by others; it cannot be read, was changed, is another one, or is too old; or it
    /// deletes what it does not show.
    pub fn read(path: &Path, wanted: Option<Sha256>, now: Timestamp) -> Result<Self, Ended> {
        let refused = |why: String| Ended::Usage(on_one_line(&format!("the plan in `{}`: {why}", path.display())));
        let text = own_text(path).map_err(refused)?;
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?;
        if value.get("version").is_some_and(|version| *version != VERSION) {
            return Err(refused(format!("it is not of version {VERSION}, which this rootwarden reads: plan anew")));
        }
        let file: Self = parse("file", value).map_err(|error| refused(error.to_string()))?;
        let hash = file.hash()?;
        // Byte by byte, so that nothing can stand there that was read as something else.
        if hash != file.plan_sha256 || json(&file)? != text {
            return Err(refused("it was changed since it was written".to_owned()));
        }
        if let Some(wanted) = wanted.filter(|wanted| *wanted != hash) {
            return Err(refused(format!("its hash is {hash}, and not {wanted}")));
        }
        if let Some(why) = contradiction(&file.plan) {
            return Err(refused(why));
        }
        let age = now.duration_since(file.plan.planned_at);
        if age > GOOD_FOR || age < SignedDuration::ZERO {
            return Err(refused(format!("it is of {}: a plan is good for a day", file.plan.planned_at)));
        }
        Ok(file)
    }

    fn hash(&self) -> Result<Sha256, Ended> {
        let Self { version, plan_sha256: _, origin, protect_keys_used_within_days, plan } = self;
        let text = serde_json::to_vec(&(version, origin, protect_keys_used_within_days, plan));
        text.map(|text| Sha256::of(&text)).map_err(|error| Ended::Unfinished(error.to_string()))
    }
}

/// What stands in a file that nobody but the caller can have written.
fn own_text(path: &Path) -> Result<String, String> {
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    let mut file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| {
        let is_link = error.raw_os_error() == Some(Errno::LOOP.raw_os_error());
        if is_link { "it is a symbolic link".to_owned() } else { error.to_string() }
    })?;
    let opened = file.metadata().map_err(|error| error.to_string())?;
    let (owner, own, mode) = (opened.uid(), geteuid().as_raw(), opened.mode() & 0o777);
    if !opened.is_file() {
        return Err("it is no file".to_owned());
    }
    if owner != own {
        return Err(format!("it belongs to user {owner}, and you are user {own}"));
    }
    if mode & 0o022 != 0 {
        return Err(format!("its mode is {mode:o}, so that others may change it"));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// Why a plan deletes what it does not show, if it does: a hash is made by whoever writes the file.
fn contradiction(plan: &DeletionPlan) -> Option<String> {
    let mut seen = BTreeSet::new();
    for PlannedAccount { account, delete, protected, inventory } in plan.accounts() {
        let id = account.id;
        if !seen.insert(id) {
            return Some(format!("account {id} stands in it twice"));
        }
        let found = inventory.credentials();
        if let Some(credential) = delete.iter().find(|credential| !found.contains(credential)) {
            return Some(format!("in account {id} it deletes {credential}, which was not found there"));
        }
        let is_protected = |credential: &&_| protected.iter().any(|held| held.credential == **credential);
        if let Some(credential) = delete.iter().find(is_protected) {
            return Some(format!("in account {id} it deletes {credential}, which it protects"));
        }
    }
    None
}

/// # Errors
/// There is something already.
pub fn require_new(path: &Path) -> Result<(), Ended> {
    if path.exists() {
        return Err(Ended::Usage(format!(
            "`{}` is there already: a plan is not written over anything",
            path.display()
        )));
    }
    Ok(())
}
