//! ListObjectsV2, in pages; without delimiters.

use http::StatusCode;

use crate::state::Storage;
use crate::wire::{Answer, Output, Request, ServiceError, xml};

const LARGEST_PAGE: usize = 1000;

pub(super) fn list_objects(storage: &Storage, request: &Request, bucket: &str) -> Answer {
    let parameter = |name: &str| request.query.get(name).map(String::as_str).filter(|value| !value.is_empty());
    if parameter("delimiter").is_some() {
        return Err(ServiceError::not_simulated("s3:ListObjectsV2 with a delimiter"));
    }
    let prefix = parameter("prefix").unwrap_or_default();
    let limit = match parameter("max-keys").map(str::parse::<usize>) {
        None => LARGEST_PAGE,
        Some(Ok(limit)) => limit.min(LARGEST_PAGE),
        Some(Err(_)) => {
            return Err(ServiceError::new(
                "InvalidArgument",
                400,
                "Provided max-keys not an integer or within integer range",
            ));
        }
    };
    // The continuation token is the last key of the page before.
    let after = parameter("continuation-token").or(parameter("start-after")).unwrap_or_default();
    let mut matching = storage
        .list(bucket, after)
        .skip_while(|(key, ..)| *key < prefix)
        .take_while(|(key, ..)| key.starts_with(prefix));
    let page: Vec<_> = matching.by_ref().take(limit).collect();
    let is_truncated = matching.next().is_some();
    let mut fields = xml::text("Name", bucket)
        + &xml::text("Prefix", prefix)
        + &xml::text("KeyCount", page.len().to_string())
        + &xml::text("MaxKeys", limit.to_string())
        + &xml::text("IsTruncated", is_truncated.to_string());
    if let (true, Some((last, ..))) = (is_truncated, page.last()) {
        fields += &xml::text("NextContinuationToken", last);
    }
    for (key, version, body) in &page {
        let entry = xml::text("Key", key)
            + &xml::text("LastModified", version.modified.to_string())
            + &xml::text("ETag", version.etag())
            + &xml::text("Size", body.len().to_string())
            + &xml::text("StorageClass", "STANDARD");
        fields += &xml::element("Contents", entry);
    }
    let body =
        format!(r#"<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{fields}</ListBucketResult>"#);
    Ok(Output::Rest { status: StatusCode::OK, headers: Vec::new(), body: body.into() })
}
