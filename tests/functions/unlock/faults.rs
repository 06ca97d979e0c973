//! A fault at every call, one after the other.

use rootwarden_simulator::Fault;
use serde_json::Value;

use super::*;

type MakeFault = fn(u64) -> Fault;

/// Five times: as often as the SDK asks.
const FAULTS: [(&str, MakeFault); 8] = [
    ("throttled for good", |nth| Fault::on("*").nth(nth).times(5).throttle()),
    ("throttled once", |nth| Fault::on("*").nth(nth).throttle()),
    ("failing for good", |nth| Fault::on("*").nth(nth).times(5).internal_error()),
    ("never answered", |nth| Fault::on("*").nth(nth).times(5).timeout()),
    ("cut off", |nth| Fault::on("*").nth(nth).times(5).connection_reset()),
    ("answer lost once", |nth| Fault::on("*").nth(nth).lost_response()),
    ("answer lost for good", |nth| Fault::on("*").nth(nth).times(5).lost_response()),
    ("denied", |nth| Fault::on("*").nth(nth).denied()),
];

/// The policy before the request and after it, undisturbed.
struct Course {
    name: &'static str,
    before: Option<Value>,
    after: Option<Value>,
}

impl Course {
    /// What was answered agrees with what is there.
    fn assert_true(&self, rehearsal: &Rehearsal, answer: &str, state: &Value) {
        let Self { name, before, after } = self;
        let now = policy_of(rehearsal, name);
        let is_unsaid = state.is_null();
        let says = |words: &str| is_unsaid && answer.contains(words);
        if state == "as_planned" || says("is as it was planned") {
            assert_eq!(now, *after, "{answer}");
        } else if state == "as_before" || says("attempt changed nothing") || says("shows the policy as it was before") {
            assert_eq!(now, *before, "{answer}");
        } else {
            let is_said = state == "unknown" || says("what it is now is not known");
            assert!(is_said, "the answer does not say what is there: {answer}");
        }
        // INVARIANT (I6): at no point is a policy changed without a stored copy.
        if now != *before {
            let [(_, stored)] = objects(rehearsal, "policies/").try_into().unwrap();
            let policy = stored["policy"].as_str().map(|policy| serde_json::from_str(policy).unwrap());
            assert_eq!(policy, *before, "{answer}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i6_a_fault_at_any_call_never_changes_a_policy_without_a_copy_nor_leaves_it_unsaid() {
    let mut tried = 0;
    for (body, name) in [(about_bucket("apply"), PAYROLL), (about_queue("apply"), "orders"), (deletion(), PAYROLL)] {
        let undisturbed = rehearsal();
        let before = policy_of(&undisturbed, name);
        let (started, planned) = approved(&undisturbed, &body).await;
        let first = undisturbed.simulator.calls().len();
        undisturbed.unlock(apply_input(&started, &planned)).await.unwrap();
        let calls = undisturbed.simulator.calls_since(first).len();
        let course = Course { name, before, after: policy_of(&undisturbed, name) };
        assert!(calls >= 10 && course.before != course.after, "{calls}");
        for nth in 1..=u64::try_from(calls).unwrap() {
            for (what, fault) in FAULTS {
                let rehearsal = rehearsal();
                let (started, planned) = approved(&rehearsal, &body).await;
                rehearsal.simulator.inject(fault(nth));
                let (answer, state) = match rehearsal.unlock(apply_input(&started, &planned)).await {
                    Ok(applied) => (applied["summary"].as_str().unwrap().to_owned(), applied["state"].clone()),
                    Err(error) => (error.to_string(), Value::Null),
                };
                course.assert_true(&rehearsal, &format!("{name}, call {nth} {what}: {answer}"), &state);
                assert!(!answer.contains('\n') && !answer.contains("Statement"), "{answer}");
                // What the state machine does after an error: another attempt, which ends as it would have. An answer is the end.
                let is_ended = !state.is_null();
                let now = if is_ended { policy_of(&rehearsal, name) } else { course.after.clone() };
                let again = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
                course.assert_true(&rehearsal, &format!("{name}, call {nth} {what}, again: {again}"), &again["state"]);
                assert!(is_ended || again["state"] == "as_planned", "{name}, call {nth} {what}: {again}");
                assert_eq!(policy_of(&rehearsal, name), now);
                tried += 1;
            }
        }
    }
    assert!(tried >= 240, "{tried}");
}

fn deletion() -> Value {
    let mut body = about_bucket("apply");
    (body["change"], body["force"]) = (json!("delete"), json!(true));
    body
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_cannot_be_read_afterwards_is_said_to_be_unknown_with_its_copy() {
    let rehearsal = rehearsal();
    let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
    rehearsal.simulator.inject(Fault::on("s3:PutBucketPolicy").times(5).lost_response());
    rehearsal.simulator.inject(Fault::on("s3:GetBucketPolicy").nth(2).always().internal_error());
    let applied = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
    assert_eq!((&applied["outcome"], &applied["state"]), (&json!("unknown"), &json!("unknown")), "{applied}");
    let summary = applied["summary"].as_str().unwrap();
    assert!(summary.contains("what it is now is not known") && summary.contains("policies/"), "{summary}");
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(narrowed_bucket()));
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_call_of_a_plan_changes_nothing_and_a_second_attempt_makes_the_same_plan() {
    let undisturbed = rehearsal();
    let started = ask(&undisturbed, &about_bucket("apply")).await;
    let first = undisturbed.simulator.calls().len();
    let input = json!({"step": "plan", "unlock": started.id, "request": started.request});
    let planned = undisturbed.unlock(input).await.unwrap();
    let calls = undisturbed.simulator.calls_since(first).len();
    assert!(calls >= 8, "{calls}");
    for nth in 1..=u64::try_from(calls).unwrap() {
        for (what, fault) in FAULTS {
            let rehearsal = rehearsal();
            let before = rehearsal.simulator.world();
            let started = ask(&rehearsal, &about_bucket("apply")).await;
            rehearsal.simulator.inject(fault(nth));
            let input = json!({"step": "plan", "unlock": started.id, "request": started.request});
            let _ = rehearsal.unlock(input.clone()).await;
            assert_eq!(rehearsal.simulator.world(), before, "call {nth} {what}");
            assert_eq!(objects(&rehearsal, "policies/"), [], "call {nth} {what}");
            let again = rehearsal.unlock(input).await.unwrap();
            assert_eq!(again["plan"]["sha256"], planned["plan"]["sha256"], "call {nth} {what}");
        }
    }
}
