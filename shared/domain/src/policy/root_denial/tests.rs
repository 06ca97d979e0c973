use serde_json::{Value, json};

use super::*;

const EVERYTHING: usize = CREDENTIAL_ACTIONS.len();

fn context(partition: Partition) -> RootSessionContext {
    RootSessionContext { partition, organization_id: "o-aaaaaaaaaa".to_owned() }
}

fn denials(statement: &Value, actions: &[&'static str]) -> Vec<RootDenial> {
    let text = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
    root_denials(&text, actions, &context(Partition::Aws)).unwrap()
}

/// How many actions are denied, and where; `None` if none are.
fn denied(statement: &Value) -> Option<(usize, DenialReach)> {
    let mut found = denials(statement, &CREDENTIAL_ACTIONS);
    assert!(found.len() <= 1);
    found.pop().map(|denial| (denial.actions.len(), denial.reach))
}

fn everything_if(condition: Value) -> Value {
    json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition})
}

/// Source: AWS Control Tower Controls Reference Guide, "Strongly recommended controls with preventive behavior": the artifacts
/// of "Disallow actions as a root user" and "Disallow creation of access keys for the root user".
#[test]
fn the_policy_of_control_tower_denies_root_sessions_and_the_one_about_new_keys_does_not() {
    let root = json!({"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::*:root"]}});
    let restrict = json!([{
        "Sid": "GRRESTRICTROOTUSER", "Effect": "Deny", "Action": "*", "Resource": ["*"], "Condition": root,
    }]);
    let [denial] = denials(&restrict, &CREDENTIAL_ACTIONS).try_into().unwrap();
    assert_eq!((denial.statement.as_str(), denial.reach), ("Sid \"GRRESTRICTROOTUSER\"", DenialReach::Everywhere));
    assert_eq!(denial.actions, CREDENTIAL_ACTIONS);
    assert_eq!(denials(&restrict, &UNLOCK_ACTIONS)[0].actions, UNLOCK_ACTIONS);
    let keys = json!({
        "Sid": "GRRESTRICTROOTUSERACCESSKEYS", "Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": ["*"],
        "Condition": root,
    });
    assert_eq!(denied(&keys), None);
}

#[test]
fn root_is_named_in_many_ways() {
    for condition in [
        json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}),
        json!({"ArnLike": {"AWS:principalarn": "arn:aws:iam::*:root"}}),
        json!({"ArnEquals": {"aws:PrincipalArn": ["arn:aws:iam::*:user/x", "arn:aws:iam::*:root"]}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}}),
        json!({"StringLike": {"aws:PrincipalArn": "*:root"}, "Bool": {"aws:ViaAWSService": "false"}}),
        json!({"StringEquals": {"aws:PrincipalType": "Account"}}),
        json!({"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}}),
        json!({}),
    ] {
        assert_eq!(
            denied(&everything_if(condition.clone())),
            Some((EVERYTHING, DenialReach::Everywhere)),
            "{condition}"
        );
    }
    assert_eq!(denied(&json!({"Effect": "Deny", "Action": "*", "Resource": "*"})).unwrap().0, EVERYTHING);
}

#[test]
fn root_sessions_are_exempt_in_many_ways() {
    let root = json!({"aws:PrincipalArn": "arn:aws:iam::*:root"});
    for exemption in [
        json!({"Null": {"aws:AssumedRoot": "true"}}),
        json!({"Null": {"aws:assumedroot": true}}),
        json!({"Bool": {"aws:AssumedRoot": "false"}}),
        json!({"BoolIfExists": {"aws:AssumedRoot": "false"}}),
        json!({"StringNotEquals": {"aws:AssumedRoot": "true"}}),
        json!({"StringNotEqualsIfExists": {"aws:AssumedRoot": ["true"]}}),
        json!({"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}),
    ] {
        let mut condition = exemption.clone();
        condition["ArnLike"] = root.clone();
        assert_eq!(denied(&everything_if(condition)), None, "{exemption}");
    }
}

#[test]
fn what_does_not_exempt_them_is_told_of() {
    let root = json!({"aws:PrincipalArn": "arn:aws:iam::*:root"});
    for condition in [
        json!({"Null": {"aws:AssumedRoot": "false"}}),
        json!({"Bool": {"aws:AssumedRoot": "true"}}),
        json!({"StringNotEquals": {"aws:PrincipalTag/team": "security"}}),
    ] {
        let mut condition = condition;
        condition["ArnLike"] = root.clone();
        assert_eq!(
            denied(&everything_if(condition.clone())),
            Some((EVERYTHING, DenialReach::Everywhere)),
            "{condition}"
        );
    }
}

#[test]
fn somebody_else_is_not_root() {
    for condition in [
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}),
        json!({"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/x", "arn:aws:iam::*:root"]}}),
        json!({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}),
        json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}),
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws-us-gov:iam::*:root"}}),
    ] {
        assert_eq!(denied(&everything_if(condition.clone())), None, "{condition}");
    }
    let allowed = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    assert_eq!(denied(&allowed), None);
}

