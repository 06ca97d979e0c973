//! Values that people give for a bucket or a queue and that name something else: what it is, and what to give instead.

use super::Queue;
use crate::aws::partition::Partition;

/// What has a policy in S3 and is no general purpose bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotABucket {
    AccessPoint,
    MultiRegionAccessPoint,
    ObjectLambdaAccessPoint,
    DirectoryBucket,
    Outposts,
    TableBucket,
    VectorBucket,
}

/// Why a value is not the name or ARN of a general purpose bucket, if that can be told from it. Completes "it is …".
///
/// AWS's task policy covers `s3:GetBucketPolicy`, `s3:PutBucketPolicy` and `s3:DeleteBucketPolicy` alone. Sources: Amazon S3
/// User Guide, "General purpose bucket naming rules" (reserved suffixes), "Access point aliases", "Directory bucket naming
/// rules", "Amazon S3 table bucket naming rules"; AWS Service Authorization Reference, resource types of each service.
pub(super) fn of_bucket(value: &str) -> Option<String> {
    let value = value.trim();
    let is_url = ["s3://", "https://", "http://"].iter().any(|scheme| value.starts_with(scheme));
    if is_url {
        return Some("a URL: give the bucket's name or its ARN".to_owned());
    }
    let what = if value.starts_with("arn:") { NotABucket::of_arn(value)? } else { NotABucket::of_name(value)? };
    Some(format!("{}, which is not supported: {}", what.words(), what.advice()))
}

impl NotABucket {
    fn of_arn(arn: &str) -> Option<Self> {
        let fields: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, _, service, _, _, resource] = fields.as_slice() else { return None };
        match *service {
            // An access point has a Region or is a Multi-Region one, by an alias that ends in `.mrap`.
            "s3" if resource.starts_with("accesspoint/") => Self::of_name(resource).or(Some(Self::AccessPoint)),
            // `arn:aws:s3:::<alias>`: the alias stands for the access point wherever a bucket's name does.
            "s3" => Self::of_name(resource),
            "s3-object-lambda" => Some(Self::ObjectLambdaAccessPoint),
            "s3express" => Some(Self::DirectoryBucket),
            "s3-outposts" => Some(Self::Outposts),
            "s3tables" => Some(Self::TableBucket),
            "s3vectors" => Some(Self::VectorBucket),
            _ => None,
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let suffixes = [
            ("-s3alias", Self::AccessPoint),
            (".mrap", Self::MultiRegionAccessPoint),
            ("--ol-s3", Self::ObjectLambdaAccessPoint),
            ("--x-s3", Self::DirectoryBucket),
            ("--xa-s3", Self::DirectoryBucket),
            ("--op-s3", Self::Outposts),
            ("--table-s3", Self::TableBucket),
        ];
        suffixes.into_iter().find(|(suffix, _)| name.ends_with(suffix)).map(|(_, what)| what)
    }

    fn words(self) -> &'static str {
        match self {
            Self::AccessPoint => "an S3 access point",
            Self::MultiRegionAccessPoint => "an S3 Multi-Region Access Point",
            Self::ObjectLambdaAccessPoint => "an S3 Object Lambda Access Point",
            Self::DirectoryBucket => "an S3 directory bucket or an access point of one",
            Self::Outposts => "an S3 on Outposts bucket or an access point of one",
            Self::TableBucket => "an S3 table bucket",
            Self::VectorBucket => "an S3 vector bucket",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::AccessPoint | Self::MultiRegionAccessPoint | Self::ObjectLambdaAccessPoint => {
                "give the bucket behind it, by its name or ARN, if that is locked"
            }
            Self::DirectoryBucket | Self::Outposts | Self::TableBucket | Self::VectorBucket => {
                "root sessions can only change policies of general purpose buckets; ask its account's administrators"
            }
        }
    }
}

/// What kind of URL a value is, if it names a queue and is not the queue's own URL. Completes "it is …".
///
/// Sources: AWS General Reference, "Amazon SQS endpoints and quotas" (dual-stack and FIPS endpoints); Amazon SQS Developer
/// Guide, "Creating an interface VPC endpoint policy"; legacy endpoints as the SDKs knew them (`queue.amazonaws.com` is us-east-1).
pub(super) fn of_queue(value: &str) -> Option<String> {
    let (scheme, rest) = value.trim().split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let (account, name) = path.trim_end_matches('/').split_once('/')?;
    let (what, region) = Partition::ALL.into_iter().find_map(|partition| endpoint(host, partition))?;
    let what = if scheme == "https" { what } else { "a URL without TLS" };
    let queue = Queue::of(region, account, name)?;
    (queue.url() != value).then(|| format!("{what}, which is not supported: give `{queue}` or `{}`", queue.url()))
}

