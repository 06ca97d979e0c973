use serde_json::json;

use super::*;

const JANE: &str = "arn:aws:sts::111122223333:assumed-role/Operators/jane@example.com";
const JOE: &str = "arn:aws:sts::111122223333:assumed-role/Operators/joe@example.com";

fn person(arn: &str) -> Person {
    arn.parse().unwrap()
}

fn approval_id(id: &str) -> ApprovalId {
    id.parse().unwrap()
}

fn digest() -> Sha256 {
    Sha256::of(b"the plan")
}

fn decision_request(decision: Decision, sha256: Sha256) -> DecisionRequest {
    let reason = "looked at it".to_owned().try_into().unwrap();
    DecisionRequest { approval_id: approval_id("nightly.0"), decision, plan_sha256: sha256, reason }
}

#[test]
fn reads_each_request_of_a_person() {
    let digest = digest();
    let read = |body: Value| PersonRequest::parse(body, Partition::Aws).unwrap();
    assert_eq!(
        read(json!({"approval_id": "nightly.0"})),
        PersonRequest::Show(approval_id("nightly.0")),
        "no action: it shows"
    );
    assert_eq!(
        read(json!({"action": "show", "approval_id": "nightly.0"})),
        PersonRequest::Show(approval_id("nightly.0"))
    );
    for (action, decision) in [("approve", Decision::Approved), ("reject", Decision::Rejected)] {
        let body =
            json!({"action": action, "approval_id": "nightly.0", "plan_sha256": digest, "reason": "looked at it"});
        assert_eq!(read(body), PersonRequest::Decide(decision_request(decision, digest)));
    }
    let body = json!({"action": "secure", "selection": {"accounts": ["111122223333"]}, "reason": "an incident"});
    let PersonRequest::Secure(secure) = read(body) else { panic!("not to secure") };
    let request = secure.started_by(person(JANE));
    assert_eq!(request.selection, Selection::Accounts(vec!["111122223333".parse().unwrap()]));
    assert_eq!(request.mode, Mode::Report, "no mode: it reports");
    assert_eq!(request.started_by, Some(StartedBy::Person(person(JANE))));
}

#[test]
fn i5_refuses_what_it_does_not_know_by_its_name() {
    let digest = digest().to_string();
    for (wrong, named) in [
        (json!({}), "missing field `approval_id`"),
        (json!("approve"), "invalid type: string"),
        (json!([]), "invalid request"),
        (json!({"action": "delete", "approval_id": "nightly.0"}), "`action`: unknown variant `delete`"),
        (json!({"action": 1, "approval_id": "nightly.0"}), "`action`"),
        (json!({"action": null, "approval_id": "nightly.0"}), "`action`"),
        (json!({"approval_id": "nightly"}), "`nightly` is not an approval id"),
        (json!({"approval_id": "nightly.0", "plan_sha256": digest}), "unknown field `plan_sha256`"),
        (
            json!({"action": "approve", "approval_id": "nightly.0", "plan_sha256": "abc123", "reason": "r"}),
            "`abc123` is not a SHA-256",
        ),
        (json!({"action": "approve", "approval_id": "nightly.0", "plan_sha256": digest}), "missing field `reason`"),
        (
            json!({"action": "approve", "approval_id": "nightly.0", "plan_sha256": digest, "reason": " "}),
            "a reason is needed",
        ),
        (json!({"action": "approve", "approval_id": "nightly.0", "reason": "r"}), "missing field `plan_sha256`"),
        (
            json!({"action": "approve", "approval_id": "nightly.0", "plan_sha256": digest, "reason": "r", "by": JOE}),
            "unknown field `by`",
        ),
        (json!({"action": "secure", "reason": "r"}), "missing field `selection`"),
        (json!({"action": "secure", "selection": "all", "mode": "delete", "reason": "r"}), "unknown variant `delete`"),
        (
            json!({"action": "secure", "selection": "all", "reason": "r", "started_by": "schedule"}),
            "unknown field `started_by`",
        ),
        (json!({"action": "secure", "selection": "all", "reason": "r".repeat(1001)}), "1000 characters"),
        (json!({"action": "secure", "selection": "all", "reason": "\u{1b}[2J"}), "without control characters"),
    ] {
        let error = PersonRequest::parse(wrong.clone(), Partition::Aws).unwrap_err().to_string();
        assert!(error.contains(named), "{wrong}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}
