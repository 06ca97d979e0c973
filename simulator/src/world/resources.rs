//! Finding the buckets and queues of a world's accounts.

use std::collections::HashMap;

use crate::services::sqs::Address;
use crate::world::account::Account;
use crate::world::member_resources::{MemberBucket, MemberQueue};
use crate::world::organization::World;

impl World {
    /// A bucket of one of the accounts.
    #[must_use]
    pub fn member_bucket(&self, name: &str) -> Option<&MemberBucket> {
        self.accounts.values().flat_map(|account| &account.buckets).find(|bucket| bucket.name == name)
    }

    /// A queue of one of the accounts, by its ARN.
    #[must_use]
    pub fn member_queue(&self, arn: &str) -> Option<&MemberQueue> {
        self.queue(&Address::of_arn(arn)?)
    }

    /// Bucket → account.
    pub(crate) fn bucket_owners(&self) -> HashMap<String, String> {
        let of_account = |account: &Account| {
            let owner = account.id.clone();
            account.buckets.iter().map(move |bucket| (bucket.name.clone(), owner.clone())).collect::<Vec<_>>()
        };
        self.accounts.values().flat_map(of_account).collect()
    }

    pub(crate) fn queue(&self, address: &Address) -> Option<&MemberQueue> {
        self.account(&address.account)?.queues.iter().find(|queue| address.is_of(queue))
    }

    pub(crate) fn queue_mut(&mut self, address: &Address) -> Option<&mut MemberQueue> {
        self.account_mut(&address.account)?.queues.iter_mut().find(|queue| address.is_of(queue))
    }

    pub(crate) fn remove_queue(&mut self, address: &Address) {
        if let Some(account) = self.account_mut(&address.account) {
            account.queues.retain(|queue| !address.is_of(queue));
        }
    }
}
