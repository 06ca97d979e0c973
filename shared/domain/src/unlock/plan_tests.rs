//! What a plan says of what it opens, and what needs force.

use serde_json::{Value, json};

use super::*;
use crate::{
    Sha256,
    aws::partition::Partition,
    policy::{PolicyText, policy_sha256},
};

const KEY: &str = "policies/111122223333/bucket/data/2026-11-01T00-00-00Z-unlock-0.json";

fn not_modelled() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "Closed", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"], "Condition": {"StringResembles": {"aws:PrincipalTag/team": "x"}}}]})
}

fn locked() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "Lock", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]}]})
}

/// Older and more open.
fn open() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": "arn:aws:s3:::data/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]})
}

/// What was stored: a policy, or that there was none.
type Stored = Option<Value>;

/// A plan of an action on the bucket `data`, with its policy as it is and as it was stored.
fn planned(action: &Value, now: Option<Value>, stored: Option<Stored>) -> UnlockPlan {
    let request = json!({"account": "111122223333", "resource": {"bucket": "data"}, "region": null, "action": action,
        "reason": "nobody gets in", "ticket": "INC-1"});
    let person = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com";
    let signed: SignedRequest = serde_json::from_value(json!({"unlock": "unlock-1", "request": request,
        "requested_by": person, "requested_at": "2026-11-22T04:05:00Z"}))
    .unwrap();
    let text = |policy: Value| PolicyText::from(policy.to_string());
    let stored = stored.map(|policy| {
        let policy = policy.map(text);
        StoredPolicy {
            account: signed.request.account,
            resource: signed.request.resource.clone(),
            sha256: policy_sha256(policy.as_ref()),
            policy,
            unlock: "unlock-0".parse().unwrap(),
            planned_at: "2026-11-01T00:00:00Z".parse().unwrap(),
            requested_by: signed.requested_by.clone(),
            reason: signed.request.reason.clone(),
            ticket: signed.request.ticket.clone(),
        }
    });
    let found = FoundPolicy {
        partition: Partition::Aws,
        region: "eu-central-1".to_owned(),
        policy: now.map(text),
        stored: stored.as_ref(),
    };
    let pin = json!({"key": "k", "version_id": "v", "sha256": Sha256::of(b"x")});
    plan(&signed, serde_json::from_value(pin).unwrap(), found, "2026-11-22T04:05:07Z".parse().unwrap())
}

fn restore(force: bool) -> Value {
    json!({"restore": {"stored": KEY, "leave_out": {"principals": [], "statements": []}, "force": force}})
}

fn apply(change: &str, force: bool) -> Value {
    json!({"apply": {"change": change, "force": force}})
}

/// Not planned without force, and said in the plan why; planned with it, and said what cannot be.
fn assert_unsaid(action: fn(bool) -> Value, now: &Value, stored: Option<Stored>) {
    let refused = planned(&action(false), Some(now.clone()), stored.clone());
    let Planned::NotPossible { why, details } = &refused.planned else { panic!("{}", refused.text) };
    assert!(why.contains("force") && !why.contains("Resembles"), "{why}");
    assert!(refused.change().is_none() && !refused.text.contains("nothing but the policy itself"), "{}", refused.text);
    let forced = planned(&action(true), Some(now.clone()), stored);
    let change = forced.change().unwrap();
    assert!(matches!(change.opens, Opens::CannotBeSaid(_)) && change.opens.needs_force(), "{details:?}");
    assert_eq!(change.opens.words(), "what opens cannot be said");
    let opens = forced.text.split("What it opens:\n").nth(1).unwrap();
    assert!(opens.starts_with("- that cannot be said: the policy"), "{opens}");
}

#[test]
fn an_open_copy_is_not_put_back_without_force_over_a_policy_that_cannot_be_modelled() {
    assert_unsaid(restore, &not_modelled(), Some(Some(open())));
    assert_unsaid(restore, &not_modelled(), Some(None));
}

#[test]
fn a_copy_that_cannot_be_modelled_is_not_put_back_without_force() {
    assert_unsaid(restore, &locked(), Some(Some(not_modelled())));
    let forced = planned(&restore(true), Some(locked()), Some(Some(not_modelled())));
    assert!(forced.text.contains("Who is locked out afterwards (asked for with force):\n- that cannot be said"));
}

#[test]
fn a_policy_that_cannot_be_modelled_is_not_deleted_without_force_and_what_opens_is_not_said() {
    assert_unsaid(|force| apply("delete", force), &not_modelled(), None);
}

#[test]
fn a_deny_on_objects_does_not_go_without_force_and_acls_are_named() {
    for change in ["drop", "delete"] {
        let refused = planned(&apply(change, false), Some(locked()), None);
        let Planned::NotPossible { why, details } = &refused.planned else { panic!("{}", refused.text) };
        assert!(why.contains("ask again with `force`") && details[0].contains("whom an ACL"), "{why} {details:?}");
        let forced = planned(&apply(change, true), Some(locked()), None);
        assert!(forced.change().unwrap().opens.needs_force());
        assert!(forced.text.contains("whom an ACL of the bucket or of an object lets in"), "{}", forced.text);
    }
    let narrowed = planned(&apply("narrow", false), Some(locked()), None);
    assert_eq!(narrowed.change().unwrap().opens, Opens::Known(vec![]));
    assert!(narrowed.text.contains("- nothing but the policy itself"), "{}", narrowed.text);
}

#[test]
fn where_only_deleting_is_left_nothing_is_planned_and_the_way_is_said() {
    let guard = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Guard", "Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketPolicy", "Resource": "arn:aws:s3:::data"},
        {"Sid": "Read", "Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"},
    ]});
    let plan = planned(&apply("narrow", false), Some(guard), None);
    let Planned::NothingToChange(why) = &plan.planned else { panic!("{}", plan.text) };
    assert!(why.contains("it cannot be replaced, but deleted"), "{why}");
    for said in [
        "- nobody, though it can only be deleted",
        "what was denied by Sid \"Guard\" is open",
        "what was allowed by Sid \"Read\" is closed",
    ] {
        assert!(plan.text.contains(said), "{said}: {}", plan.text);
    }
}

#[test]
fn nine_exceptions_are_a_list_that_stands_there_once() {
    let roles: Vec<String> = (0..9).map(|number| format!("arn:aws:iam::111122223333:role/r{number}")).collect();
    let mut policy = locked();
    policy["Statement"][0]["Condition"] = json!({"StringNotEquals": {"aws:PrincipalArn": roles}});
    let plan = planned(&json!("inspect"), Some(policy), None);
    let shown = plan.text.split("\nThe policy:").next().unwrap();
    for role in roles {
        let line = format!("\n  - the role `{role}`: plausible – if it still exists, whoever may assume it\n");
        assert_eq!(shown.matches(&line).count(), 1, "{shown}");
        assert_eq!(shown.matches(&role).count(), 1, "{shown}");
    }
    assert!(shown.contains("Sid \"Lock\": everybody except 9 exceptions is denied"), "{shown}");
}

#[test]
fn nothing_in_a_plan_for_people_is_hidden_or_turned_around() {
    let mut policy = locked();
    policy["Statement"][0]["Sid"] = json!("a\u{202e}b");
    policy["Id"] = json!("\u{2066}x\u{200b}\u{feff}");
    for action in [json!("inspect"), apply("narrow", false)] {
        let text = planned(&action, Some(policy.clone()), None).text;
        let hidden = ['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}'];
        assert!(!text.contains(hidden) && text.contains("a\\u{202e}b"), "{text}");
    }
}
