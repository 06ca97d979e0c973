//! A plan in a file: carried out as it was shown, within a day, or not at all.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use jiff::{SignedDuration, Timestamp};
use rootwarden_domain::{
    Sha256,
    run::plan::DeletionPlan,
    text::{input::parse, line::on_one_line},
};
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
    /// Who made it, and where: nobody else carries it out, nor anywhere else.
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
    /// It cannot be read, was changed, is another one, or is too old.
    pub fn read(path: &Path, wanted: Option<Sha256>, now: Timestamp) -> Result<Self, Ended> {
        let refused = |why: String| Ended::Usage(on_one_line(&format!("the plan in `{}`: {why}", path.display())));
        let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
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
