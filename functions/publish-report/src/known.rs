//! What is known beside what the run said. Each part of it may be missing: then the report says so, and is published all the same.

use std::collections::BTreeMap;

use rootwarden_aws::{ExemptionReader, Storage};
use rootwarden_domain::{
    AccountId,
    aws::organizational_unit::UnitNames,
    run::{exemption::Exemptions, report::Report},
};
use rootwarden_report::{
    History,
    document::{Audited, Missing, Places},
    history,
};

use crate::rounds::Rounds;

#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) places: Places,
    pub(crate) exemptions: Exemptions,
    pub(crate) audits: BTreeMap<AccountId, Audited>,
    /// None where it is there and cannot be read: then it is not written over either.
    pub(crate) history: Option<History>,
    pub(crate) missing: Vec<Missing>,
}

impl Known {
    pub(crate) async fn read(storage: &Storage, exemptions: &ExemptionReader, report: &Report) -> Self {
        let mut missing = Vec::new();
        let mut note = |what: &str, why: String| missing.push(Missing { what: what.to_owned(), why });
        let (Rounds { units, audits }, error) = Rounds::read(storage, report).await;
        if report.audited.is_empty() {
            note("where accounts stand", "what the run was made from was not handed on".to_owned());
        }
        if let Some(error) = error {
            note("where accounts stand, and the calls of the audits", error.to_string());
        }
        let names = storage.find::<UnitNames>(UnitNames::KEY).await.unwrap_or_else(|error| {
            note(UnitNames::KEY, error.to_string());
            None
        });
        let exemptions = exemptions.all().await.unwrap_or_else(|error| {
            note("exemptions", error.to_string());
            Exemptions::default()
        });
        let history = match storage.find::<History>(history::KEY).await {
            Ok(history) => Some(history.unwrap_or_default()),
            Err(error) => {
                note(history::KEY, error.to_string());
                None
            }
        };
        let places = Places { units, names: names.unwrap_or_default() };
        Self { places, exemptions, audits, history, missing }
    }
}
