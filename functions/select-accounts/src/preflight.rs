//! Whether sessions can be opened at all, before a run begins; and whether that has changed since the last one.

use rootwarden_domain::{ErrorKind, RunId};
use rootwarden_lambda::FunctionError;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::{SelectAccounts, findings::Passed};

/// Where the last run in which root credentials management was on is written down.
const FEATURES: &str = "state/features.json";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Features {
    root_credentials_management: bool,
    seen_by: RunId,
}

impl SelectAccounts {
    /// Checks that root credentials are managed centrally, and says which organization it is and what else is on.
    ///
    /// # Errors
    /// Why no session can be opened, and that it could be in an earlier run: somebody switched it off.
    pub(crate) async fn preflight(&self, run: &RunId) -> Result<Passed, FunctionError> {
        let organization = self.organization.identity().await?;
        let known: Option<Features> = self.storage.find(FEATURES).await?;
        match (self.organization.require_root_credentials_management().await, known) {
            (Ok(features), Some(Features { root_credentials_management: true, seen_by: _ })) => {
                Ok(Passed { organization, features })
            }
            (Ok(features), _) => {
                let seen = Features { root_credentials_management: true, seen_by: run.clone() };
                self.storage.write(FEATURES.to_owned(), &seen).await?;
                Ok(Passed { organization, features })
            }
            (Err(error), Some(Features { root_credentials_management: true, seen_by }))
                if matches!(error.kind(), ErrorKind::NotEnabled | ErrorKind::Denied) =>
            {
                warn!(run.id = %run, "Root access management has been switched off since run {seen_by}");
                Err(error.with_note(&format!("this is drift: it was on in run `{seen_by}`")).into())
            }
            (Err(error), _) => Err(error.into()),
        }
    }
}
