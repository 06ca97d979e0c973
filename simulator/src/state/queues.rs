//! What queues have besides their policies in the world: policies that are still spreading, and messages.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::policy::PolicyText;
use crate::world::{QueueAddress, World};

#[derive(Clone, Debug, Default)]
pub(crate) struct Queues {
    /// In the order in which they were set.
    pending: Vec<PendingPolicy>,
    /// By the queue's ARN.
    messages: BTreeMap<String, Vec<Message>>,
    sent: u64,
}

/// A policy that was set and is neither read nor enforced yet.
#[derive(Clone, Debug)]
pub(crate) struct PendingPolicy {
    pub(crate) queue: QueueAddress,
    pub(crate) policy: Option<PolicyText>,
    pub(crate) in_force_at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
}

impl Queues {
    pub(crate) fn set_later(&mut self, pending: PendingPolicy) {
        self.pending.push(pending);
    }

    /// Moves the policies whose time has come into the world.
    pub(crate) fn settle(&mut self, world: &mut World, now: Timestamp) {
        let (due, pending) = std::mem::take(&mut self.pending).into_iter().partition(|set| set.in_force_at <= now);
        self.pending = pending;
        let due: Vec<PendingPolicy> = due;
        for PendingPolicy { queue, policy, .. } in due {
            if let Some(queue) = world.queue_mut(&queue) {
                queue.policy = policy;
            }
        }
    }

    /// Returns the message's id.
    pub(crate) fn send(&mut self, queue_arn: String, body: String) -> String {
        self.sent += 1;
        let id = format!("00000000-0000-4000-9000-{:012x}", self.sent);
        self.messages.entry(queue_arn).or_default().push(Message { id: id.clone(), body });
        id
    }

    pub(crate) fn in_queue(&self, queue_arn: &str) -> &[Message] {
        self.messages.get(queue_arn).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn delete(&mut self, queue_arn: &str, id: &str) {
        if let Some(messages) = self.messages.get_mut(queue_arn) {
            messages.retain(|message| message.id != id);
        }
    }

    pub(crate) fn messages(&self, queue_arn: &str) -> impl Iterator<Item = &str> {
        self.in_queue(queue_arn).iter().map(|message| message.body.as_str())
    }
}
