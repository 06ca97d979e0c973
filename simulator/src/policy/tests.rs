use serde_json::{Value, json};

use super::context::Context;
use super::statement::{Decision, Question, Statement, decide};
use super::wildcard::wildcard_matches;

fn decision(statements: Value) -> Decision {
    let context = Context::default().with_all(&[
        ("aws:PrincipalArn", "arn:aws:iam::333333333333:root"),
        ("aws:PrincipalAccount", "333333333333"),
        ("aws:AssumedRoot", "true"),
        ("sts:TaskPolicyArn", "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"),
        ("aws:SourceIp", "203.0.113.1"),
        ("aws:VpcSourceIp", "2001:db8::17"),
        ("aws:CurrentTime", "2026-11-22T02:00:00Z"),
        ("s3:TlsVersion", "1.3"),
        ("aws:PrincipalOrgPaths", "o-a/r-a/ou-1/"),
        ("aws:PrincipalOrgPaths", "o-a/r-a/ou-2/"),
    ]);
    let question = Question { action: "iam:GetUser", resource: "arn:aws:iam::333333333333:root", context };
    decide(&Statement::read_all_or_deny(statements), &question)
}

/// Whether an Allow, and whether a Deny, with this condition applies.
fn applies(condition: Value) -> (bool, bool) {
    let statement = |effect| json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition});
    let allows = decision(json!([statement("Allow")])) == Decision::Allowed;
    let denies = decision(json!([statement("Deny")])) == Decision::ExplicitlyDenied;
    (allows, denies)
}

const HOLDS: (bool, bool) = (true, true);
const FAILS: (bool, bool) = (false, false);
const UNREADABLE: (bool, bool) = (false, true);