/// What kind of endpoint of SQS a host is, and its Region.
fn endpoint(host: &str, partition: Partition) -> Option<(&'static str, &str)> {
    const DUAL_STACK: &str = "the URL of a dual-stack endpoint";
    const FIPS: &str = "the URL of a FIPS endpoint";
    const LEGACY: &str = "a legacy URL";
    if let Some(rest) = host.strip_suffix(partition.dual_stack_suffix()).and_then(|rest| rest.strip_suffix('.')) {
        let dual_stack = rest.strip_prefix("sqs.").map(|region| (DUAL_STACK, region));
        return dual_stack.or_else(|| rest.strip_prefix("sqs-fips.").map(|region| (FIPS, region)));
    }
    let rest = host.strip_suffix(partition.dns_suffix())?.strip_suffix('.')?;
    if rest == "queue" && partition == Partition::Aws {
        return Some((LEGACY, "us-east-1"));
    }
    if let Some(rest) = rest.strip_suffix(".vpce") {
        let (_, region) = rest.split_once(".sqs.")?;
        return Some(("the URL of a VPC endpoint", region));
    }
    let by_prefix = [("sqs.", "another form of the queue's URL"), ("sqs-fips.", FIPS)];
    let by_prefix = by_prefix.into_iter().find_map(|(prefix, what)| Some((what, rest.strip_prefix(prefix)?)));
    by_prefix.or_else(|| rest.strip_suffix(".queue").map(|region| (LEGACY, region)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_general_purpose_bucket_is_called_by_its_name() {
        for (value, what) in [
            ("arn:aws:s3:eu-west-1:111122223333:accesspoint/finance", NotABucket::AccessPoint),
            ("finance-dfn7wjs8xq1ph4k2m0b3z5c6v8n9meuw1a-s3alias", NotABucket::AccessPoint),
            ("arn:aws:s3:::finance-dfn7wjs8xq1ph4k2m0b3z5c6v8n9meuw1a-s3alias", NotABucket::AccessPoint),
            ("arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap", NotABucket::MultiRegionAccessPoint),
            ("mfzwi23gnjvgw.mrap", NotABucket::MultiRegionAccessPoint),
            (
                "arn:aws:s3-object-lambda:us-east-1:111122223333:accesspoint/thumbnails",
                NotABucket::ObjectLambdaAccessPoint,
            ),
            ("thumbnails-a1b2c3--ol-s3", NotABucket::ObjectLambdaAccessPoint),
            ("logs--usw2-az1--x-s3", NotABucket::DirectoryBucket),
            ("arn:aws:s3express:us-west-2:111122223333:bucket/logs--usw2-az1--x-s3", NotABucket::DirectoryBucket),
            ("arn:aws:s3express:us-west-2:111122223333:accesspoint/logs--usw2-az1--xa-s3", NotABucket::DirectoryBucket),
            (
                "arn:aws:s3-outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0/bucket/logs",
                NotABucket::Outposts,
            ),
            (
                "arn:aws:s3-outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0/accesspoint/logs",
                NotABucket::Outposts,
            ),
            ("logs-ap-o0123456789abcdef0--op-s3", NotABucket::Outposts),
            ("arn:aws:s3tables:us-east-1:111122223333:bucket/sales", NotABucket::TableBucket),
            ("sales-a1b2c3--table-s3", NotABucket::TableBucket),
            ("arn:aws:s3vectors:us-east-1:111122223333:bucket/embeddings", NotABucket::VectorBucket),
        ] {
            let told = of_bucket(value).unwrap();
            assert!(told.starts_with(&format!("{}, which is not supported: ", what.words())), "{value}: {told}");
        }
        for url in ["s3://payroll", "https://payroll.s3.eu-west-1.amazonaws.com/"] {
            assert_eq!(of_bucket(url).unwrap(), "a URL: give the bucket's name or its ARN");
        }
        // A general purpose bucket in an account's own namespace is one all the same.
        for bucket in
            ["payroll", "payroll-111122223333-us-east-1-an", "arn:aws:s3:::payroll", "arn:aws:s3:::payroll/key", ""]
        {
            assert_eq!(of_bucket(bucket), None, "{bucket}");
        }
    }

    #[test]
    fn another_url_of_a_queue_is_answered_with_its_own() {
        let own = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders";
        let arn = "arn:aws:sqs:eu-west-1:111122223333:orders";
        for (url, what) in [
            ("https://eu-west-1.queue.amazonaws.com/111122223333/orders", "a legacy URL"),
            ("https://sqs.eu-west-1.api.aws/111122223333/orders", "the URL of a dual-stack endpoint"),
            ("https://sqs-fips.eu-west-1.amazonaws.com/111122223333/orders", "the URL of a FIPS endpoint"),
            ("https://sqs-fips.eu-west-1.api.aws/111122223333/orders", "the URL of a FIPS endpoint"),
            (
                "https://vpce-0a1b2c3d4e5f60718-abcdefgh.sqs.eu-west-1.vpce.amazonaws.com/111122223333/orders",
                "the URL of a VPC endpoint",
            ),
            ("http://sqs.eu-west-1.amazonaws.com/111122223333/orders", "a URL without TLS"),
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/orders/", "another form of the queue's URL"),
        ] {
            let expected = format!("{what}, which is not supported: give `{arn}` or `{own}`");
            assert_eq!(of_queue(url).as_deref(), Some(expected.as_str()), "{url}");
        }
        for (url, own) in [
            (
                "https://queue.amazonaws.com/111122223333/orders",
                "https://sqs.us-east-1.amazonaws.com/111122223333/orders",
            ),
            (
                "https://cn-north-1.queue.amazonaws.com.cn/111122223333/orders",
                "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/orders",
            ),
            (
                "https://sqs.cn-north-1.api.amazonwebservices.com.cn/111122223333/orders",
                "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/orders",
            ),
            (
                "https://sqs-fips.us-gov-west-1.amazonaws.com/111122223333/orders",
                "https://sqs.us-gov-west-1.amazonaws.com/111122223333/orders",
            ),
        ] {
            assert!(of_queue(url).unwrap().ends_with(&format!("or `{own}`")), "{url}: {:?}", of_queue(url));
        }
        for no_queue in [
            own,
            arn,
            "orders",
            "https://sqs.eu-west-1.amazonaws.com.evil.example/111122223333/orders",
            "https://evil.example/111122223333/orders",
            "https://sqs.eu-west-1.amazonaws.com/orders",
        ] {
            assert_eq!(of_queue(no_queue), None, "{no_queue}");
        }
    }
}
