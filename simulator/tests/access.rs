//! Who gets through a resource policy: principals, accounts, conditions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

use rootwarden_simulator::{Access, is_allowed};
use serde_json::{Value, json};

const OWNER: &str = "333333333333";
const ADMIN: &str = "arn:aws:sts::333333333333:assumed-role/admin/session";
const READER: &str = "arn:aws:sts::333333333333:assumed-role/reader/session";
const USER: &str = "arn:aws:iam::333333333333:user/alice";
const ROOT: &str = "arn:aws:iam::333333333333:root";
const STRANGER: &str = "arn:aws:sts::444444444444:assumed-role/admin/session";
const ANONYMOUS: &str = "*";

fn access<'a>(policy: &'a Value, principal: &'a str) -> Access<'a> {
    Access {
        policy: Some(policy),
        owner: OWNER,
        principal,
        identity_allows: true,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::bucket/key",
        context: &[],
    }
}

fn statement(effect: &str, element: &str, principals: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": effect, element: principals, "Action": "s3:*", "Resource": "*"}})
}

/// Whether a Deny with this element reaches a principal that is allowed otherwise.
fn denies(element: &str, principals: Value, principal: &str) -> bool {
    !is_allowed(&access(&statement("Deny", element, principals), principal))
}

#[test]
fn lets_the_owners_principals_through_by_their_own_permission_or_the_policys() {
    let nothing = json!({"Version": "2012-10-17", "Statement": []});
    let everyone = statement("Allow", "Principal", json!("*"));
    for principal in [ADMIN, USER, ROOT] {
        assert!(is_allowed(&access(&nothing, principal)), "{principal}");
        assert!(!is_allowed(&Access { identity_allows: false, ..access(&nothing, principal) }), "{principal}");
        assert!(is_allowed(&Access { identity_allows: false, ..access(&everyone, principal) }), "{principal}");
        assert!(is_allowed(&Access { policy: None, ..access(&nothing, principal) }), "{principal}");
    }
}

#[test]
fn lets_strangers_through_by_both_and_the_anonymous_by_the_policy() {
    let nothing = json!({"Version": "2012-10-17", "Statement": []});
    let everyone = statement("Allow", "Principal", json!({"AWS": "*"}));
    let account = statement("Allow", "Principal", json!({"AWS": "444444444444"}));
    assert!(!is_allowed(&access(&nothing, STRANGER)));
    assert!(is_allowed(&access(&account, STRANGER)));
    assert!(!is_allowed(&Access { identity_allows: false, ..access(&account, STRANGER) }));
    assert!(!is_allowed(&access(&nothing, ANONYMOUS)));
    assert!(!is_allowed(&access(&account, ANONYMOUS)));
    assert!(is_allowed(&Access { identity_allows: false, ..access(&everyone, ANONYMOUS) }));
}

#[test]
fn finds_whom_principals_name() {
    for (principals, named) in [
        (json!("*"), vec![ADMIN, READER, USER, ROOT, STRANGER]),
        (json!({"AWS": "*"}), vec![ADMIN, READER, USER, ROOT, STRANGER]),
        (json!({"AWS": ["x", "*"]}), vec![ADMIN, READER, USER, ROOT, STRANGER]),
        (json!({"AWS": OWNER}), vec![ADMIN, READER, USER, ROOT]),
        (json!({"AWS": [ROOT]}), vec![ADMIN, READER, USER, ROOT]),
        (json!({"AWS": "arn:aws:iam::333333333333:role/admin"}), vec![ADMIN]),
        (json!({"AWS": "arn:aws:iam::333333333333:role/with/path/admin"}), vec![ADMIN]),
        (json!({"AWS": ADMIN}), vec![ADMIN]),
        (json!({"AWS": "arn:aws:sts::333333333333:assumed-role/admin/another"}), vec![]),
        (json!({"AWS": "arn:aws:iam::333333333333:role/*"}), vec![]),
        (json!({"AWS": [USER, "arn:aws:iam::333333333333:role/reader"]}), vec![READER, USER]),
        (json!({"Service": "cloudtrail.amazonaws.com"}), vec![]),
        (json!({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}), vec![]),
        (json!({"Federated": "cognito-identity.amazonaws.com", "AWS": USER}), vec![USER]),
    ] {
        for principal in [ADMIN, READER, USER, ROOT, STRANGER] {
            let otherwise = statement("Allow", "Principal", json!("*"));
            assert!(is_allowed(&access(&otherwise, principal)));
            let mut both = statement("Deny", "Principal", principals.clone());
            both["Statement"] = json!([both["Statement"], otherwise["Statement"]]);
            assert_eq!(!is_allowed(&access(&both, principal)), named.contains(&principal), "{principals} {principal}");
        }
    }
}

