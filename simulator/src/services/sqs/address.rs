//! Which queue a request means.

use crate::wire::request::{Operation, Request};
use crate::world::member_resources::MemberQueue;

/// The Region, the owner and the name of a queue, whether or not there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) name: String,
}

impl Address {
    /// Reads `QueueUrl` (on any host: its last two segments), or `QueueName` with its owner, the caller unless it is named.
    /// The Region is that for which the request is signed.
    pub(crate) fn of(request: &Request, operation: &Operation, caller_account: Option<&str>) -> Option<Self> {
        let region = request.signature.as_ref()?.region.clone();
        let (account, name) = if let Some(url) = operation.parameter("QueueUrl") {
            let (rest, name) = url.trim_end_matches('/').rsplit_once('/')?;
            (rest.rsplit('/').next()?, name)
        } else {
            let owner = operation.parameter("QueueOwnerAWSAccountId").or(caller_account)?;
            (owner, operation.parameter("QueueName")?)
        };
        Some(Self { region, account: account.to_owned(), name: name.to_owned() })
    }

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