#[test]
fn one_account_or_one_resource_is_a_part() {
    let one = json!({"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:root"}});
    assert_eq!(denied(&everything_if(one)), Some((EVERYTHING, DenialReach::InPart)));
    let all_but_one = json!({"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}});
    assert_eq!(denied(&everything_if(all_but_one)), Some((EVERYTHING, DenialReach::InPart)));
    let on_root = json!({"Effect": "Deny", "Action": "iam:*", "Resource": "arn:aws:iam::*:root"});
    assert_eq!(denied(&on_root), Some((EVERYTHING - 1, DenialReach::Everywhere)), "the summary is of no resource");
    let bucket = json!({"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::logs"});
    assert_eq!(denials(&bucket, &UNLOCK_ACTIONS)[0].reach, DenialReach::InPart);
    let but_buckets = json!({"Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:s3:::*"});
    assert_eq!(denied(&but_buckets), Some((EVERYTHING, DenialReach::Everywhere)));
    let but_root = json!({"Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:iam::*:root"});
    assert_eq!(denied(&but_root), Some((1, DenialReach::Everywhere)), "the summary again");
}

#[test]
fn a_condition_that_cannot_be_decided_counts_only_where_root_is_named() {
    let elsewhere = json!({"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}});
    assert_eq!(denied(&everything_if(elsewhere.clone())), None, "Regions are limited everywhere");
    let mut of_root = elsewhere;
    of_root["ArnLike"] = json!({"aws:PrincipalArn": "arn:aws:iam::*:root"});
    assert_eq!(denied(&everything_if(of_root)), Some((EVERYTHING, DenialReach::Perhaps)));
}

/// Source: aws-samples/service-control-policy-examples, which denies root users everything but what repairs a bucket.
#[test]
fn not_action_leaves_out_what_it_names() {
    let root = json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}});
    let statement = json!({
        "Effect": "Deny", "Resource": "*", "Condition": root,
        "NotAction": ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "IAM:get*"],
    });
    let credentials = &denials(&statement, &CREDENTIAL_ACTIONS)[0].actions;
    assert_eq!(credentials.len(), EVERYTHING - 3);
    assert!(!credentials.contains(&"iam:GetAccountSummary") && credentials.contains(&"iam:ListAccessKeys"));
    assert!(denials(&statement, &UNLOCK_ACTIONS)[0].actions.iter().all(|action| action.starts_with("sqs:")));
}

#[test]
fn another_partition_has_roots_of_its_own() {
    let text =
        json!({"Statement": everything_if(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws-us-gov:iam::*:root"}}))});
    let found = |partition| root_denials(&text.to_string(), &UNLOCK_ACTIONS, &context(partition)).unwrap().len();
    assert_eq!((found(Partition::AwsUsGov), found(Partition::Aws)), (1, 0));
}

/// Source: AWS Organizations User Guide, "RCP syntax": principals are `*` alone.
#[test]
fn a_resource_control_policy_is_read_as_well() {
    let statement = json!({
        "Sid": "DenyOutsiders", "Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*"], "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
    });
    assert_eq!(denials(&statement, &UNLOCK_ACTIONS)[0].actions, UNLOCK_ACTIONS);
}

#[test]
fn what_is_not_understood_is_an_error_and_not_an_answer() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"Statement": {"Effect": "Deny", "Action": "*"}}"#,
        r#"{"Statement": [{"Effect": "Perhaps"}]}"#,
    ] {
        assert!(root_denials(text, &CREDENTIAL_ACTIONS, &context(Partition::Aws)).is_err(), "{text}");
    }
}
