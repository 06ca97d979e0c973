//! Bucket policies that S3 refuses to take.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use aws_sdk_s3::Client;
use rootwarden_simulator::{Caller, Simulator};
use serde_json::{Value, json};
use support::locked::{BUCKET, OPEN_BUCKET, admin, world};
use support::{MEMBER, UNLOCK_BUCKET, refusal, root_session};

async fn put(simulator: &Simulator, bucket: &str, policy: String) -> Option<(String, u16, String)> {
    let root = Client::new(&root_session(simulator, MEMBER, UNLOCK_BUCKET).await);
    let answer = root.put_bucket_policy().bucket(bucket).policy(policy).send().await;
    if answer.is_ok() { None } else { Some(refusal(answer)) }
}

fn statement(changes: Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::333333333333:role/admin"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::locked-bucket/*",
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(statement.as_object_mut().unwrap().remove(name)),
            value => statement[name] = value.clone(),
        }
    }
    statement
}

fn document(changes: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement(changes)]}).to_string()
}

fn principal(name: &str) -> String {
    document(json!({"Principal": {"AWS": name}}))
}

#[tokio::test]
async fn takes_what_s3_takes() {
    let simulator = Simulator::new(world());
    let _signs = simulator.sdk_config(&Caller::role(MEMBER, "made-by-signing"));
    for accepted in [
        document(json!({})),
        json!({"Statement": statement(json!({}))}).to_string(),
        principal("*"),
        principal("333333333333"),
        principal("arn:aws:iam::333333333333:root"),
        principal("arn:aws:iam::333333333333:role/service-role/reader"),
        principal("arn:aws:iam::333333333333:user/alice"),
        principal("arn:aws:sts::333333333333:assumed-role/admin/anybody"),
        principal("arn:aws:iam::333333333333:role/made-by-signing"),
        principal("arn:aws:iam::999999999999:role/whatever"),
        document(json!({"Principal": {"Service": "cloudtrail.amazonaws.com"}})),
        document(json!({"Principal": null, "NotPrincipal": {"AWS": "333333333333"}, "Effect": "Deny"})),
        document(json!({"Action": null, "NotAction": "s3:GetObject"})),
        document(json!({"Action": "*", "Resource": "*"})),
        document(json!({"Action": ["s3:ListBucket", "s3:GetObject"],
            "Resource": ["arn:aws:s3:::locked-bucket", "arn:aws:s3:::locked-bucket/a*"]})),
        document(json!({"Action": "s3:Get*", "Resource": "arn:aws:s3:::locked-bucket"})),
        document(json!({"Action": "s3:GetBucketObjectLockConfiguration", "Resource": "arn:aws:s3:::locked-bucket"})),
        document(json!({"Resource": "arn:aws:s3:::locked-bucket*"})),
    ] {
        assert_eq!(put(&simulator, BUCKET, accepted.clone()).await, None, "{accepted}");
        assert_eq!(simulator.world().member_bucket(BUCKET).unwrap().policy.as_deref(), Some(accepted.as_str()));
    }
}

#[tokio::test]
async fn refuses_each_malformed_policy_in_s3s_words() {
    let simulator = Simulator::new(world());
    let missing = |field: &str| document(json!({field: null}));
    for (policy, expected) in [
        ("policy".to_owned(), "Policies must be valid JSON and the first byte must be '{'"),
        ("[]".to_owned(), "Policies must be valid JSON and the first byte must be '{'"),
        (" {}".to_owned(), "Policies must be valid JSON and the first byte must be '{'"),
        ("{".to_owned(), "This policy contains invalid Json"),
        ("{}".to_owned(), "Missing required field Statement"),
        (json!({"Statement": []}).to_string(), "Could not parse the policy: Statement is empty!"),
        (
            json!({"Version": "2026-01-01", "Statement": []}).to_string(),
            "The policy must contain a valid version string",
        ),
        (json!({"Version": "2012-10-17", "Statment": []}).to_string(), "Unknown field Statment"),
        (document(json!({"Actions": "s3:*"})), "Unknown field Actions"),
        (missing("Effect"), "Missing required field Effect"),
        (missing("Principal"), "Missing required field Principal"),
        (missing("Action"), "Missing required field Action"),
        (missing("Resource"), "Missing required field Resource"),
        (document(json!({"Effect": "Perhaps"})), "Invalid effect: Perhaps"),
        (document(json!({"NotAction": "s3:*"})), "Invalid policy syntax."),
        (document(json!({"Action": []})), "Invalid policy syntax."),
        (document(json!({"Principal": "333333333333"})), "Invalid policy syntax."),
        (document(json!({"Action": "sqs:SendMessage"})), "Policy has invalid action"),
        (document(json!({"Action": ["s3:GetObject", "GetObject"]})), "Policy has invalid action"),
        (document(json!({"Resource": "arn:aws:s3:::another/*"})), "Policy has invalid resource"),
        (document(json!({"Resource": "locked-bucket"})), "Policy has invalid resource"),
        (
            document(json!({"Resource": ["arn:aws:s3:::locked-bucket/*", "arn:aws:s3:::open-bucket"]})),
            "Policy has invalid resource",
        ),
        (
            document(json!({"Resource": "arn:aws:s3:::locked-bucket"})),
            "Action does not apply to any resource(s) in statement",
        ),
        (
            document(json!({"Action": ["s3:GetObject", "s3:GetBucketPolicy"]})),
            "Action does not apply to any resource(s) in statement",
        ),
    ] {
        let (code, status, message) = put(&simulator, BUCKET, policy.clone()).await.expect(&policy);
        assert_eq!((code.as_str(), status, message.as_str()), ("MalformedPolicy", 400, expected), "{policy}");
    }
    assert_eq!(simulator.world(), world());
}