#[test]
fn lets_a_not_principal_off_only_with_its_account() {
    let role = "arn:aws:iam::333333333333:role/admin";
    assert!(denies("NotPrincipal", json!({"AWS": role}), ADMIN));
    assert!(denies("NotPrincipal", json!({"AWS": [ADMIN, ROOT]}), ADMIN));
    assert!(denies("NotPrincipal", json!({"AWS": [role, ROOT]}), ADMIN), "a role alone lets no session off");
    assert!(!denies("NotPrincipal", json!({"AWS": [ADMIN, role, OWNER]}), ADMIN));
    assert!(denies("NotPrincipal", json!({"AWS": [role, ROOT]}), READER));
    assert!(denies("NotPrincipal", json!({"AWS": [role, "444444444444"]}), ADMIN));
    assert!(denies("NotPrincipal", json!({"AWS": USER}), USER));
    assert!(!denies("NotPrincipal", json!({"AWS": [USER, ROOT]}), USER));
    assert!(denies("NotPrincipal", json!({"AWS": ROOT}), USER));
    assert!(!denies("NotPrincipal", json!({"AWS": ROOT}), ROOT));
    assert!(!denies("NotPrincipal", json!("*"), USER));
    assert!(denies("NotPrincipal", json!({"Service": "s3.amazonaws.com"}), ROOT));
}

#[test]
fn allows_with_not_principal_everyone_who_is_not_named() {
    let policy = statement("Allow", "NotPrincipal", json!({"AWS": OWNER}));
    assert!(is_allowed(&access(&policy, STRANGER)));
    assert!(is_allowed(&access(&policy, ANONYMOUS)));
    assert!(!is_allowed(&Access { identity_allows: false, ..access(&policy, ADMIN) }));
}

#[test]
fn fails_closed_on_principals_and_policies_that_it_cannot_read() {
    for unreadable in [json!("arn:aws:iam::333333333333:root"), json!(["*"]), json!({}), json!({"Who": "*"}), json!(1)]
    {
        assert!(denies("Principal", unreadable.clone(), ADMIN), "{unreadable}");
        let allow = statement("Allow", "Principal", unreadable.clone());
        assert!(!is_allowed(&Access { identity_allows: false, ..access(&allow, ADMIN) }), "{unreadable}");
    }
    let without = json!({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    assert!(!is_allowed(&access(&without, ADMIN)));
    for unreadable in
        [json!([]), json!("{"), json!({"Statement": [1]}), json!({"Statement": [], "Extra": 1}), json!({})]
    {
        assert!(!is_allowed(&access(&unreadable, ADMIN)), "{unreadable}");
    }
}

#[test]
fn evaluates_the_conditions_of_a_usual_call_and_those_of_the_test() {
    let with = |condition: Value| {
        let mut policy = statement("Deny", "Principal", json!("*"));
        policy["Statement"]["Condition"] = condition;
        policy
    };
    for (condition, context, allowed) in [
        (json!({"Bool": {"aws:SecureTransport": "false"}}), vec![], true),
        (json!({"Bool": {"aws:SecureTransport": "false"}}), vec![("aws:SecureTransport", "false")], false),
        (json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}}), vec![], true),
        (json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}}), vec![("S3:tlsversion", "1.1")], false),
        (json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}}), vec![], true),
        (json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-bbbbbbbbbb"}}), vec![], false),
        (json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}), vec![], false),
        (json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}), vec![("aws:SourceVpce", "vpce-1")], true),
        (json!({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}), vec![], false),
        (json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), vec![], true),
        (json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), vec![], false),
        (json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}), vec![], true),
        (json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/reader"}}), vec![], false),
        (json!({"StringNotLike": {"aws:userid": "AROAADMIN:*"}}), vec![], true),
        (json!({"StringNotEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}), vec![], true),
        (json!({"StringNotEquals": {"aws:PrincipalType": "AssumedRole"}}), vec![], true),
        (json!({"Null": {"aws:PrincipalTag/team": "true"}}), vec![], false),
        (json!({"Null": {"aws:PrincipalTag/team": "true"}}), vec![("aws:PrincipalTag/team", "a")], true),
        (json!({"BinaryEquals": {"aws:PrincipalTag/team": "YQ=="}}), vec![], false),
        (json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}), vec![], false),
        (
            json!({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "*/ou-1/*"}}),
            vec![("aws:PrincipalOrgPaths", "o/r/ou-1/"), ("aws:PrincipalOrgPaths", "o/r/ou-2/")],
            true,
        ),
    ] {
        let policy = with(condition.clone());
        let asked = Access { context: &context, ..access(&policy, ADMIN) };
        assert_eq!(is_allowed(&asked), allowed, "{condition} {context:?}");
    }
}

#[test]
fn has_variables_in_policies_of_the_newer_version_only() {
    let policy = |version: Option<&str>| {
        let mut policy = statement("Allow", "Principal", json!("*"));
        policy["Statement"]["Resource"] = json!("arn:aws:s3:::bucket/${aws:username}/*");
        match version {
            Some(version) => policy["Version"] = json!(version),
            None => drop(policy.as_object_mut().unwrap().remove("Version")),
        }
        policy
    };
    let reads = |policy: &Value| {
        let resource = "arn:aws:s3:::bucket/alice/file";
        is_allowed(&Access { identity_allows: false, resource, ..access(policy, USER) })
    };
    assert!(reads(&policy(Some("2012-10-17"))));
    assert!(!reads(&policy(Some("2008-10-17"))));
    assert!(!reads(&policy(None)));
}
