//! S3, as far as the task policy `S3UnlockBucketPolicy` goes: list the account's buckets; get, put and delete a policy.

use aws_config::SdkConfig;
use rootwarden_domain::{AccountId, ErrorKind, aws::resource::BucketName, policy::PolicyText};

use crate::client::AwsError;

pub(super) fn client(config: &SdkConfig) -> aws_sdk_s3::Client {
    // Why path style: bucket names with dots do not fit the certificate, and a test's endpoint has no subdomains.
    let config = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
    aws_sdk_s3::Client::from_conf(config)
}

/// The Region of a bucket, if it is one of the session's account.
///
/// Why not `GetBucketLocation`: the task policy does not allow it. `ListBuckets` tells the Region once it has any
/// parameter, and lists only what the account owns. Source: Amazon S3 API Reference, `ListBuckets`.
pub(super) async fn region(s3: &aws_sdk_s3::Client, name: &BucketName, account: AccountId) -> Result<String, AwsError> {
    let what = || format!("find bucket `{name}` in account `{account}`");
    let mut pages = s3.list_buckets().prefix(name.as_str()).max_buckets(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| AwsError::new(what(), error))?;
        if let Some(bucket) = page.buckets().iter().find(|bucket| bucket.name() == Some(name.as_str())) {
            let region = bucket.bucket_region().map(str::to_owned);
            return region.ok_or_else(|| AwsError::of_kind(ErrorKind::Defect, what(), "AWS does not say its Region"));
        }
    }
    let why = "the account has no bucket of this name: look at the name, and at whose it is";
    Err(AwsError::of_kind(ErrorKind::InvalidRequest, what(), why))
}

/// `expected_bucket_owner` goes with each call, so that a bucket that changed hands is never touched.
pub(super) async fn read(
    s3: &aws_sdk_s3::Client,
    name: &BucketName,
    account: AccountId,
) -> Result<Option<String>, AwsError> {
    let what = || format!("read the policy of bucket `{name}` in account `{account}`");
    let request = s3.get_bucket_policy().bucket(name.as_str()).expected_bucket_owner(account.to_string());
    match request.send().await.map_err(|error| AwsError::new(what(), error)) {
        Ok(output) => match output.policy {
            Some(policy) => Ok(Some(policy)),
            None => Err(AwsError::of_kind(ErrorKind::Defect, what(), "no policy in the answer")),
        },
        // Source: Amazon S3 API Reference, "List of error codes": there is no policy.
        Err(error) if error.code() == Some("NoSuchBucketPolicy") => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn put(
    s3: &aws_sdk_s3::Client,
    name: &BucketName,
    account: AccountId,
    policy: &PolicyText,
) -> Result<(), AwsError> {
    let what = || format!("put the policy of bucket `{name}` in account `{account}`");
    let request = s3.put_bucket_policy().bucket(name.as_str()).expected_bucket_owner(account.to_string());
    request.policy(policy.as_str()).send().await.map(drop).map_err(|error| AwsError::new(what(), error))
}

pub(super) async fn delete(s3: &aws_sdk_s3::Client, name: &BucketName, account: AccountId) -> Result<(), AwsError> {
    let what = || format!("delete the policy of bucket `{name}` in account `{account}`");
    let request = s3.delete_bucket_policy().bucket(name.as_str()).expected_bucket_owner(account.to_string());
    request.send().await.map(drop).map_err(|error| AwsError::new(what(), error))
}
