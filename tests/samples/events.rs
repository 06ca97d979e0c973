//! The events of CloudTrail and Control Tower: what starts a run, and whether the event fixtures are as AWS's are.

use std::fs;

use rootwarden_simulator::{CreateAccountRequest, Member, World};
use rootwarden_tests::{MANAGEMENT, Rehearsal};
use serde_json::{Value, json};

use crate::{check::Check, sample::Stand, world::MEMBER};

const FIXTURES: [(&str, &str, &str); 5] = [
    ("cloudtrail.CreateAccountResult.succeeded", "create-account-result", "started"),
    ("cloudtrail.CreateAccountResult.failed", "create-account-result-failed", "nothing_to_do"),
    ("cloudtrail.CreateAccount.in-progress", "create-account", "started"),
    ("controltower.CreateManagedAccount.succeeded", "control-tower-create-managed-account", "started"),
    ("controltower.UpdateManagedAccount.succeeded", "control-tower-update-managed-account", "started"),
];

pub async fn check(check: &mut Check) {
    for (sample, name, outcome) in FIXTURES {
        let answer = check.answer(sample, "delivered");
        let rehearsal = rehearsal();
        let answered = rehearsal.account_joined(answer.body.clone()).await.unwrap();
        assert_eq!(answered["outcome"], outcome, "{sample}");
        let started = rehearsal.simulator.executions();
        assert_eq!(started.len(), usize::from(outcome == "started"), "{sample}");
        if let [execution] = started.as_slice() {
            let input: Value = serde_json::from_str(&execution.input).unwrap();
            assert_eq!(input["selection"], json!({"joined": {"account": MEMBER}}), "{sample}");
        }
        check.reader_took(&answer);
        check.compare_fields(&answer, Stand::Fixture, &fixture(name));
    }
    an_account_that_joined(check).await;
}

/// Of this event only facts are known. The fixture agrees with each of them, and the reader takes either method.
async fn an_account_that_joined(check: &mut Check) {
    let answer = check.answer("cloudtrail.AccountJoinedOrganization.documented-facts", "what is documented");
    let event = fixture("account-joined-organization");
    let details = &event["detail"]["serviceEventDetails"];
    assert_eq!(event["detail"]["eventSource"], answer.body["eventSource"]);
    for field in answer.body["fields_named"].as_array().unwrap() {
        assert!(details[field.as_str().unwrap()].is_string(), "{field}");
    }
    let methods: Vec<&str> = answer.body["joinedMethod"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let ours = details["joinedMethod"].as_str().unwrap();
    assert!(methods.iter().any(|method| method.eq_ignore_ascii_case(ours)), "{ours} is none of {methods:?}");
    for method in methods.iter().copied().chain([ours]) {
        let mut event = event.clone();
        event["detail"]["serviceEventDetails"]["joinedMethod"] = json!(method);
        let rehearsal = rehearsal();
        assert_eq!(rehearsal.account_joined(event).await.unwrap()["outcome"], "started", "{method}");
    }
    check.reader_took(&answer);
    check.compare_fields(&answer, Stand::Fixture, &answer.body.clone());
}

fn rehearsal() -> Rehearsal {
    let created = CreateAccountRequest::succeeds_after_polls(0, MEMBER);
    let world = World::new(MANAGEMENT).member(Member::new(MEMBER));
    Rehearsal::new(world.create_account_request("car-3fbd74c0f2fa11ed8b6e0a41b5dcf48f", created))
}

fn fixture(name: &str) -> Value {
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}
