use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Decision, Question, Statement, decide, wildcard_matches};

fn decision(statements: Value) -> Decision {
    let context = BTreeMap::from([
        ("aws:principalarn", "arn:aws:iam::333333333333:root".to_owned()),
        ("aws:principalaccount", "333333333333".to_owned()),
        ("aws:assumedroot", "true".to_owned()),
        ("sts:taskpolicyarn", "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials".to_owned()),
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
        (json!({"NumericEquals": {"aws:PrincipalAccount": "333333333333"}}), UNREADABLE),
        (json!({"ForSomeValue:StringEquals": {"aws:PrincipalAccount": "333333333333"}}), UNREADABLE),
        (json!({"StringEquals": {"aws:PrincipalAccount": {"a": 1}}}), UNREADABLE),
        (json!({"StringEquals": {"aws:PrincipalAccount": "1"}, "NumericEquals": {"a": "1"}}), FAILS),
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
