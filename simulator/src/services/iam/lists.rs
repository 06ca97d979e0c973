//! The lists of a root user's credentials, in pages.

use super::parameters::required;
use crate::wire::{Answer, Operation, Output, ServiceError, xml};
use crate::world::RootCredentials;

pub(super) fn list_access_keys(root: &RootCredentials, operation: &Operation, page_size: usize) -> Answer {
    page("AccessKeyMetadata", &root.access_keys, operation, page_size, |key| {
        xml::text("AccessKeyId", &key.id)
            + &xml::text("Status", &key.status)
            + &xml::text("CreateDate", key.created.to_string())
    })
}

pub(super) fn list_signing_certificates(root: &RootCredentials, operation: &Operation, page_size: usize) -> Answer {
    page("Certificates", &root.signing_certificates, operation, page_size, |certificate| {
        xml::text("CertificateId", &certificate.id)
            + &xml::text("CertificateBody", "-----BEGIN CERTIFICATE-----")
            + &xml::text("Status", &certificate.status)
            + &xml::text("UploadDate", certificate.uploaded.to_string())
    })
}

pub(super) fn list_mfa_devices(root: &RootCredentials, operation: &Operation, page_size: usize) -> Answer {
    page("MFADevices", &root.mfa_devices, operation, page_size, |device| {
        xml::text("SerialNumber", &device.serial) + &xml::text("EnableDate", device.enabled.to_string())
    })
}

/// One page, from the position in `Marker` on.
fn page<T>(list: &str, entries: &[T], operation: &Operation, page_size: usize, write: impl Fn(&T) -> String) -> Answer {
    let start = match operation.parameter("Marker") {
        None => 0,
        Some(marker) => read_marker(marker)?,
    };
    let limit = match operation.parameter("MaxItems") {
        None => page_size,
        Some(_) => max_items(operation)?.min(page_size),
    };
    let end = start.saturating_add(limit.max(1));
    let members = entries.iter().skip(start).take(limit.max(1)).map(write);
    let mut fields = xml::members(list, members);
    let is_truncated = end < entries.len();
    fields += &xml::text("IsTruncated", is_truncated.to_string());
    if is_truncated {
        fields += &xml::text("Marker", format!("position-{end}"));
    }
    Ok(Output::Xml(fields))
}

fn read_marker(marker: &str) -> Result<usize, ServiceError> {
    let position = marker.strip_prefix("position-").and_then(|position| position.parse().ok());
    position.ok_or_else(|| ServiceError::validation(format!("Invalid Marker: {marker}")))
}

fn max_items(operation: &Operation) -> Result<usize, ServiceError> {
    let text = required(operation, "MaxItems")?;
    text.parse().map_err(|_| ServiceError::new("MalformedInput", 400, "maxItems is not a number"))
}
