//! What a command that was stopped left in its journal.

use std::{collections::BTreeMap, path::Path};

use jiff::{SignedDuration, Timestamp};
use rootwarden_domain::{
    AccountId, RunId,
    run::{
        audit::{AuditOutcome, AuditedAccount},
        deletion::DeletionReport,
    },
};

use super::Line;
use crate::{exit::Ended, origin::Origin};

/// After so long a command begins anew: `clean` is what AWS said in this run, and a run has an end.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(6);
/// Clocks may be set back a little between two commands.
const AHEAD: SignedDuration = SignedDuration::from_mins(-5);

#[derive(Debug)]
pub(super) struct Left {
    pub run: RunId,
    pub begun_at: Timestamp,
    pub audited: BTreeMap<AccountId, AuditedAccount>,
    pub deleted: BTreeMap<AccountId, DeletionReport>,
    /// How much of the file is whole lines.
    pub whole_bytes: u64,
}

impl Left {
    /// `None` for a journal in which nothing stands.
    ///
    /// # Errors
    /// A whole line of it cannot be read, or it is another identity's.
    pub fn read(bytes: &[u8], path: &Path, origin: &Origin) -> Result<Option<Self>, Ended> {
        let unreadable = |number: usize, why: &dyn std::fmt::Display| {
            let path = path.display();
            Ended::Usage(format!(
                "`{path}`, line {} cannot be read: {why}; put the file aside to begin anew",
                number + 1
            ))
        };
        // A line that was cut off in the middle, perhaps of a character, is no line.
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let whole = str::from_utf8(bytes.get(..end).unwrap_or_default()).map_err(|error| unreadable(0, &error))?;
        let mut lines = whole.lines().enumerate();
        let Some((number, first)) = lines.next() else { return Ok(None) };
        let begun = serde_json::from_str(first).map_err(|error| unreadable(number, &error))?;
        let Line::Begun { run, at: begun_at, by } = begun else {
            return Err(unreadable(number, &"it does not say when it was begun"));
        };
        if let Some(difference) = by.difference(origin) {
            return Err(unreadable(number, &format!("the journal {difference}")));
        }
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
                    AuditOutcome::Unknown(_) | AuditOutcome::NotAttempted => {
                        left.audited.remove(&audited.account.id);
                    }
                },
                Line::Deleted(report) => {
                    left.deleted.insert(report.account.id, report);
                }
            }
        }
        Ok(Some(left))
    }

    /// Whether a command at `now` may still go on with it.
    pub fn is_good(&self, now: Timestamp) -> bool {
        (AHEAD..GOOD_FOR).contains(&now.duration_since(self.begun_at))
    }
}
