//! Security Hub CSPM: what changed since the findings that it has.

use std::time::Duration;

use rootwarden_aws::{
    Deadline, SecurityHub, Storage, StorageError,
    security_hub::{BATCH, Imported},
};
use rootwarden_report::{
    Document,
    findings::{
        asff::Publisher,
        sent::{KEY, Sent, ToSend, Wanted},
    },
};

pub(super) const NAME: &str = "Security Hub findings";
/// Where so many calls failed in a row, no more are made.
const MOST_FAILED_IN_A_ROW: usize = 3;
/// So long findings are sent, at most: the rest of the report waits meanwhile.
const LONGEST: Duration = Duration::from_mins(5);
/// Left for what follows: the run's `report.json`, the notice, and what is kept for the next run.
const KEPT_BACK: Duration = Duration::from_mins(1);

/// Where findings are sent, from whom, and of which accounts.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) hub: SecurityHub,
    pub(crate) publisher: Publisher,
    pub(crate) wanted: Wanted,
}

/// Why Security Hub does not have all findings, or may get some again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FindingsNotSentError {
    #[error("{missing} of {all} are left for the next run: {why}")]
    Missing { missing: usize, all: usize, why: String },
    #[error("none was sent, since what Security Hub has could not be read: {0}")]
    Unread(StorageError),
    #[error("none was sent, since that could not be written down before: {0}")]
    Unprepared(StorageError),
    #[error("they were sent, but that could not be written down, so that they are sent again: {0}")]
    Unrecorded(StorageError),
}

impl Findings {
    /// Sends what changed, batch by batch, and writes down what arrived whatever became of the rest.
    ///
    /// Before, it is written down as unsure: what was sent and is not known to be, would otherwise be left out as known where an
    /// account is again as it was. What is kept and is no JSON counts as nothing: then everything is sent again, and not nothing.
    pub(super) async fn send(
        &self,
        storage: &Storage,
        document: &Document<'_>,
        deadline: Deadline,
    ) -> Result<(), FindingsNotSentError> {
        let sent = match storage.find::<Sent>(KEY).await {
            Ok(sent) => sent.unwrap_or_default(),
            Err(StorageError::Malformed { .. }) => Sent::default(),
            Err(error) => return Err(FindingsNotSentError::Unread(error)),
        };
        let to_send = sent.to_send(document, self.wanted);
        if to_send.is_empty() {
            return Ok(());
        }
        let unsure = sent.clone().after([], to_send.iter().cloned());
        storage.write(KEY.to_owned(), &unsure).await.map_err(FindingsNotSentError::Unprepared)?;
        drop(unsure);
        let all = to_send.len();
        let mut sending = Sending::default();
        let until = deadline.earlier_by(KEPT_BACK).at_most(LONGEST);
        for batch in to_send.chunks(BATCH) {
            // All at once they would be hundreds of megabytes.
            let findings: Vec<_> = batch.iter().map(|one| one.finding(&self.publisher)).collect();
            match until.cut(self.hub.import(&findings)).await {
                Some(Ok(imported)) => sending.answered(batch, imported),
                Some(Err(error)) => sending.failed(batch, error.to_string()),
                None => sending.out_of_time(batch),
            }
            if sending.is_given_up {
                break;
            }
        }
        let Sending { arrived, unsure, why, failed_in_a_row: _, is_given_up: _ } = sending;
        let outcome = match all - arrived.len() {
            0 => Ok(()),
            missing => Err(FindingsNotSentError::Missing { missing, all, why: why.unwrap_or_default() }),
        };
        let kept = storage.write(KEY.to_owned(), &sent.after(arrived, unsure)).await;
        outcome.and(kept.map(drop).map_err(FindingsNotSentError::Unrecorded))
    }
}

/// What became of the batches so far.
#[derive(Debug, Default)]
struct Sending<'a> {
    arrived: Vec<ToSend<'a>>,
    unsure: Vec<ToSend<'a>>,
    /// Why the last one that did not arrive did not.
    why: Option<String>,
    failed_in_a_row: usize,
    is_given_up: bool,
}

impl<'a> Sending<'a> {
    fn answered(&mut self, batch: &[ToSend<'a>], Imported { taken, why_not }: Imported) {
        self.failed_in_a_row = 0;
        self.why = why_not.or(self.why.take());
        for (one, is_taken) in batch.iter().zip(taken) {
            let those = if is_taken { &mut self.arrived } else { &mut self.unsure };
            those.push(one.clone());
        }
    }

    fn failed(&mut self, batch: &[ToSend<'a>], why: String) {
        self.unsure.extend_from_slice(batch);
        self.failed_in_a_row += 1;
        self.is_given_up = self.failed_in_a_row == MOST_FAILED_IN_A_ROW;
        self.why = Some(if self.is_given_up {
            format!("given up after {MOST_FAILED_IN_A_ROW} calls that failed in a row: {why}")
        } else {
            why
        });
    }

    fn out_of_time(&mut self, batch: &[ToSend<'a>]) {
        self.unsure.extend_from_slice(batch);
        self.is_given_up = true;
        self.why = Some("given up when the time for them was over".to_owned());
    }
}
