//! The file that says in which accounts nothing is deleted.
//!
//! An account that was mistyped there would lose what it was to keep: so what cannot be read, or names an account that is not
//! there, ends the command before anything is looked at.

use std::{
    collections::BTreeSet,
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

use rootwarden_aws::named_accounts;
use rootwarden_domain::{AccountId, Sha256, run::exemption::Exemptions, text::line::on_one_line};

use crate::{access::Access, exit::Ended};

/// What stands in the file; nothing without one.
#[derive(Debug, Clone, Default)]
pub struct ExemptionFile {
    path: Option<PathBuf>,
    pub exemptions: Exemptions,
    /// Of the file as it is.
    pub sha256: Option<Sha256>,
}

impl ExemptionFile {
    /// # Errors
    /// It cannot be read whole.
    pub fn read(path: Option<&Path>) -> Result<Self, Ended> {
        let Some(path) = path else { return Ok(Self::default()) };
        let failed = |why: &dyn Display| Ended::Usage(in_file(path, why));
        let bytes = fs::read(path).map_err(|error| failed(&error))?;
        let text = str::from_utf8(&bytes).map_err(|error| failed(&error))?;
        let exemptions = Exemptions::parse(text).map_err(|error| failed(&error))?;
        Ok(Self { path: Some(path.to_owned()), exemptions, sha256: Some(Sha256::of(&bytes)) })
    }

    /// Holds every account that it names against the organization.
    ///
    /// # Errors
    /// One is not in the organization, or AWS does not say.
    pub async fn require_members(&self, access: &Access) -> Result<(), Ended> {
        let Some(path) = &self.path else { return Ok(()) };
        let named: BTreeSet<AccountId> = self.exemptions.accounts().collect();
        let found = named_accounts(&access.organization, &access.lists, named).await?;
        let missing: Vec<String> =
            found.iter().filter(|(_, account)| account.is_none()).map(|(id, _)| format!("`{id}`")).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let why = format!("{} {verb} not in the organization: correct the ids or remove them", missing.join(", "));
        Err(Ended::Refused(in_file(path, &why)))
    }
}

fn in_file(path: &Path, why: &dyn Display) -> String {
    on_one_line(&format!("exemptions in `{}`: {why}", path.display()))
}
