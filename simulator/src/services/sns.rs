//! SNS: publishing to a topic. Every topic is there.

use super::unserved::refuse;
use crate::engine::{Handler, Signer};
use crate::state::{PublishedMessage, State};
use crate::wire::{Answer, Operation, Output, Request, ServiceError, xml};

/// Source: Amazon SNS API Reference, `Publish`, Subject.
const LONGEST_SUBJECT: usize = 100;

pub(super) struct Sns;

impl Handler for Sns {
    fn perform(&self, state: &mut State, signer: &Signer, _request: &Request, operation: &Operation) -> Answer {
        if matches!(signer, Signer::RootSession(_)) || operation.name != "Publish" {
            return Err(refuse(state, signer, operation));
        }
        let text = |name: &str| operation.parameter(name).map(ToOwned::to_owned);
        let subject = text("Subject");
        let is_good = subject.as_ref().is_none_or(|subject| {
            subject.len() <= LONGEST_SUBJECT && subject.chars().all(|one| (' '..='~').contains(&one))
        });
        let (Some(topic_arn), Some(message), true) = (text("TopicArn"), text("Message"), is_good) else {
            return Err(ServiceError::new("InvalidParameter", 400, "Invalid parameter"));
        };
        state.told.messages.push(PublishedMessage { topic_arn, subject, message });
        let id = format!("00000000-0000-4000-a000-{:012x}", state.told.messages.len());
        Ok(Output::Xml(xml::text("MessageId", id)))
    }
}
