//! Which statements S3 would call public.

use crate::policy::language::{
    condition::Condition,
    document::PolicyDocument,
    operator::Comparison,
    pattern,
    principal::Principal,
    statement::{Effect, Listed, Statement},
};

/// The Allow statements that S3 would call public, so that Block Public Access refuses the policy.
///
/// In doubt a statement counts as public. Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage",
/// "The meaning of public".
#[must_use]
pub fn public_statements(document: &PolicyDocument) -> Vec<String> {
    document.statements().iter().filter(|statement| is_public(statement)).map(Statement::name).collect()
}

fn is_public(statement: &Statement<'_>) -> bool {
    statement.effect == Effect::Allow && is_for_anybody(statement) && !statement.conditions.iter().any(fixes_who)
}

/// An Allow with `NotPrincipal` is for anybody but a few.
pub(super) fn is_for_anybody(statement: &Statement<'_>) -> bool {
    match &statement.principals {
        Listed::In(principals) => principals.contains(&Principal::Anybody),
        Listed::NotIn(_) => true,
    }
}

/// Whether a condition lets in only fixed values of a key that says who asks or from where.
fn fixes_who(condition: &Condition<'_>) -> bool {
    // `IfExists` and `ForAllValues` let in whoever does not carry the key.
    if condition.operator.negated || condition.operator.holds_when_missing() != Some(false) {
        return false;
    }
    let key = condition.key.to_ascii_lowercase();
    let is_text = matches!(
        condition.operator.comparison,
        Comparison::Equal | Comparison::EqualIgnoringCase | Comparison::Like | Comparison::Arn
    );
    let all = |is_fixed: fn(&str) -> bool| is_text && condition.values.iter().all(|value| is_fixed(value));
    match key.as_str() {
        "aws:sourceip" => {
            condition.operator.comparison == Comparison::Address
                && condition.values.iter().all(|value| is_narrow_range(value))
        }
        "aws:userid" => all(|value| is_fixed(value.strip_suffix(":*").unwrap_or(value))),
        // The name of the access point may be a wildcard, its account not.
        "s3:dataaccesspointarn" => all(|value| {
            let account = value.split(':').nth(4).unwrap_or_default();
            is_fixed(account) && !account.is_empty() && !pattern::has_variable(value)
        }),
        "aws:sourcearn"
        | "aws:sourcevpc"
        | "aws:sourcevpce"
        | "aws:sourceaccount"
        | "aws:sourceowner"
        | "aws:sourceorgid"
        | "aws:principalorgid"
        | "aws:principalorgpaths"
        | "aws:principalaccount"
        | "aws:principalarn"
        | "s3:x-amz-server-side-encryption-aws-kms-key-id"
        | "s3:dataaccesspointaccount" => all(is_fixed),
        _ => false,
    }
}

/// Whether a condition lets in only principals of one account.
pub(super) fn fixes_account(condition: &Condition<'_>, account: &str) -> bool {
    let is_of_account: fn(&str, &str) -> bool = match condition.key.to_ascii_lowercase().as_str() {
        "aws:principalaccount" => |value, account| value == account,
        "aws:principalarn" => |value, account| value.split(':').nth(4) == Some(account),
        _ => return false,
    };
    fixes_beginning(condition) && condition.values.iter().all(|value| is_of_account(value, account))
}

/// Whether a condition lets in only what matches its values, all of which can be read.
fn fixes_beginning(condition: &Condition<'_>) -> bool {
    let operator = condition.operator;
    // A wildcard of `StringLike` may reach across the colons of an ARN; one that stands behind the account changes nothing.
    matches!(operator.comparison, Comparison::Equal | Comparison::Like | Comparison::Arn)
        && !operator.negated
        && operator.holds_when_missing() == Some(false)
        && condition.values.iter().all(|value| {
            let before_account = value.splitn(6, ':').take(5).collect::<String>();
            is_fixed(&before_account) && !pattern::has_variable(value)
        })
}

fn is_fixed(value: &str) -> bool {
    !value.contains(['*', '?']) && !pattern::has_variable(value)
}

/// Ranges as wide as half of the Internet fix nobody.
fn is_narrow_range(range: &str) -> bool {
    let (address, bits) = range.split_once('/').unwrap_or((range, "128"));
    let least = if address.contains(':') { 32 } else { 8 };
    bits.parse::<u32>().is_ok_and(|bits| bits >= least)
}
