//! What a change lets in that was kept out before: which of it needs force.

use serde_json::json;

use super::{
    parts::{BUCKET, OBJECTS, policy},
    *,
};

fn opened(before: Option<&PolicyDocument>, after: Option<&PolicyDocument>) -> Vec<(bool, String)> {
    let bucket = resource("bucket");
    let found = new_access(before, after, subject(&bucket));
    found.into_iter().map(|NewAccess { words, needs_force }| (needs_force, words)).collect()
}

fn needs_force(before: &PolicyDocument, after: &PolicyDocument) -> bool {
    opened(Some(before), Some(after)).iter().any(|(needs_force, _)| *needs_force)
}

/// Whether an Allow gives more than before.
fn allows_more(before: &PolicyDocument, after: &PolicyDocument) -> bool {
    let opened = opened(Some(before), Some(after));
    opened.iter().any(|(needs_force, words)| *needs_force && words.contains(" allows "))
}
#[test]
fn an_allow_that_a_deny_kept_in_check_needs_force() {
    let allow = |action: &str, resource: &str| json!({ "Sid": "A", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/app" }, "Action": action, "Resource": resource });
    let deny = |action: &str, resource: &str| json!({ "Sid": "D", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource });
    for (denied, on, allowed, at, expected) in [
        ("s3:*", "*", "s3:GetObject", OBJECTS, true),
        ("s3:Get*", OBJECTS, "s3:*Object", OBJECTS, true),
        ("s3:Get*", OBJECTS, "s3:Put*", OBJECTS, false),
        ("s3:GetObject", "arn:aws:s3:::data/a/*", "s3:GetObject", "arn:aws:s3:::data/b/*", false),
        ("s3:GetObject", "arn:aws:s3:::data/a/*", "s3:GetObject", "arn:aws:s3:::data/*/x", true),
        ("s3:*", BUCKET, "s3:GetObject", OBJECTS, false),
        ("s3:*", BUCKET, "s3:ListBucket", "*", true),
        ("s3:*", OBJECTS, "s3:ListBucket", BUCKET, false),
        ("s3:NewThing", OBJECTS, "s3:New*", OBJECTS, true),
        ("s3:PutBucketPolicy", BUCKET, "s3:PutBucketPolicy", BUCKET, false),
        ("s3:GetObject", "arn:aws:s3:::data/${aws:username}/*", "s3:GetObject", "arn:aws:s3:::data/a/*", true),
    ] {
        let (deny, allow) = (deny(denied, on), allow(allowed, at));
        let (before, after) = (policy(json!([deny, allow])), policy(json!([allow])));
        assert_eq!(allows_more(&before, &after), expected, "{denied} {on} {allowed} {at}");
        assert!(!allows_more(&before, &before));
    }
}

#[test]
fn what_still_denies_it_keeps_it_in_check() {
    let allow = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS });
    let deny = |element: &str, action: &str, resources: Value, principal: &str| {
        let principal = if principal == "*" { json!("*") } else { json!({ "AWS": principal }) };
        json!({ "Effect": "Deny", "Principal": principal, element: action, "Resource": resources })
    };
    let role = "arn:aws:iam::111122223333:role/app";
    let whole = deny("Action", "s3:*", json!([BUCKET, OBJECTS]), "*");
    for (kept, opens) in [
        (deny("NotAction", "s3:PutObject", json!("*"), "*"), false),
        (deny("Action", "s3:Get*", json!([OBJECTS]), "*"), false),
        (deny("Action", "s3:GetObject", json!(["arn:aws:s3:::data/a/*"]), "*"), true),
        (deny("Action", "s3:*", json!([OBJECTS]), role), true),
        (deny("NotAction", "s3:GetObject", json!("*"), "*"), true),
    ] {
        let (before, after) = (policy(json!([whole, allow])), policy(json!([kept, allow])));
        assert_eq!(allows_more(&before, &after), opens, "{kept}");
    }
}

#[test]
fn a_new_allow_needs_force_and_one_with_fewer_principals_does_not() {
    let allow = |principals: Value, action: &str| json!({ "Sid": "A", "Effect": "Allow", "Principal": { "AWS": principals }, "Action": action, "Resource": OBJECTS });
    let (one, two) = ("arn:aws:iam::111122223333:role/a", "arn:aws:iam::444455556666:role/b");
    let before = policy(json!([allow(json!([one, two]), "s3:GetObject")]));
    assert_eq!(opened(Some(&before), Some(&policy(json!([allow(json!([one]), "s3:GetObject")])))), []);
    assert!(needs_force(&before, &policy(json!([allow(json!([one, two]), "s3:PutObject")]))));
    assert!(needs_force(&before, &policy(json!([allow(json!(["*"]), "s3:GetObject")]))));
    let words =
        format!("Sid \"A\" is new and allows the role `{one}` and the role `{two}` s3:GetObject on its objects");
    assert_eq!(opened(None, Some(&before)), [(true, words)]);
    assert_eq!(opened(None, None), []);
}

#[test]
fn an_allow_that_comes_back_beside_the_deny_that_keeps_it_in_check_opens_nothing() {
    let allow =
        json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"});
    let deny = |more: Value| {
        let mut deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]});
        deny.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        deny
    };
    assert_eq!(opened(None, Some(&policy(json!([allow, deny(json!({}))])))), []);
    for more in [
        json!({"Action": "s3:PutObject"}),
        json!({"Resource": "arn:aws:s3:::data"}),
        json!({"Resource": "arn:aws:s3:::data/private/*"}),
        json!({"Principal": {"AWS": OWNER}}),
        json!({"Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/reader"}}}),
    ] {
        let opened = opened(None, Some(&policy(json!([allow, deny(more.clone())]))));
        assert!(opened.len() == 1 && opened[0].0, "{more}: {opened:?}");
    }
}

