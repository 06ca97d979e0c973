//! What the table does not show: restoring, replacing, leaving out, limits, and what is never printed.

use serde_json::json;

use super::*;

pub(super) const BUCKET: &str = "arn:aws:s3:::data";
pub(super) const OBJECTS: &str = "arn:aws:s3:::data/*";

pub(super) fn policy(statements: Value) -> PolicyDocument {
    document(&json!({ "Version": "2012-10-17", "Statement": statements }))
}

#[test]
fn what_is_kept_is_kept_to_the_letter() {
    let text = r#"{"Id":"x","Statement":[{"Resource":["arn:aws:s3:::data"],"Action":"s3:*","Principal":"*","Effect":"Deny","Sid":"A"}],"Version":"2012-10-17"}"#;
    let document = PolicyDocument::parse(text).unwrap();
    assert_eq!(document.to_text(), text);
    let bucket = resource("bucket");
    let after = narrow(&document, subject(&bucket), Reach::Everyone).after.unwrap().to_text();
    let expected = text.replace(
        r#""Action":"s3:*""#,
        r#""NotAction":["s3:GetBucketPolicy","s3:PutBucketPolicy","s3:DeleteBucketPolicy"]"#,
    );
    assert_eq!(after, expected);
    assert!(document.pretty().starts_with("{\n  \"Id\": \"x\",\n  \"Statement\": [\n    {\n"));
}

