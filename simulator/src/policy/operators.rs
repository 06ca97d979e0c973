//! The operators of conditions. Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::wildcard::wildcard_matches;

/// Compares a policy's value with a request's; `None` if the policy's value is not of the operator's type.
///
/// A request's value of another type does not match.
pub(super) type Comparison = fn(&str, &str) -> Option<bool>;

/// The comparison of an operator, and whether the operator negates it.
pub(super) fn comparison(operator: &str) -> Option<(Comparison, bool)> {
    let comparison: (Comparison, bool) = match operator {
        "StringEquals" => (equal, false),
        "StringNotEquals" => (equal, true),
        "StringEqualsIgnoreCase" => (equal_ignoring_case, false),
        "StringNotEqualsIgnoreCase" => (equal_ignoring_case, true),
        "StringLike" => (like, false),
        "StringNotLike" => (like, true),
        // The two forms of Arn operators behave alike.
        "ArnEquals" | "ArnLike" => (arn_matches, false),
        "ArnNotEquals" | "ArnNotLike" => (arn_matches, true),
        "Bool" => (boolean, false),
        "NumericEquals" => (|value, found| number(value, found, |value, found| found.total_cmp(&value).is_eq()), false),
        "NumericNotEquals" => {
            (|value, found| number(value, found, |value, found| found.total_cmp(&value).is_eq()), true)
        }
        "NumericLessThan" => (|value, found| number(value, found, |value, found| found < value), false),
        "NumericLessThanEquals" => (|value, found| number(value, found, |value, found| found <= value), false),
        "NumericGreaterThan" => (|value, found| number(value, found, |value, found| found > value), false),
        "NumericGreaterThanEquals" => (|value, found| number(value, found, |value, found| found >= value), false),
        "DateEquals" => (|value, found| date(value, found, |value, found| found == value), false),
        "DateNotEquals" => (|value, found| date(value, found, |value, found| found == value), true),
        "DateLessThan" => (|value, found| date(value, found, |value, found| found < value), false),
        "DateLessThanEquals" => (|value, found| date(value, found, |value, found| found <= value), false),
        "DateGreaterThan" => (|value, found| date(value, found, |value, found| found > value), false),
        "DateGreaterThanEquals" => (|value, found| date(value, found, |value, found| found >= value), false),
        "IpAddress" => (is_in_range, false),
        "NotIpAddress" => (is_in_range, true),
        _ => return None,
    };
    Some(comparison)
}

#[expect(clippy::unnecessary_wraps, reason = "a Comparison like the others; every text is of its type")]
fn equal(value: &str, found: &str) -> Option<bool> {
    Some(value == found)
}

#[expect(clippy::unnecessary_wraps, reason = "a Comparison like the others; every text is of its type")]
fn equal_ignoring_case(value: &str, found: &str) -> Option<bool> {
    Some(value.to_lowercase() == found.to_lowercase())
}

#[expect(clippy::unnecessary_wraps, reason = "a Comparison like the others; every text is of its type")]
fn like(value: &str, found: &str) -> Option<bool> {
    Some(wildcard_matches(value, found))
}

/// Matches the six fields of an ARN one by one, so that a wildcard does not reach across a colon.
#[expect(clippy::unnecessary_wraps, reason = "a Comparison like the others; every text is of its type")]
fn arn_matches(pattern: &str, arn: &str) -> Option<bool> {
    let patterns: Vec<&str> = pattern.splitn(6, ':').collect();
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let are_arns = patterns.len() == 6 && fields.len() == 6;
    Some(are_arns && patterns.iter().zip(fields).all(|(pattern, field)| wildcard_matches(pattern, field)))
}

fn boolean(value: &str, found: &str) -> Option<bool> {
    let is_boolean = ["true", "false"].into_iter().any(|boolean| value.eq_ignore_ascii_case(boolean));
    // What is not true is false, whatever it is.
    is_boolean.then(|| value.eq_ignore_ascii_case("true") == found.eq_ignore_ascii_case("true"))
}

fn number(value: &str, found: &str, compare: fn(f64, f64) -> bool) -> Option<bool> {
    let value = value.trim().parse().ok()?;
    Some(found.trim().parse().is_ok_and(|found| compare(value, found)))
}

fn date(value: &str, found: &str, compare: fn(Timestamp, Timestamp) -> bool) -> Option<bool> {
    let value = instant(value)?;
    Some(instant(found).is_some_and(|found| compare(value, found)))
}

/// An instant, a day (its start in UTC), or seconds since 1970.
fn instant(text: &str) -> Option<Timestamp> {
    let of_day = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp());
    let of_epoch = || Timestamp::from_second(text.parse().ok()?).ok();
    text.parse().ok().or_else(of_epoch).or_else(|| of_day(text.parse().ok()?))
}

/// Whether a request's value is one that an operator compares: an ARN, an address.
pub(super) fn is_of_type(operator: &str, found: &str) -> bool {
    match operator {
        "ArnEquals" | "ArnLike" | "ArnNotEquals" | "ArnNotLike" => found.splitn(6, ':').count() == 6,
        "IpAddress" | "NotIpAddress" => ip(found).is_some(),
        _ => true,
    }
}

/// An address; zeros in front of an octet count for nothing.
fn ip(text: &str) -> Option<IpAddr> {
    let octets = || text.split('.').map(|octet| octet.parse::<u8>().ok()).collect::<Option<Vec<u8>>>();
    let v4 = || <[u8; 4]>::try_from(octets()?).ok().map(|octets| IpAddr::V4(Ipv4Addr::from(octets)));
    if text.contains(':') { text.parse().ok() } else { v4() }
}

fn is_in_range(range: &str, address: &str) -> Option<bool> {
    let (network, prefix) = match range.split_once('/') {
        Some((network, prefix)) => (ip(network)?, Some(prefix.parse::<u32>().ok()?)),
        None => (ip(range)?, None),
    };
    let (network, width) = bits(network);
    // Why: the bits stand at the low end, and those after the prefix are shifted away.
    let ignored = width.checked_sub(prefix.unwrap_or(width))?;
    let shifted = |bits: u128| bits.checked_shr(ignored).unwrap_or(0);
    // A range of IPv6 with bits behind its prefix matches nothing, one of IPv4 passes over them.
    let is_exact = shifted(network).checked_shl(ignored).unwrap_or(0) == network;
    Some(ip(address).is_some_and(|address| {
        let (address, its_width) = bits(address);
        width == its_width && (width == 32 || is_exact) && shifted(network) == shifted(address)
    }))
}

/// An address as a number, and how many bits it has.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}