#[test]
fn a_deny_on_objects_that_goes_names_acls_and_needs_force() {
    let tls = json!({ "Sid": "TLS", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": { "Bool": { "aws:SecureTransport": "false" } } });
    let lock = json!({ "Sid": "Lock", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*" });
    let role = json!({ "Sid": "Role", "Effect": "Deny", "Principal": { "AWS": "arn:aws:iam::111122223333:role/a" }, "Action": "s3:PutBucketPolicy", "Resource": BUCKET });
    let own = "identities of account 111122223333 reach it again as far as their own policies allow";
    let acl = "and so may anybody whom an ACL of the bucket or of an object lets in (ACLs cannot be read from here)";
    assert_eq!(
        opened(Some(&policy(json!([tls, lock, role]))), None),
        [
            (
                true,
                format!(
                    "Sid \"TLS\", which locks nobody out, no longer denies s3:* on bucket `data` and its objects, {acl}"
                )
            ),
            (true, format!("Sid \"Lock\" no longer denies s3:* on bucket `data` and its objects: {own}, {acl}")),
            (
                false,
                "Sid \"Role\", which locks nobody out, no longer denies s3:PutBucketPolicy on bucket `data`".to_owned()
            ),
        ]
    );
    // What no ACL gives is said and no more.
    for (action, forced) in [("s3:PutBucketTagging", false), ("s3:ListBucket", true), ("s3:PutBucketAcl", true)] {
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": action, "Resource": BUCKET });
        assert_eq!(opened(Some(&policy(json!([deny]))), None)[0].0, forced, "{action}");
    }
    let queue = resource("queue");
    let lock = json!({ "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*" });
    let of_queue = new_access(Some(&policy(json!([lock]))), None, subject(&queue));
    assert!(of_queue.iter().all(|new_access| !new_access.needs_force), "a queue has no ACL: {of_queue:?}");
}

#[test]
fn others_who_may_manage_the_policy_again_need_force() {
    let lock = json!({ "Sid": "Lock", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*" });
    let bucket = resource("bucket");
    for (principal, condition, expected) in [
        (json!("*"), json!({}), true),
        (json!("*"), json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }), true),
        (json!("*"), json!({ "StringEquals": { "aws:PrincipalAccount": "111122223333" } }), false),
        (json!("*"), json!({ "StringEqualsIfExists": { "aws:PrincipalAccount": "111122223333" } }), true),
        (json!("*"), json!({ "StringEquals": { "aws:PrincipalAccount": ["111122223333", "444455556666"] } }), true),
        (json!("*"), json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/*" } }), false),
        (json!("*"), json!({ "StringLike": { "aws:PrincipalArn": "arn:aws:iam::*:111122223333:role/x" } }), true),
        (json!({ "AWS": "444455556666" }), json!({}), true),
        (json!({ "AWS": "arn:aws:iam::444455556666:role/x" }), json!({}), true),
        (json!({ "AWS": "arn:aws:iam::111122223333:role/x" }), json!({}), false),
        (json!({ "AWS": ["111122223333"] }), json!({}), false),
    ] {
        let allow = json!({ "Effect": "Allow", "Principal": principal, "Action": "s3:PutBucketPolicy", "Resource": BUCKET, "Condition": condition });
        let before = policy(json!([lock, allow]));
        let after = narrow(&before, subject(&bucket), Reach::Everyone).after.unwrap();
        assert_eq!(needs_force(&before, &after), expected, "{allow}");
    }
}
/// As many wide statements as a bucket's policy holds, each with resources of its own.
fn wide(statements: usize) -> PolicyDocument {
    let resource = |number: usize, part: usize| format!("arn:aws:s3:::data/{number:02}{part}*x*");
    let statement = |number: usize| {
        let resources: Vec<String> = (0..8).map(|part| resource(number, part)).collect();
        let effect = if number.is_multiple_of(2) { "Allow" } else { "Deny" };
        json!({"Effect": effect, "Principal": "*", "Action": ["s3:*Object*", "s3:G*"], "Resource": resources})
    };
    policy(json!((0..statements).map(statement).collect::<Vec<_>>()))
}

#[test]
fn patterns_are_compared_once_however_many_statements_and_actions_there_are() {
    let comparisons = |statements: usize| {
        let before = wide(statements);
        assert!(before.to_text().len() <= 20 * 1024);
        let start = crate::policy::language::pattern::COMPARISONS.get();
        let found = opened(Some(&before), None);
        assert_eq!(found.len(), statements / 2);
        let after = policy(json!(before.json_statements().iter().step_by(2).collect::<Vec<_>>()));
        opened(Some(&before), Some(&after));
        crate::policy::language::pattern::COMPARISONS.get() - start
    };
    // Each pair of resources once or twice, and each action pattern against each action: 56 statements have 448 resources.
    let (half, whole) = (comparisons(28), comparisons(56));
    assert!(whole < 448 * 448, "{whole}");
    assert!(whole < 5 * half, "{half} and {whole}: no more than the square of what there is");
}
