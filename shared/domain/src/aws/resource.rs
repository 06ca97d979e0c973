//! The bucket or queue that a request is about.

mod unsupported;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    AccountId,
    aws::partition::Partition,
    text::{checked_text, input::ValueError, is_plain},
};

checked_text! {
    /// A bucket's name. Source: Amazon S3 User Guide, "General purpose bucket naming rules".
    ///
    /// Names of before 2018, with capitals or underscores, are taken too.
    BucketName, expects "a bucket name (3 to 63 letters, digits, dots, hyphens)",
    |value| {
        (3..=255).contains(&value.len())
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
            && value.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
    }
}

/// A queue: its Region, its owner and its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Queue {
    region: String,
    account: AccountId,
    name: String,
}

/// A bucket or a queue, written as its ARN.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    Bucket(BucketName),
    Queue(Queue),
}

impl Queue {
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition::of_region(&self.region)
    }

    /// Source: Amazon SQS Developer Guide, "Amazon SQS queue and message identifiers".
    #[must_use]
    pub fn url(&self) -> String {
        let Self { region, account, name } = self;
        format!("https://sqs.{region}.{}/{account}/{name}", self.partition().dns_suffix())
    }

    fn of(region: &str, account: &str, name: &str) -> Option<Self> {
        let base = name.strip_suffix(".fifo").unwrap_or(name);
        let is_name = !base.is_empty()
            && name.len() <= 80
            && base.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let account = account.parse().ok()?;
        (is_name && is_region(region)).then(|| Self { region: region.to_owned(), account, name: name.to_owned() })
    }

    fn of_arn(arn: &str) -> Option<Self> {
        let mut fields = arn.split(':');
        let (prefix, _, service) = (fields.next()?, fields.next()?, fields.next()?);
        let (region, account, name) = (fields.next()?, fields.next()?, fields.next()?);
        let queue = Self::of(region, account, name)?;
        let is_queue = prefix == "arn" && service == "sqs" && fields.next().is_none();
        // The Region says which partition; an ARN that says another one is of no queue.
        (is_queue && Partition::of_arn(arn) == Some(queue.partition())).then_some(queue)
    }

    fn of_url(url: &str) -> Option<Self> {
        let (host, path) = url.strip_prefix("https://")?.split_once('/')?;
        let (account, name) = path.split_once('/')?;
        let region = host.strip_prefix("sqs.")?.split('.').next()?;
        let queue = Self::of(region, account, name)?;
        (queue.url() == url).then_some(queue)
    }
}

/// `eu-central-1`, `us-gov-west-1`.
fn is_region(region: &str) -> bool {
    let mut parts = region.rsplit('-');
    let is_number = parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let words: Vec<&str> = parts.collect();
    is_number
        && (2..=3).contains(&words.len())
        && words.iter().all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

impl FromStr for Queue {
    type Err = ValueError;

    /// Its ARN, or its URL.
    fn from_str(value: &str) -> Result<Self, ValueError> {
        let found = if value.starts_with("https:") { Self::of_url(value) } else { Self::of_arn(value) };
        found.ok_or_else(|| match unsupported::of_queue(value) {
            Some(what) => ValueError::because(value, what),
            None => ValueError::new(value, "the ARN or the URL of a queue"),
        })
    }
}

impl TryFrom<String> for Queue {
    type Error = ValueError;

    fn try_from(value: String) -> Result<Self, ValueError> {
        value.parse()
    }
}

impl From<Queue> for String {
    fn from(queue: Queue) -> Self {
        queue.to_string()
    }
}

/// The ARN.
impl fmt::Display for Queue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, account, name } = self;
        write!(formatter, "arn:{}:sqs:{region}:{account}:{name}", self.partition())
    }
}

