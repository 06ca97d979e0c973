//! Whether a request came to the Region of its bucket.
//!
//! A host that names another Region is redirected (301); a host that names the bucket's Region, or none, and a signature
//! for another one is refused (400). Both say where the bucket is. S3 answers some Regions' requests otherwise (307, or
//! 400 for those launched since March 2019); in none of them does a call reach the bucket.
//! Source: Amazon S3 API Reference, "Error responses"; Amazon S3 User Guide, "Making requests using the REST API".

use super::errors::invalid_argument;
use crate::wire::{Request, ServiceError};

const BUCKET_REGION: &str = "x-amz-bucket-region";

/// The Regions of the partition `aws`.
const REGIONS: [&str; 34] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

pub(super) fn check(request: &Request, bucket: &str, region: &str) -> Result<(), ServiceError> {
    let signed = request.signature.as_ref().map_or(region, |signature| &signature.region);
    let error = match of_host(&request.host) {
        Some(addressed) if addressed != region => {
            let message = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                           Please send all future requests to this endpoint.";
            let endpoint = format!("{bucket}.s3.amazonaws.com");
            ServiceError::new("PermanentRedirect", 301, message).field("Endpoint", endpoint).field("Bucket", bucket)
        }
        Some(_) | None if signed != region => {
            let message =
                format!("The authorization header is malformed; the region '{signed}' is wrong; expecting '{region}'");
            ServiceError::new("AuthorizationHeaderMalformed", 400, message).field("Region", region)
        }
        Some(_) | None => return Ok(()),
    };
    Err(error.header(BUCKET_REGION, region))
}

/// `ListBuckets` for one Region has to be sent to that Region. The text of a Region that there is, but is another, is unverified.
///
/// Sources: Amazon S3 API Reference, `ListBuckets`, `bucket-region`; samples/s3.ListBuckets.bad-region.json.
pub(super) fn check_listed(request: &Request, listed: &str) -> Result<(), ServiceError> {
    let signed = request.signature.as_ref().map_or(listed, |signature| &signature.region);
    if signed == listed {
        return Ok(());
    }
    let elsewhere = if REGIONS.contains(&listed) { " for this endpoint" } else { "" };
    let message = format!("Argument value {listed} is not a valid AWS Region{elsewhere}");
    Err(invalid_argument("bucket-region", message))
}

/// The Region in `s3.REGION.amazonaws.com` or `BUCKET.s3.REGION.amazonaws.com`.
fn of_host(host: &str) -> Option<&str> {
    let host = host.split(':').next()?.strip_suffix(".amazonaws.com")?;
    let region = host.strip_prefix("s3.").or_else(|| Some(host.split_once(".s3.")?.1))?;
    Some(region)
}