#[test]
fn matches_wildcards() {
    for (pattern, text) in [
        ("*", ""),
        ("iam:*", "iam:GetUser"),
        ("*User", "iam:GetUser"),
        ("i?m:Get*", "iam:GetUser"),
        ("*a*b*c", "xxaxxbxbxc"),
        ("arn:aws:iam::*:root", "arn:aws:iam::333333333333:root"),
    ] {
        assert!(wildcard_matches(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in
        [("", "a"), ("a", ""), ("?", ""), ("*b", "ba"), ("iam:Get", "iam:GetUser"), ("a*b*c", "abab")]
    {
        assert!(!wildcard_matches(pattern, text), "{pattern} {text}");
    }
}

#[test]
fn lets_a_deny_beat_every_allow() {
    let allow = json!({"Effect": "Allow", "Action": "iam:*", "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": "iam:getuser", "Resource": "*"});
    assert_eq!(decision(json!([allow])), Decision::Allowed);
    assert_eq!(decision(json!([allow, deny])), Decision::ExplicitlyDenied);
    assert_eq!(decision(json!([])), Decision::NotAllowed);
}

#[test]
fn understands_what_is_not_named() {
    let statement =
        |actions: &str, resources: &str| json!([{"Effect": "Allow", "NotAction": actions, "NotResource": resources}]);
    assert_eq!(decision(statement("iam:Delete*", "arn:aws:iam::4*")), Decision::Allowed);
    assert_eq!(decision(statement("iam:Get*", "arn:aws:iam::4*")), Decision::NotAllowed);
    assert_eq!(decision(statement("iam:Delete*", "arn:aws:iam::*:root")), Decision::NotAllowed);
}

#[test]
fn fills_in_variables() {
    let statement = |resource: &str| json!([{"Effect": "Allow", "Action": "*", "Resource": resource}]);
    assert_eq!(decision(statement("arn:aws:iam::${aws:PrincipalAccount}:root")), Decision::Allowed);
    assert_eq!(decision(statement("arn:aws:iam::${aws:Unknown}:root")), Decision::NotAllowed);
    assert_eq!(decision(statement("arn:aws:iam::${aws:Unknown, '333333333333'}:root")), Decision::Allowed);
}

#[test]
fn evaluates_each_operator() {
    let arn = "aws:PrincipalArn";
    for (condition, expected) in [
        (json!({"StringEquals": {"aws:PrincipalAccount": ["1", "333333333333"]}}), HOLDS),
        (json!({"StringEquals": {"AWS:principalaccount": "3*"}}), FAILS),
        (json!({"StringNotEquals": {"aws:PrincipalAccount": ["1", "333333333333"]}}), FAILS),
        (json!({"StringLike": {arn: "arn:*:root"}}), HOLDS),
        (json!({"StringNotLike": {arn: "arn:aws:iam::*:root"}}), FAILS),
        (json!({"ArnLike": {arn: "arn:aws:iam::*:root"}}), HOLDS),
        (json!({"ArnLike": {arn: "arn:*:root"}}), FAILS),
        (json!({"ArnEquals": {arn: "arn:aws:iam::333333333333:root"}}), HOLDS),
        (json!({"ArnNotLike": {arn: "arn:aws:iam::4*:root"}}), HOLDS),
        (json!({"Bool": {"aws:AssumedRoot": true}}), HOLDS),
        (json!({"Bool": {"aws:AssumedRoot": "false"}}), FAILS),
        (json!({"Null": {"aws:AssumedRoot": "true"}}), FAILS),
        (json!({"Null": {"aws:Missing": "true"}}), HOLDS),
        (json!({"StringEquals": {"aws:Missing": "x"}}), FAILS),
        (json!({"StringNotEquals": {"aws:Missing": "x"}}), HOLDS),
        (json!({"StringEqualsIfExists": {"aws:Missing": "x"}}), HOLDS),
        (json!({"StringNotEqualsIfExists": {"aws:PrincipalAccount": "333333333333"}}), FAILS),
        (json!({"ForAnyValue:StringEquals": {"sts:TaskPolicyArn": "x"}}), FAILS),
        (json!({"ForAnyValue:StringLike": {"sts:TaskPolicyArn": "*/IAMAudit*"}}), HOLDS),
        (json!({"ForAnyValue:StringNotLike": {"aws:Missing": "x"}}), FAILS),
        (json!({"ForAllValues:StringLike": {"aws:Missing": "x"}}), HOLDS),
        (json!({"ForAnyValue:StringLikeIfExists": {"aws:Missing": "x"}}), HOLDS),
        (json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*/ou-2/*"}}), HOLDS),
        (json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "*/ou-2/*"}}), FAILS),
        (json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "*/ou-*"}}), HOLDS),
        (json!({"BinaryEquals": {"aws:PrincipalAccount": "333333333333"}}), UNREADABLE),
        (json!({"ForSomeValue:StringEquals": {"aws:PrincipalAccount": "333333333333"}}), UNREADABLE),
        (json!({"StringEquals": {"aws:PrincipalAccount": {"a": 1}}}), UNREADABLE),
        (json!({"StringEquals": {"aws:PrincipalAccount": "1"}, "BinaryEquals": {"a": "1"}}), FAILS),
    ] {
        assert_eq!(applies(condition.clone()), expected, "{condition}");
    }
}

#[test]
fn compares_numbers_dates_and_addresses() {
    for (condition, expected) in [
        (json!({"NumericEquals": {"aws:PrincipalAccount": "333333333333"}}), HOLDS),
        (json!({"NumericNotEquals": {"aws:PrincipalAccount": 333_333_333_333_u64}}), FAILS),
        (json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}}), FAILS),
        (json!({"NumericLessThan": {"s3:TlsVersion": 1.4}}), HOLDS),
        (json!({"NumericLessThanEquals": {"s3:TlsVersion": "1.3"}}), HOLDS),
        (json!({"NumericGreaterThan": {"s3:TlsVersion": "1.3"}}), FAILS),
        (json!({"NumericGreaterThanEquals": {"s3:TlsVersion": "1.3"}}), HOLDS),
        (json!({"NumericLessThan": {"aws:Missing": "1.2"}}), FAILS),
        (json!({"NumericLessThanIfExists": {"aws:Missing": "1.2"}}), HOLDS),
        (json!({"NumericLessThan": {"aws:PrincipalArn": "1.2"}}), FAILS),
        (json!({"NumericLessThan": {"aws:Missing": "many"}}), UNREADABLE),
        (json!({"DateLessThan": {"aws:CurrentTime": "2026-11-23T00:00:00Z"}}), HOLDS),
        (json!({"DateGreaterThan": {"aws:CurrentTime": "2026-11-22"}}), HOLDS),
        (json!({"DateEquals": {"aws:CurrentTime": "1795312800"}}), HOLDS),
        (json!({"DateNotEquals": {"aws:CurrentTime": "2026-11-22T02:00:00Z"}}), FAILS),
        (json!({"DateLessThanEquals": {"aws:CurrentTime": "2026-11-22T02:00:00+01:00"}}), FAILS),
        (json!({"DateGreaterThanEquals": {"aws:CurrentTime": "tomorrow"}}), UNREADABLE),
        (json!({"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "203.0.113.0/24"]}}), HOLDS),
        (json!({"IpAddress": {"aws:SourceIp": "203.0.113.1"}}), HOLDS),
        (json!({"IpAddress": {"aws:SourceIp": "203.0.113.2/32"}}), FAILS),
        (json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), HOLDS),
        (json!({"NotIpAddress": {"aws:SourceIp": "203.0.112.0/22"}}), FAILS),
        (json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), HOLDS),
        (json!({"NotIpAddress": {"aws:Missing": "10.0.0.0/8"}}), HOLDS),
        (json!({"IpAddress": {"aws:VpcSourceIp": "2001:db8::/32"}}), HOLDS),
        (json!({"IpAddress": {"aws:VpcSourceIp": "0.0.0.0/0"}}), FAILS),
        (json!({"IpAddress": {"aws:VpcSourceIp": "::/0"}}), HOLDS),
        (json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/33"}}), UNREADABLE),
        (json!({"NotIpAddress": {"aws:SourceIp": "office"}}), UNREADABLE),
        (json!({"Bool": {"aws:Missing": "false"}}), FAILS),
        (json!({"BoolIfExists": {"aws:Missing": "false"}}), HOLDS),
        (json!({"Bool": {"aws:AssumedRoot": "yes"}}), UNREADABLE),
    ] {
        assert_eq!(applies(condition.clone()), expected, "{condition}");
    }
}

#[test]
fn denies_everything_by_a_statement_that_it_cannot_read() {
    for unreadable in [json!([{"Effect": "Allow", "Actions": "*"}]), json!("nonsense"), json!([17])] {
        assert_eq!(decision(unreadable), Decision::ExplicitlyDenied);
    }
    assert_eq!(decision(json!([{"Effect": "Deny", "Resource": "*"}])), Decision::ExplicitlyDenied);
    assert_eq!(decision(json!([{"Effect": "Allow", "Resource": "*"}])), Decision::NotAllowed);
}