impl Resource {
    /// A bucket by its name or ARN, in the deployment's partition.
    ///
    /// # Errors
    /// Neither a name nor the ARN of a bucket of this partition.
    pub fn bucket(value: &str, partition: Partition) -> Result<Self, ValueError> {
        let refused = || ValueError::new(value, "the name or the ARN of a bucket in this partition");
        if !is_plain(value, 2048) {
            return Err(refused());
        }
        if let Some(what) = unsupported::of_bucket(value) {
            return Err(ValueError::because(value, what));
        }
        let name = if value.starts_with("arn:") {
            value.strip_prefix(&format!("arn:{partition}:s3:::")).ok_or_else(refused)?
        } else {
            value
        };
        name.parse().map(Self::Bucket).map_err(|_| refused())
    }

    #[must_use]
    pub fn arn(&self, partition: Partition) -> String {
        match self {
            Self::Bucket(name) => format!("arn:{partition}:s3:::{name}"),
            Self::Queue(queue) => queue.to_string(),
        }
    }
}

/// For people: `bucket my-logs`, `queue arn:aws:sqs:…`.
impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket(name) => write!(formatter, "bucket `{name}`"),
            Self::Queue(queue) => write!(formatter, "queue `{queue}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_goes_by_its_arn_and_its_url() {
        for (partition, arn, url) in [
            (
                Partition::Aws,
                "arn:aws:sqs:eu-west-1:111122223333:orders",
                "https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
            ),
            (
                Partition::Aws,
                "arn:aws:sqs:us-east-1:111122223333:Orders-2.fifo",
                "https://sqs.us-east-1.amazonaws.com/111122223333/Orders-2.fifo",
            ),
            (
                Partition::AwsUsGov,
                "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:o",
                "https://sqs.us-gov-west-1.amazonaws.com/111122223333/o",
            ),
            (
                Partition::AwsCn,
                "arn:aws-cn:sqs:cn-north-1:111122223333:o",
                "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/o",
            ),
        ] {
            let queue: Queue = arn.parse().unwrap();
            assert_eq!(url.parse::<Queue>().unwrap(), queue);
            assert_eq!(
                (queue.to_string(), queue.url(), queue.partition()),
                (arn.to_owned(), url.to_owned(), partition)
            );
            assert_eq!(serde_json::to_string(&Resource::Queue(queue)).unwrap(), format!(r#"{{"queue":"{arn}"}}"#));
        }
    }

    #[test]
    fn refuses_what_is_no_queue() {
        for wrong in [
            "",
            "orders",
            "arn:aws:sqs:eu-west-1:11112222333:orders",
            "arn:aws:sqs:eu-west-1:111122223333:",
            "arn:aws:sqs:eu-west-1:111122223333:orders:x",
            "arn:aws:sqs:eu-west-1:111122223333:orders*",
            "arn:aws:sqs:eu-west-1:111122223333:.fifo",
            "arn:aws:sqs:*:111122223333:orders",
            "arn:aws:sqs::111122223333:orders",
            "arn:aws:sns:eu-west-1:111122223333:orders",
            // The Region and the partition disagree.
            "arn:aws:sqs:cn-north-1:111122223333:orders",
            "arn:aws-us-gov:sqs:eu-west-1:111122223333:orders",
            "http://sqs.eu-west-1.amazonaws.com/111122223333/orders",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/orders/",
            "https://sqs.eu-west-1.amazonaws.com.evil.example/111122223333/orders",
            "https://sqs.eu-west-1.amazonaws.com:444/111122223333/orders",
            "https://queue.amazonaws.com/111122223333/orders",
        ] {
            assert!(wrong.parse::<Queue>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bucket_goes_by_its_name_and_its_arn_in_this_partition() {
        let bucket = Resource::bucket("my.logs-2", Partition::Aws).unwrap();
        assert_eq!(Resource::bucket("arn:aws:s3:::my.logs-2", Partition::Aws).unwrap(), bucket);
        assert_eq!(bucket.arn(Partition::AwsUsGov), "arn:aws-us-gov:s3:::my.logs-2");
        for wrong in [
            "",
            "ab",
            "-logs",
            "my logs",
            "logs*",
            "logs/key",
            "arn:aws:s3:::",
            "arn:aws:s3:::logs/key",
            "arn:aws-cn:s3:::logs",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/logs",
            "logs\n",
        ] {
            assert!(Resource::bucket(wrong, Partition::Aws).is_err(), "{wrong}");
        }
    }
}
