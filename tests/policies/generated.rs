//! Policies as people write them, and stranger ones: every combination of elements that the analysis tells apart.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

pub const OWNER: &str = "111122223333";
pub const OTHER: &str = "999988887777";
pub const BUCKET: &str = "arn:aws:s3:::data";
pub const QUEUE: &str = "arn:aws:sqs:eu-central-1:111122223333:jobs";

/// What a policy is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Bucket,
    Queue,
}

pub fn on() -> impl Strategy<Value = On> {
    prop_oneof![3 => Just(On::Bucket), 1 => Just(On::Queue)]
}

/// A policy in which every statement has a Sid of its own, `S0` and on.
pub fn policy(on: On) -> impl Strategy<Value = Value> {
    vec(statement(on), 1..5).prop_map(|statements| {
        let named: Vec<Value> = statements
            .into_iter()
            .enumerate()
            .map(|(number, mut statement)| {
                statement.insert("Sid".to_owned(), format!("S{number}").into());
                Value::Object(statement)
            })
            .collect();
        json!({ "Version": "2012-10-17", "Statement": named })
    })
}

fn statement(on: On) -> impl Strategy<Value = Map<String, Value>> {
    let effect = prop_oneof![3 => Just("Deny"), 1 => Just("Allow")];
    let conditions = prop_oneof![3 => Just(vec![]), 2 => vec(condition(), 1..3)];
    (effect, principal(), action(on), resource(on), conditions).prop_map(
        |(effect, principal, action, resource, conditions)| {
            let mut statement = Map::new();
            statement.insert("Effect".to_owned(), effect.into());
            for (element, value) in [principal, action, resource] {
                statement.insert(element.to_owned(), value);
            }
            let mut block: Map<String, Value> = Map::new();
            for (operator, key, values) in conditions {
                let keys = block.entry(operator).or_insert_with(|| json!({}));
                keys[key] = values;
            }
            if !block.is_empty() {
                statement.insert("Condition".to_owned(), Value::Object(block));
            }
            statement
        },
    )
}