#[test]
fn text_that_is_not_json_is_refused_in_one_line() {
    for text in ["", "{", "{\"Version\": }", "\u{feff}{}", &"[".repeat(1000)] {
        let error = PolicyDocument::parse(text).unwrap_err();
        assert!(matches!(error, PolicyError::NotJson(_)), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    let deep = format!("{}{}", "{\"a\":".repeat(100), "}".repeat(100));
    assert!(PolicyDocument::parse(&deep).is_err());
}

#[test]
fn a_policy_is_never_printed() {
    let document =
        policy(json!([{ "Sid": "Secret", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" }]));
    assert_eq!(format!("{document:?}"), "PolicyDocument(1 statements)");
    let bucket = resource("bucket");
    assert!(!format!("{:?}", narrow(&document, subject(&bucket), Reach::Everyone)).contains("NotAction"));
}

#[test]
fn a_verdict_reads_as_it_is_written() {
    for (verdict, text) in [
        (LockOut::Everyone, r#""everyone""#),
        (
            LockOut::EveryoneExcept(vec![Exception::new("a", Likelihood::Doubtful, "b")]),
            r#"{"everyone_except":[{"who":"a","likelihood":"doubtful","why":"b"}]}"#,
        ),
        (LockOut::Nobody, r#""nobody""#),
        (LockOut::NotModelled("why".into()), r#"{"not_modelled":"why"}"#),
    ] {
        assert_eq!(serde_json::to_string(&verdict).unwrap(), text);
        assert_eq!(serde_json::from_str::<LockOut>(text).unwrap(), verdict);
    }
}

#[test]
fn findings_say_who_is_denied_what() {
    let bucket = resource("bucket");
    let words = |statements| -> Vec<String> {
        analyse(&policy(statements), subject(&bucket)).findings.into_iter().map(|finding| finding.words).collect()
    };
    let found = words(json!([
        { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BUCKET },
        { "Effect": "Deny", "NotPrincipal": { "AWS": "arn:aws:iam::111122223333:user/ops" }, "Action": "s3:PutBucketPolicy", "Resource": "*" },
        { "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS },
        { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": { "Bool": { "aws:SecureTransport": false } } },
        { "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*" },
        { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::other" },
    ]));
    assert_eq!(
        found,
        [
            "everybody is denied s3:GetBucketPolicy, s3:PutBucketPolicy and s3:DeleteBucketPolicy on bucket `data`",
            "everybody except the user `arn:aws:iam::111122223333:user/ops` is denied s3:PutBucketPolicy on bucket `data`; \
             whom it leaves out, other statements keep out",
            "everybody is denied s3:GetObject on its objects, but whoever IAM allows can change the policy",
        ]
    );
    let guard =
        words(json!([{ "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucketPolicy", "Resource": BUCKET }]));
    assert_eq!(guard, ["everybody is denied s3:DeleteBucketPolicy on bucket `data`; that alone locks nobody out"]);
}

#[test]
fn a_change_says_what_it_wrote_out_and_what_goes() {
    let bucket = resource("bucket");
    let deny =
        |action: &str| json!({ "Sid": "D", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": BUCKET });
    let notes = |action: &str| narrow(&policy(json!([deny(action)])), subject(&bucket), Reach::Everyone).notes;
    assert_eq!(notes("s3:*"), Vec::<String>::new());
    let written_out = "Sid \"D\": in the place of `s3:*BucketP*` stand the actions on bucket `data` that it covers, without the \
                       management of the policy, as they were known on 27 October 2026; an action that AWS adds later is no \
                       longer denied there";
    assert_eq!(notes("s3:*BucketP*"), [written_out]);
    let goes = "Sid \"D\" goes, because it denies nothing but the management of the policy";
    assert_eq!(notes("s3:*BucketPolicy"), [goes, "no statement is left, so the policy is deleted"]);
    assert_eq!(notes("s3:GetBucketPolicy"), ["the policy locks nobody out, so nothing is changed"]);
    let excepted = json!({ "Effect": "Deny", "NotPrincipal": { "AWS": "arn:aws:iam::111122223333:user/ops" }, "Action": "s3:*", "Resource": BUCKET });
    let unforced = narrow(&policy(json!([excepted])), subject(&bucket), Reach::Everyone).notes;
    assert_eq!(unforced, ["every locking statement leaves somebody out, so none is changed without force"]);
    let all = policy(json!([deny("s3:PutBucketPolicy"), deny("s3:DeleteBucketPolicy")]));
    let notes = narrow(&all, subject(&bucket), Reach::Everyone).notes;
    assert_eq!(notes, [goes, goes, "no statement is left, so the policy is deleted"]);
}

#[test]
fn says_when_aws_would_not_take_the_result() {
    let bucket = resource("bucket");
    let statements: Vec<Value> =
        (0..150).map(|_| json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BUCKET })).collect();
    let document = policy(json!(statements));
    assert_eq!(exceeded_limit(&document, subject(&bucket)), None);
    let change = narrow(&document, subject(&bucket), Reach::Everyone);
    let exceeded = exceeded_limit(&change.after.unwrap(), subject(&bucket)).unwrap();
    assert!(exceeded.ends_with("and AWS takes 20480 at most for a bucket"), "{exceeded}");
    assert_eq!(change.notes, [exceeded]);
    let queue = resource("queue");
    let many = policy(json!(statements.iter().take(21).collect::<Vec<_>>()));
    assert!(exceeded_limit(&many, subject(&queue)).unwrap().contains("21 statements"));
}

#[test]
fn leaves_out_principals_and_statements_by_name() {
    let statement = |sid: &str, element: &str, principals: Value| json!({ "Sid": sid, "Effect": "Deny", element: { "AWS": principals, "Service": "x.amazonaws.com" }, "Action": "s3:*", "Resource": "*" });
    let document = policy(json!([
        statement("One", "Principal", json!(["AROAEXAMPLE", "111122223333"])),
        statement("Two", "Principal", json!("AROAEXAMPLE")),
        json!({ "Effect": "Allow", "Principal": { "AWS": ["AROAEXAMPLE"] }, "Action": "s3:*", "Resource": "*" }),
    ]));
    assert_eq!(gone_principals(&document), ["AROAEXAMPLE"]);
    let without = |principals: &[&str], statements: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>();
        leave_out(&document, &owned(principals), &owned(statements)).map(|left| left.map(|left| left.to_text()))
    };
    let expected = policy(json!([
        statement("One", "Principal", json!(["111122223333"])),
        json!({ "Sid": "Two", "Effect": "Deny", "Principal": { "Service": "x.amazonaws.com" }, "Action": "s3:*", "Resource": "*" }),
    ]));
    assert_eq!(without(&["AROAEXAMPLE"], &[]), Ok(Some(expected.to_text())));
    assert_eq!(without(&[], &[]), Ok(Some(document.to_text())));
    assert_eq!(without(&[], &["One", "Sid \"Two\"", "statement 3"]), Ok(None));
    assert_eq!(
        without(&["AROANOBODY"], &[]),
        Err("the policy has no principal `AROANOBODY`; it has `111122223333`, `AROAEXAMPLE` and `x.amazonaws.com`"
            .to_owned())
    );
    assert_eq!(
        without(&[], &["Three"]),
        Err("the policy has no statement `Three`; it has Sid \"One\", Sid \"Two\" and statement 3".to_owned())
    );
}

#[test]
fn a_not_principal_never_becomes_empty() {
    let document = policy(json!([
        { "Effect": "Deny", "NotPrincipal": { "AWS": "AIDAEXAMPLE" }, "Action": "s3:*", "Resource": "*" },
        { "Effect": "Deny", "NotPrincipal": { "AWS": ["AIDAEXAMPLE", "AROAEXAMPLE"] }, "Action": "s3:*", "Resource": "*" },
    ]));
    assert_eq!(gone_principals(&document), ["AIDAEXAMPLE", "AROAEXAMPLE"]);
    let refused = leave_out(&document, &["AIDAEXAMPLE".into()], &[]).unwrap_err();
    assert_eq!(refused, "statement 1 would have no NotPrincipal left, and so reach everybody: leave it out as a whole");
    let left = leave_out(&document, &["AIDAEXAMPLE".into()], &["statement 1".into()]).unwrap().unwrap();
    assert_eq!(gone_principals(&left), ["AROAEXAMPLE"]);
}

#[test]
fn knows_what_s3_calls_public() {
    let allow = |principal: Value, condition: Value| json!({ "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": OBJECTS, "Condition": condition });
    for (principal, condition, expected) in [
        (json!("*"), json!({}), true),
        (json!({ "AWS": ["*"] }), json!({}), true),
        (json!({ "AWS": "111122223333" }), json!({}), false),
        (json!({ "Service": "cloudfront.amazonaws.com" }), json!({}), false),
        (json!("*"), json!({ "StringEquals": { "aws:SourceVpce": "vpce-1a2b3c4d" } }), false),
        (json!("*"), json!({ "StringLike": { "aws:SourceVpc": "vpc-*" } }), true),
        (json!("*"), json!({ "StringEqualsIfExists": { "aws:SourceVpc": "vpc-1" } }), true),
        (json!("*"), json!({ "StringNotEquals": { "aws:SourceVpc": "vpc-1" } }), true),
        (json!("*"), json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }), false),
        (json!("*"), json!({ "StringEquals": { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } }), true),
        (json!("*"), json!({ "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } }), false),
        (json!("*"), json!({ "IpAddress": { "aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/1"] } }), true),
        (json!("*"), json!({ "StringLike": { "aws:userid": "AROAEXAMPLE:*" } }), false),
        (
            json!("*"),
            json!({ "StringLike": { "s3:DataAccessPointArn": "arn:aws:s3:us-east-1:111122223333:accesspoint/*" } }),
            false,
        ),
        (json!("*"), json!({ "StringEquals": { "aws:Referer": "https://example.com/" } }), true),
    ] {
        let statement = allow(principal, condition);
        let found = public_statements(&policy(json!([statement])));
        assert_eq!(found, if expected { vec!["statement 1"] } else { vec![] }, "{statement}");
    }
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" });
    assert!(public_statements(&policy(json!([deny]))).is_empty());
}

#[test]
fn what_turns_text_around_is_written_out_in_every_sentence() {
    let bucket = resource("bucket");
    let hidden = "arn:aws:iam::111122223333:user/\u{202e}nimda\u{2066}\u{200b}` is fine; `";
    let lock = policy(json!([
        { "Sid": "a\u{202e}b", "Effect": "Deny", "NotPrincipal": { "AWS": [hidden, OWNER] }, "Action": "s3:*", "Resource": BUCKET },
    ]));
    let Analysis { verdict, findings, .. } = analyse(&lock, subject(&bucket));
    let text = format!("{verdict:?} {findings:?} {:?}", new_access(Some(&lock), None, subject(&bucket)));
    for hidden in ['\u{202e}', '\u{2066}', '\u{200b}'] {
        assert!(!text.contains(hidden), "{text}");
    }
    let LockOut::EveryoneExcept(exceptions) = verdict else { panic!("{findings:?}") };
    let expected = r"the user `arn:aws:iam::111122223333:user/\u{202e}nimda\u{2066}\u{200b}\u{60} is fine; \u{60}`";
    assert_eq!(exceptions[0].who, expected);
}
