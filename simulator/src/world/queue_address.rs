//! What queues are called.

use super::member_resources::MemberQueue;

/// The Region, the owner and the name of a queue, whether or not there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QueueAddress {
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) name: String,
}

impl QueueAddress {
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let mut fields = arn.strip_prefix("arn:aws:sqs:")?.split(':').map(ToOwned::to_owned);
        Some(Self { region: fields.next()?, account: fields.next()?, name: fields.next()? })
    }

    pub(crate) fn is_of(&self, queue: &MemberQueue) -> bool {
        queue.name == self.name && queue.region == self.region
    }

    pub(crate) fn arn(&self) -> String {
        let Self { region, account, name } = self;
        format!("arn:aws:sqs:{region}:{account}:{name}")
    }

    pub(crate) fn url(&self) -> String {
        let Self { region, account, name } = self;
        format!("https://sqs.{region}.amazonaws.com/{account}/{name}")
    }
}