type Element = (&'static str, Value);

/// `role/blocked` is the one that statements name; no property asks for it.
fn principal() -> impl Strategy<Value = Element> {
    let root = format!("arn:aws:iam::{OWNER}:root");
    let role = |name: &str| format!("arn:aws:iam::{OWNER}:role/{name}");
    let session = |role: &str, name: &str| format!("arn:aws:sts::{OWNER}:assumed-role/{role}/{name}");
    prop_oneof![
        6 => Just(("Principal", json!("*"))),
        2 => Just(("Principal", json!({ "AWS": "*" }))),
        1 => Just(("Principal", json!({ "AWS": ["*", role("blocked")] }))),
        1 => Just(("Principal", json!({ "AWS": root }))),
        1 => Just(("Principal", json!({ "AWS": [OWNER] }))),
        1 => Just(("Principal", json!({ "AWS": role("blocked") }))),
        1 => Just(("Principal", json!({ "AWS": format!("arn:aws:iam::{OTHER}:root") }))),
        1 => Just(("Principal", json!({ "AWS": [OTHER, role("blocked")], "Service": "cloudtrail.amazonaws.com" }))),
        1 => Just(("NotPrincipal", json!({ "AWS": [role("admin"), root] }))),
        1 => Just(("NotPrincipal", json!({ "AWS": [format!("arn:aws:iam::{OTHER}:root")] }))),
        1 => Just(("NotPrincipal", json!("*"))),
        1 => Just(("NotPrincipal", json!({ "AWS": [role("admin"), session("admin", "jane"), root] }))),
        1 => Just(("NotPrincipal", json!({ "AWS": [format!("arn:aws:iam::{OWNER}:user/bob"), OWNER] }))),
        1 => Just(("NotPrincipal", json!({ "AWS": ["AIDAEXAMPLEGONE000001", root], "Service": "cloudtrail.amazonaws.com" }))),
    ]
}

fn action(on: On) -> impl Strategy<Value = Element> {
    let patterns: &[&str] = match on {
        On::Bucket => &[
            "s3:*",
            "*",
            "s*",
            "S3:*",
            "s3:?*",
            "s3:*Policy",
            "s3:Put*",
            "s3:Get*",
            "s3:Delete*",
            "s3:*Bucket*",
            "s3:*Object*",
            "s3:PutBucketPolic?",
            "s3:*BucketPolicy",
            "s3:PutBucketPolicy",
            "s3:putbucketpolicy",
            "s3:DeleteBucketPolicy",
            "s3:GetBucketPolicy",
            "s3:GetObject",
            "s3:PutObject",
            "s3:ListBucket",
            "s3:PutBucketAcl",
            "s3:List*",
            "sqs:*",
        ],
        On::Queue => &[
            "sqs:*",
            "*",
            "SQS:*",
            "sqs:Set*",
            "sqs:*Attributes",
            "sqs:*Queue*",
            "sqs:*e*",
            "sqs:SetQueueAttributes",
            "sqs:GetQueueAttributes",
            "sqs:SendMessage",
            "sqs:ReceiveMessage",
            "sqs:*Message*",
            "s3:*",
        ],
    };
    let element = prop_oneof![4 => Just("Action"), 1 => Just("NotAction")];
    (element, one_or_many(patterns))
}

fn resource(on: On) -> impl Strategy<Value = Element> {
    let patterns: &[&str] = match on {
        On::Bucket => &[
            "arn:aws:s3:::data",
            "arn:aws:s3:::data",
            "arn:aws:s3:::data",
            "arn:aws:s3:::data/*",
            "arn:aws:s3:::data/*",
            "*",
            "arn:aws:s3:::data*",
            "arn:aws:s3:::data/private/*",
            "*data",
            "arn:aws:s3:::other",
            "arn:aws:s3:::other/*",
            "arn:aws:s3:::data/${aws:PrincipalAccount}/*",
            "arn:aws:s3:::${aws:PrincipalTag/bucket}",
            "arn:aws:s3",
        ],
        On::Queue => &[
            QUEUE,
            QUEUE,
            QUEUE,
            "*",
            "arn:aws:sqs",
            "arn:aws:sqs:*:*:jobs",
            "arn:aws:sqs:eu-central-1:111122223333:other",
        ],
    };
    let element = prop_oneof![6 => Just("Resource"), 1 => Just("NotResource")];
    (element, one_or_many(patterns))
}

fn one_or_many(values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![select(values).prop_map(Value::from), vec(select(values), 1..4).prop_map(|values| json!(values)),]
}

/// Operators that compare texts, addresses, numbers, booleans, dates; and what they are asked of.
fn condition() -> impl Strategy<Value = (String, &'static str, Value)> {
    prop_oneof![
        6 => (text_operator(), text_key()).prop_map(|(operator, (key, values))| (operator, key, values)),
        2 => (select(&["IpAddress", "NotIpAddress", "IpAddressIfExists", "NotIpAddressIfExists"]), address())
            .prop_map(|(operator, values)| (operator.to_owned(), "aws:SourceIp", values)),
        1 => (select(&["NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericNotEquals"]), select(&["1.2", "1.3", "600000"]),
            select(&["s3:TlsVersion", "s3:signatureAge", "s3:max-keys"])).prop_map(|(operator, value, key)| (operator.to_owned(), key, json!(value))),
        4 => (select(&["Bool", "BoolIfExists"]), select(&["true", "false"]), select(&[
            "aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:PrincipalIsAWSService", "aws:ViaAWSService",
        ])).prop_map(|(operator, value, key)| (operator.to_owned(), key, json!(value))),
        2 => (select(&[true, false]), select(&[
            "aws:PrincipalArn", "aws:SourceVpce", "s3:x-amz-server-side-encryption", "aws:PrincipalAccount", "aws:SourceArn",
        ])).prop_map(|(value, key)| ("Null".to_owned(), key, json!(value))),
        1 => (select(&["DateLessThan", "DateGreaterThan"]), select(&["2020-01-01", "2030-01-01T00:00:00Z"]))
            .prop_map(|(operator, value)| (operator.to_owned(), "aws:CurrentTime", json!(value))),
    ]
}

fn text_operator() -> impl Strategy<Value = String> {
    let quantifier = prop_oneof![6 => Just(""), 1 => Just("ForAllValues:"), 1 => Just("ForAnyValue:")];
    let comparison = select(&[
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "ArnEquals",
        "ArnNotLike",
    ]);
    (quantifier, comparison, option::weighted(0.2, Just("IfExists")))
        .prop_map(|(quantifier, comparison, suffix)| format!("{quantifier}{comparison}{}", suffix.unwrap_or_default()))
}

fn text_key() -> impl Strategy<Value = (&'static str, Value)> {
    let of =
        |key: &'static str, values: &'static [&'static str]| one_or_many(values).prop_map(move |values| (key, values));
    prop_oneof![
        4 => of("aws:PrincipalArn", &[
            "arn:aws:iam::111122223333:role/admin", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:*",
            "arn:aws:iam::999988887777:role/partner", "arn:aws:iam::*:role/dev-*", "*", "arn:aws:*::111122223333:*",
            "${aws:PrincipalArn}", "arn:aws:iam::111122223333:root",
        ]),
        2 => of("aws:principalaccount", &["111122223333", "999988887777", "1111*", "${aws:ResourceAccount}"]),
        1 => of("aws:ResourceAccount", &["111122223333", "999988887777"]),
        1 => of("aws:PrincipalOrgID", &["o-a1b2c3d4e5", "o-*"]),
        1 => of("aws:userid", &["AROAADMIN:*", "AROAADMIN", "AIDABOB", "AIDABOB:*", "111122223333", "*", "999988887777"]),
        1 => of("aws:username", &["bob", "*"]),
        1 => of("aws:PrincipalType", &["AssumedRole", "User", "Account"]),
        1 => of("aws:PrincipalOrgPaths", &["o-a1b2c3d4e5/*", "*"]),
        1 => of("s3:x-amz-content-sha256", &[
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "UNSIGNED-PAYLOAD",
        ]),
        2 => of("aws:SourceVpce", &["vpce-11111111", "vpce-*", "*", "", "vpc-11111111"]),
        1 => of("aws:PrincipalTag/team", &["platform", "*"]),
        1 => of("aws:SourceArn", &["arn:aws:sns:eu-central-1:111122223333:topic", "*"]),
        1 => of("aws:SourceAccount", &["111122223333"]),
        1 => of("aws:PrincipalServiceName", &["cloudtrail.amazonaws.com"]),
        1 => of("aws:RequestedRegion", &["eu-central-1"]),
        2 => of("s3:x-amz-server-side-encryption", &["aws:kms", "*"]),
        1 => of("s3:x-amz-acl", &["private", "${aws:PrincipalTag/acl}"]),
        1 => of("s3:authType", &["REST-HEADER", "REST-QUERY-STRING", "*"]),
        1 => of("s3:signatureversion", &["AWS", "AWS4-HMAC-SHA256"]),
        1 => of("s3:DataAccessPointAccount", &["111122223333"]),
        1 => of("aws:SomethingNew", &["x", "*"]),
    ]
}

fn address() -> impl Strategy<Value = Value> {
    one_or_many(&[
        "192.0.2.0/24",
        "203.0.113.0/24",
        "0.0.0.0/0",
        "::/0",
        "2001:db8::/32",
        "10.0.0.0/8",
        "0.0.0.0/32",
        "2001:db8::5/64",
    ])
}
