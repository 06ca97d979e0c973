//! `ListBuckets`: the caller's own account's buckets in all Regions.
//!
//! Source: Amazon S3 API Reference, `ListBuckets`.

use std::collections::BTreeMap;

use http::StatusCode;

use super::{errors, regions};
use crate::engine::{Signer, Target, authorize};
use crate::identifiers::bucket_arn;
use crate::state::State;
use crate::wire::rest::LIST_BUCKETS;
use crate::wire::{Answer, Output, Request, ServiceError, xml};
use crate::world::World;

const MOST_BUCKETS: usize = 10_000;
/// A token says after which bucket to go on.
const TOKEN_PREFIX: &str = "after-";

pub(super) fn list_buckets(state: &State, signer: &Signer, request: &Request) -> Answer {
    let account = signer.account();
    let action = format!("s3:{LIST_BUCKETS}");
    authorize(state, signer, &Target::without_policy(&action, "*", account))?;
    let parameter = |name: &str| request.query.get(name).map(String::as_str);
    let says_regions = ["prefix", "max-buckets", "continuation-token", "bucket-region"]
        .into_iter()
        .any(|name| request.query.contains_key(name));
    let prefix = parameter("prefix").unwrap_or_default();
    let limit = limit(parameter("max-buckets"))?;
    let after = match parameter("continuation-token") {
        None => "",
        Some(token) => token.strip_prefix(TOKEN_PREFIX).ok_or_else(|| {
            errors::invalid_argument("continuation-token", "The continuation token provided is incorrect")
        })?,
    };
    let listed_region = parameter("bucket-region");
    if let Some(region) = listed_region {
        regions::check_listed(request, region)?;
    }
    let buckets = buckets_of(&state.world, account);
    let mut matching = buckets
        .iter()
        .filter(|(name, region)| name.starts_with(prefix) && listed_region.is_none_or(|listed| **region == listed))
        .filter(|(name, _)| **name > after);
    let page: Vec<_> = matching.by_ref().take(limit).collect();
    let created = state.world.account(account).map(|account| account.joined.to_string()).unwrap_or_default();
    let listed: String = page
        .iter()
        .map(|(name, region)| {
            let mut fields = xml::text("Name", name) + &xml::text("CreationDate", &created);
            if says_regions {
                fields += &(xml::text("BucketRegion", region) + &xml::text("BucketArn", bucket_arn(name)));
            }
            xml::element("Bucket", fields)
        })
        .collect();
    let mut fields = xml::element("Owner", xml::text("ID", owner_id(account))) + &xml::element("Buckets", listed);
    if let (Some((last, _)), Some(_)) = (page.last(), matching.next()) {
        fields += &xml::text("ContinuationToken", format!("{TOKEN_PREFIX}{last}"));
    }
    if parameter("prefix").is_some() {
        fields += &xml::text("Prefix", prefix);
    }
    let body = format!(
        r#"<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{fields}</ListAllMyBucketsResult>"#
    );
    Ok(Output::Rest { status: StatusCode::OK, headers: Vec::new(), body: body.into() })
}

fn limit(parameter: Option<&str>) -> Result<usize, ServiceError> {
    let Some(text) = parameter else { return Ok(MOST_BUCKETS) };
    let limit = text.parse().ok().filter(|limit| (1..=MOST_BUCKETS).contains(limit));
    let message = "Argument max-buckets must be an integer between 1 and 10000";
    limit.ok_or_else(|| errors::invalid_argument("max-buckets", message))
}

/// Names and Regions; the project's own buckets are the management account's.
fn buckets_of<'a>(world: &'a World, account: &str) -> BTreeMap<&'a str, &'a str> {
    let own = world.buckets.iter().filter(|_| world.is_management(account)).map(|name| (name.as_str(), "us-east-1"));
    let members = world.account(account).into_iter().flat_map(|account| &account.buckets);
    own.chain(members.map(|bucket| (bucket.name.as_str(), bucket.region.as_str()))).collect()
}

/// A canonical user id is 64 hexadecimal digits.
fn owner_id(account: &str) -> String {
    format!("{account:0>64}")
}
