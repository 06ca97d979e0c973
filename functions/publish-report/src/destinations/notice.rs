//! The one message of a run, for people: to the topic of notices, and in its other form to that of the chat, if there is one.

use rootwarden_aws::{AwsError, Storage, StorageError, Topic};
use rootwarden_domain::{RunId, aws::partition::Partition};
use rootwarden_report::{
    Document, History,
    history::NoticeOutcome,
    notice::{Links, NoticesOfRuns, Place, notice},
};
use serde::{Deserialize, Serialize};

pub(super) const NAME: &str = "notice";
/// What was sent, under the run's own name.
const KEPT: &str = "notice.json";

/// Whom to tell, of what, and where they read on.
#[derive(Debug)]
pub(crate) struct Notices {
    pub(crate) wanted: NoticesOfRuns,
    pub(crate) topic: Topic,
    pub(crate) chat: Option<Topic>,
    pub(crate) bucket: String,
    pub(crate) region: String,
    /// The deployment's name.
    pub(crate) stack: String,
    /// The beginning of the ARNs of runs, up to their names.
    pub(crate) execution_arn_prefix: String,
}

/// A message that was sent: who finds it does not send it again.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// None where only the chat was told.
    message_id: Option<String>,
    /// None where there is no chat, or where it was not told.
    chat_message_id: Option<String>,
    subject: String,
    text: String,
}

/// Why people were not told, or may be told twice.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotToldError {
    #[error("{0}")]
    Unsent(AwsError),
    #[error("it was sent to the chat alone: {0}")]
    SentToTheChatAlone(AwsError),
    #[error("it was sent, but not to the chat: {0}")]
    ChatUnsent(AwsError),
    #[error("it was sent, but that could not be written down: {0}")]
    Unrecorded(StorageError),
}

impl Notices {
    /// Says what is worth saying, once for each run: an attempt after one that was cut off finds what that one had sent.
    ///
    /// It cannot be found where the attempt was cut off between SNS's answer and the object, or SNS's answer was lost: then it is said
    /// twice. Why not the other way around: a message that is written down first and then not sent is said never.
    pub(super) async fn send(
        &self,
        storage: &Storage,
        folder: &str,
        document: &Document<'_>,
        history: Option<&History>,
        decided: Option<&str>,
    ) -> (NoticeOutcome, Result<(), NotToldError>) {
        if self.wanted == NoticesOfRuns::Never {
            return (NoticeOutcome::Off, Ok(()));
        }
        let empty = History::default();
        let links = self.links(folder, document.run);
        let Some(notice) = notice(document, self.wanted, history.unwrap_or(&empty), decided, &links) else {
            return (NoticeOutcome::NotNeeded, Ok(()));
        };
        let key = format!("{folder}/{KEPT}");
        // Whether it was sent before cannot be read: twice is better than never.
        let before = storage.find::<Kept>(&key).await.ok().flatten();
        let (sent, sent_to_chat) = before.map(|kept| (kept.message_id, kept.chat_message_id)).unwrap_or_default();
        let is_news = sent.is_none() || (sent_to_chat.is_none() && self.chat.is_some());
        if !is_news {
            return (NoticeOutcome::Sent, Ok(()));
        }
        // Each topic for itself: one that takes nothing keeps nothing from the other.
        let mail = match sent {
            Some(id) => Ok(id),
            None => self.topic.publish(Some(&notice.subject), &notice.text).await,
        };
        let chat = match (&self.chat, sent_to_chat) {
            (None, sent) | (Some(_), sent @ Some(_)) => Ok(sent),
            (Some(chat), None) => chat.publish(None, &notice.chat).await.map(Some),
        };
        let (message_id, chat_message_id) = (mail.as_ref().ok().cloned(), chat.as_ref().ok().cloned().flatten());
        let (notice_outcome, told) = match (mail, chat) {
            (Ok(_), Ok(_)) => (NoticeOutcome::Sent, Ok(())),
            (Ok(_), Err(error)) => (NoticeOutcome::Sent, Err(NotToldError::ChatUnsent(error))),
            (Err(error), Ok(Some(_))) => (NoticeOutcome::Failed, Err(NotToldError::SentToTheChatAlone(error))),
            (Err(error), Ok(None) | Err(_)) => return (NoticeOutcome::Failed, Err(NotToldError::Unsent(error))),
        };
        let kept = Kept { message_id, chat_message_id, subject: notice.subject, text: notice.text };
        let written = storage.write(key, &kept).await;
        (notice_outcome, told.and(written.map(drop).map_err(NotToldError::Unrecorded)))
    }

    fn links(&self, folder: &str, run: &RunId) -> Links {
        let Self { bucket, region, stack, execution_arn_prefix, .. } = self;
        let console = Partition::of_region(region).console_host();
        Links::of(&Place { console, region, bucket, folder, stack, execution_arn_prefix, run })
    }
}
