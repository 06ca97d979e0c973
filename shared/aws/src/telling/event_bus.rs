//! The default bus of EventBridge, on which events are put.

use std::time::Duration;

use aws_config::SdkConfig;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use crate::client::{AwsError, JsonRequest, JsonService};

/// The most entries of one call. Source: Amazon EventBridge API Reference, `PutEvents`, Entries.
const ENTRIES: usize = 10;
/// The most bytes of one call, and some to spare. Source: Amazon EventBridge User Guide, "Calculating `PutEvents` event entry size":
/// less than 256 KB for all entries.
const BYTES: usize = 240_000;
/// What was refused is sent so often again, with these pauses.
const PAUSES: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(4)];

/// The default bus of the account and Region.
#[derive(Debug, Clone)]
pub struct EventBus {
    events: JsonService,
    source: &'static str,
}

/// One event to put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub detail_type: &'static str,
    /// JSON.
    pub detail: String,
}

/// Events that could not be put.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    #[error("{not_sent} of {all} events were not sent: {why}")]
    Call { not_sent: usize, all: usize, why: AwsError },
    #[error("{not_sent} of {all} events were not taken: {why}")]
    Refused { not_sent: usize, all: usize, why: String },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    entries: Vec<Taken>,
}

/// Source: Amazon EventBridge API Reference, `PutEventsResultEntry`: in the order of the request, with an error or an id.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Taken {
    #[serde(default)]
    event_id: Option<String>,
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    error_message: Option<String>,
}

impl EventBus {
    #[must_use]
    pub fn new(config: &SdkConfig, region: &str, source: &'static str) -> Self {
        Self { events: JsonService::new(config, "events", region), source }
    }

    /// Puts all events, in batches. What is refused is tried again, and named with its last error if it stays refused. A batch that
    /// fails does not keep the others back.
    ///
    /// # Errors
    /// How many events were not taken, and why the last of them was not.
    pub async fn put(&self, entries: &[Entry]) -> Result<(), EventsError> {
        let all = entries.len();
        let (mut not_sent, mut last) = (0, None);
        for batch in batches(entries) {
            match self.put_batch(batch).await {
                Ok(refused) => {
                    not_sent += refused.len();
                    last = refused.into_iter().last().map(|(_, why)| Reason::Refused(why)).or(last);
                }
                Err(error) => {
                    not_sent += batch.len();
                    last = Some(Reason::Call(error));
                }
            }
        }
        match last {
            None => Ok(()),
            Some(Reason::Call(why)) => Err(EventsError::Call { not_sent, all, why }),
            Some(Reason::Refused(why)) => Err(EventsError::Refused { not_sent, all, why }),
        }
    }

    /// What stayed refused, and why.
    async fn put_batch<'a>(&self, batch: &'a [Entry]) -> Result<Vec<(&'a Entry, String)>, AwsError> {
        let mut refused = self.put_once(batch.iter()).await?;
        for pause in PAUSES {
            if refused.is_empty() {
                break;
            }
            sleep(pause).await;
            refused = self.put_once(refused.into_iter().map(|(entry, _)| entry)).await?;
        }
        Ok(refused)
    }

    async fn put_once<'a>(
        &self,
        entries: impl Iterator<Item = &'a Entry>,
    ) -> Result<Vec<(&'a Entry, String)>, AwsError> {
        let entries: Vec<&Entry> = entries.collect();
        let fields: Vec<_> = entries
            .iter()
            .map(|entry| {
                json!({
                    "EventBusName": "default",
                    "Source": self.source,
                    "DetailType": entry.detail_type,
                    "Detail": entry.detail,
                })
            })
            .collect();
        let input = json!({ "Entries": fields });
        let answer: Answer =
            self.events.call("put events", JsonRequest::Operation { target: "AWSEvents.PutEvents", input }).await?;
        let mut taken = answer.entries.into_iter();
        // An entry of which nothing is said was not taken.
        let refused = entries.into_iter().filter_map(|entry| match taken.next() {
            Some(Taken { event_id: Some(_), error_code: None, error_message: _ }) => None,
            Some(Taken { error_code, error_message, .. }) => {
                let code = error_code.unwrap_or_else(|| "no id".to_owned());
                Some((entry, format!("{code}: {}", error_message.unwrap_or_default())))
            }
            None => Some((entry, "not in the answer".to_owned())),
        });
        Ok(refused.collect())
    }
}

enum Reason {
    Call(AwsError),
    Refused(String),
}

/// As many entries as one call takes, and no more bytes.
fn batches(entries: &[Entry]) -> Vec<&[Entry]> {
    let mut batches = Vec::new();
    let mut rest = entries;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fit = rest.iter().take(ENTRIES).take_while(|entry| {
            bytes += entry.detail.len() + entry.detail_type.len() + 64;
            bytes <= BYTES
        });
        // One that is too large alone is refused by its size, and keeps no other back.
        let (batch, further) = rest.split_at(fit.count().max(1));
        batches.push(batch);
        rest = further;
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_ten_entries_at_most_and_no_more_bytes_than_a_call_takes() {
        let entry = |bytes: usize| Entry { detail_type: "Account Unknown", detail: "x".repeat(bytes) };
        let sizes = |entries: &[Entry]| batches(entries).iter().map(|batch| batch.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&vec![entry(10); 25]), [10, 10, 5]);
        assert_eq!(sizes(&vec![entry(100_000); 5]), [2, 2, 1]);
        assert_eq!(sizes(&[entry(10), entry(300_000), entry(10)]), [1, 1, 1]);
        assert_eq!(sizes(&[]), [0; 0]);
    }
}