#[tokio::test]
async fn refuses_principals_that_do_not_exist_and_names_them() {
    let simulator = Simulator::new(world());
    let root = Client::new(&root_session(&simulator, MEMBER, UNLOCK_BUCKET).await);
    for gone in [
        "arn:aws:iam::333333333333:role/gone",
        "arn:aws:iam::333333333333:role/reader",
        "arn:aws:iam::333333333333:user/gone",
        "arn:aws:sts::333333333333:assumed-role/gone/session",
        "arn:aws:iam::333333333333:role/*",
        "AROAAAAAAAAAAAAAAAAAA",
        "AIDAAAAAAAAAAAAAAAAAA",
        "33333333333",
        "arn:aws:s3:::locked-bucket",
    ] {
        let error = root.put_bucket_policy().bucket(BUCKET).policy(principal(gone)).send().await.unwrap_err();
        let body = String::from_utf8(error.raw_response().unwrap().body().bytes().unwrap().to_vec()).unwrap();
        assert!(body.contains("<Message>Invalid principal in policy</Message>"), "{body}");
        assert!(body.contains(&format!("<Detail>&quot;AWS&quot; : &quot;{gone}&quot;</Detail>")), "{body}");
    }
    assert_eq!(simulator.world(), world());
}

#[tokio::test]
async fn refuses_a_policy_that_is_too_large() {
    let simulator = Simulator::new(world());
    let of_length = |length: usize| {
        let policy = document(json!({"Sid": ""}));
        let padding = "a".repeat(length - policy.len());
        document(json!({"Sid": padding}))
    };
    assert_eq!(put(&simulator, BUCKET, of_length(20_480)).await, None);
    let (code, status, _) = put(&simulator, BUCKET, of_length(20_481)).await.unwrap();
    assert_eq!((code.as_str(), status), ("PolicyTooLarge", 400));
}

#[tokio::test]
async fn blocks_public_policies_where_the_bucket_says_so() {
    let simulator = Simulator::new(world());
    let with = |changes: Value| {
        let mut statement = statement(json!({"Principal": "*", "Resource": "arn:aws:s3:::open-bucket/*"}));
        statement.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        json!({"Version": "2012-10-17", "Statement": statement}).to_string()
    };
    for public in [
        with(json!({})),
        with(json!({"Principal": {"AWS": ["333333333333", "*"]}})),
        with(json!({"Condition": {"Bool": {"aws:SecureTransport": "true"}}})),
        with(json!({"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}})),
        with(json!({"Condition": {"StringLike": {"aws:PrincipalOrgID": "o-*"}}})),
        with(json!({"Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}})),
    ] {
        let (code, status, message) = put(&simulator, OPEN_BUCKET, public.clone()).await.expect(&public);
        assert_eq!((code.as_str(), status), ("AccessDenied", 403), "{public}");
        assert_eq!(
            message,
            "User: arn:aws:iam::333333333333:root is not authorized to perform: s3:PutBucketPolicy on resource: \
             \"arn:aws:s3:::open-bucket\" because public policies are blocked by the BlockPublicPolicy block \
             public access setting."
        );
    }
    assert_eq!(simulator.world(), world());
    for private in [
        with(json!({"Principal": {"AWS": "333333333333"}})),
        with(json!({"Effect": "Deny"})),
        with(json!({"Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}})),
        with(json!({"Condition": {"StringEquals": {"AWS:PrincipalOrgID": "o-aaaaaaaaaa"}}})),
        with(json!({"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::333333333333:role/*"}}})),
        with(json!({"Principal": {"Service": "cloudtrail.amazonaws.com"}})),
    ] {
        assert_eq!(put(&simulator, OPEN_BUCKET, private.clone()).await, None, "{private}");
    }
}

#[tokio::test]
async fn validates_what_ordinary_callers_put_too() {
    let simulator = Simulator::new(world());
    let s3 = Client::new(&admin(&simulator));
    let refused = s3.put_bucket_policy().bucket(OPEN_BUCKET).policy("{}").send().await;
    assert_eq!(refusal(refused).2, "Missing required field Statement");
}
