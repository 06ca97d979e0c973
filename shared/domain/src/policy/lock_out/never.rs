//! Values of conditions that no request of the owner's principals carries: an exception for them is none.

use super::request::EMPTY_SHA256;
use crate::policy::language::{address, operator::Comparison, pattern, subject::PolicySubject};

/// Why nobody carries this value; `None` if somebody may.
///
/// Keys are in lower case. Values that are wrong in other ways are found by what is known of a key's values.
pub(super) fn carried_by_nobody(
    key: &str,
    comparison: Comparison,
    value: &str,
    action: &str,
    subject: PolicySubject<'_>,
) -> Option<&'static str> {
    if comparison == Comparison::Address {
        return (key == "aws:sourceip").then(|| address::never_on_the_internet(value)).flatten();
    }
    let is_literal = match comparison {
        Comparison::Equal | Comparison::EqualIgnoringCase | Comparison::Binary => true,
        Comparison::Like
        | Comparison::Arn
        | Comparison::Bool
        | Comparison::Address
        | Comparison::Number(_)
        | Comparison::Date(_)
        | Comparison::Null => false,
    };
    if is_literal && value.contains(['*', '?']) && has_plain_values(key) {
        return Some("its operator takes `*` and `?` as they are, and nothing is called so");
    }
    match key {
        "aws:sourcevpce" => is_no_id(value, "vpce-").then_some("no VPC endpoint has such an id"),
        "aws:sourcevpc" => is_no_id(value, "vpc-").then_some("no VPC has such an id"),
        "aws:principalorgid" => is_no_organization(value).then_some("no organization has such an id"),
        "aws:userid" => user_id(value, subject),
        "aws:principalarn" => principal_arn(value, subject),
        "s3:x-amz-content-sha256" if action == "s3:PutBucketPolicy" && value.eq_ignore_ascii_case(EMPTY_SHA256) => {
            Some("a request to replace a policy has a body, and this is the hash of none")
        }
        _ => None,
    }
}

/// Whether AWS makes up the values of a key, without `*` or `?` in them.
fn has_plain_values(key: &str) -> bool {
    let is_listed = matches!(
        key,
        "aws:principalarn"
            | "aws:principalaccount"
            | "aws:principalorgid"
            | "aws:principalorgpaths"
            | "aws:principaltype"
            | "aws:userid"
            | "aws:username"
            | "aws:sourcevpc"
            | "aws:sourcevpce"
            | "aws:vpceaccount"
            | "aws:vpceorgid"
            | "aws:requestedregion"
            | "aws:calledvia"
            | "aws:calledviafirst"
            | "aws:calledvialast"
            | "s3:authtype"
            | "s3:signatureversion"
    );
    // Source: AWS IAM User Guide, "Tagging IAM resources" (letters, numbers, spaces, _ . : / = + - @).
    is_listed || key.starts_with("aws:principaltag/")
}

/// Ids of EC2: a prefix and 8 or 17 hexadecimal digits; a longer one may come.
///
/// Source: Amazon EC2 User Guide, "Resource IDs".
fn is_no_id(value: &str, prefix: &str) -> bool {
    if value.contains(['*', '?']) {
        return !pattern::intersect(value, &format!("{prefix}*"));
    }
    let is_digit = |byte: u8| byte.is_ascii_hexdigit();
    !value.strip_prefix(prefix).is_some_and(|id| id.len() >= 8 && id.bytes().all(is_digit))
}

/// Source: AWS Organizations API Reference, shape `OrganizationId`.
fn is_no_organization(value: &str) -> bool {
    if value.contains(['*', '?']) {
        return !pattern::intersect(value, "o-*");
    }
    let is_part = |id: &str| (10..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    !value.strip_prefix("o-").is_some_and(is_part)
}

/// Source: AWS IAM User Guide, "IAM policy elements: Variables and tags", principal key values; "IAM identifiers".
fn user_id(value: &str, subject: PolicySubject<'_>) -> Option<&'static str> {
    if value == subject.owner.to_string() {
        return Some(ROOT);
    }
    if value.starts_with("AROA") && !value.contains([':', '*']) {
        return Some("the id of a role is carried with a session behind it, as in `AROA…:session`");
    }
    if value.starts_with("AIDA") && value.contains(':') {
        return Some("the id of a user has no session behind it");
    }
    None
}

pub(super) const ROOT: &str = "the account's root user: it can always act, and its credentials are deleted";

fn principal_arn(value: &str, subject: PolicySubject<'_>) -> Option<&'static str> {
    let account = value.split(':').nth(4)?;
    if value.ends_with(":root") && account == subject.owner.to_string() {
        return Some(ROOT);
    }
    // Source: AWS IAM Identity Center User Guide, "Referencing permission sets in resource policies" (the path).
    if value.contains(":role/AWSReservedSSO_") {
        return Some("the ARN of an Identity Center role has the path `aws-reserved/sso.amazonaws.com/` in it");
    }
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (is_account && account != subject.owner.to_string()).then_some("a principal of another account")
}
