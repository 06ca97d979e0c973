//! A fault at every call of every step, one after the other.

use rootwarden_simulator::Fault;

use super::*;

pub type MakeFault = fn(u64) -> Fault;

/// Five times: as often as the SDK asks.
pub const FAULTS: [(&str, MakeFault); 6] = [
    ("throttled for good", |nth| Fault::on("*").nth(nth).times(5).throttle()),
    ("failing for good", |nth| Fault::on("*").nth(nth).times(5).internal_error()),
    ("cut off", |nth| Fault::on("*").nth(nth).times(5).connection_reset()),
    ("answer lost once", |nth| Fault::on("*").nth(nth).lost_response()),
    ("answer lost for good", |nth| Fault::on("*").nth(nth).times(5).lost_response()),
    ("denied", |nth| Fault::on("*").nth(nth).denied()),
];

/// How many calls a step makes, undisturbed.
async fn calls_of(rehearsal: &Rehearsal, input: Value) -> u64 {
    let first = rehearsal.simulator.calls().len();
    rehearsal.recovery(input).await.unwrap();
    u64::try_from(rehearsal.simulator.calls_since(first).len()).unwrap()
}

/// INVARIANT: where recovery is allowed, a window with an end is there; and after that end the next run takes it back.
async fn assert_ends(rehearsal: &Rehearsal, what: &str) {
    let is_allowed = root(rehearsal).password.is_some();
    assert!(!is_allowed || window(rehearsal)["until"].is_string(), "{what}: allowed without a window that ends");
    advance(rehearsal, 3 * DAY);
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert!(root(rehearsal).is_clean(), "{what}: open after the end");
    assert_eq!(finished.output["secured"], true, "{what}: {}", finished.output);
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_call_of_asking_starts_one_request_at_most_and_the_same_one_if_it_is_sent_again() {
    let undisturbed = rehearsal();
    let first = undisturbed.simulator.calls().len();
    ask(&undisturbed, JANE, &about("allow-recovery", OWNER)).await;
    let calls = u64::try_from(undisturbed.simulator.calls_since(first).len()).unwrap();
    assert!(calls >= 2, "{calls}");
    for nth in 1..=calls {
        for (what, fault) in FAULTS {
            let (rehearsal, body) = (rehearsal(), about("allow-recovery", OWNER));
            rehearsal.simulator.inject(fault(nth));
            let (status, answer) = rehearsal.access_requests(JANE, &body).await.unwrap();
            assert!(status == 200 || answer["error"].is_string(), "call {nth} {what}: {status} {answer}");
            let started = ask(&rehearsal, JANE, &body).await;
            assert_eq!(rehearsal.simulator.executions().len(), 1, "call {nth} {what}");
            assert_eq!(rehearsal.recovery(started.step("check")).await.unwrap()["outcome"], "to_approve");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_call_of_checking_changes_nothing_and_says_so() {
    let undisturbed = rehearsal();
    let started = ask(&undisturbed, JANE, &about("allow-recovery", OWNER)).await;
    let calls = calls_of(&undisturbed, started.step("check")).await;
    assert!(calls >= 5, "{calls}");
    for nth in 1..=calls {
        for (what, fault) in FAULTS {
            let what = format!("check, call {nth} {what}");
            let rehearsal = rehearsal();
            let started = ask(&rehearsal, JANE, &about("allow-recovery", OWNER)).await;
            let before = rehearsal.simulator.objects(BUCKET);
            rehearsal.simulator.inject(fault(nth));
            if let Ok(answer) = rehearsal.recovery(started.step("check")).await {
                let is_told =
                    answer["outcome"] == "to_approve" || answer["summary"].as_str().unwrap().contains("is not done: ");
                assert!(is_told, "{what}: {answer}");
            }
            assert_eq!(rehearsal.recovery(started.step("check")).await.unwrap()["outcome"], "to_approve", "{what}");
            assert_eq!(rehearsal.simulator.objects(BUCKET), before, "{what}");
            assert_eq!(rehearsal.count("sts:AssumeRoot"), 0, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_call_of_opening_or_allowing_never_leaves_an_account_open_without_an_end() {
    let mut tried = 0;
    for step in ["open", "allow"] {
        let prepare = async || {
            let rehearsal = rehearsal();
            let body = about("allow-recovery", OWNER);
            let started =
                if step == "open" { approved(&rehearsal, &body).await } else { opened(&rehearsal, &body).await };
            (rehearsal, started)
        };
        let (undisturbed, started) = prepare().await;
        let calls = calls_of(&undisturbed, started.step(step)).await;
        assert!(calls >= 7, "{step}: {calls}");
        for nth in 1..=calls {
            for (what, fault) in FAULTS {
                let what = format!("{step}, call {nth} {what}");
                let (rehearsal, started) = prepare().await;
                rehearsal.simulator.inject(fault(nth));
                let first = rehearsal.recovery(started.step(step)).await;
                // What the state machine does after an error that may pass: another attempt.
                if first.is_err() {
                    let again = rehearsal.recovery(started.step(step)).await.unwrap();
                    let expected = if step == "open" { "opened" } else { "allowed" };
                    assert_eq!(again["outcome"], expected, "{what}: {again}");
                }
                // And if it gave up: the window is closed at once.
                let mut close = started.step("close");
                close["cause"] = json!("not_allowed");
                let closed = rehearsal.recovery(close).await.unwrap();
                assert!(closed["outcome"] == "closed" || window(&rehearsal).is_null(), "{what}: {closed}");
                assert_ends(&rehearsal, &what).await;
                tried += 1;
            }
        }
    }
    assert!(tried >= 80, "{tried}");
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_call_of_allowing_that_nobody_follows_up_still_ends() {
    let undisturbed = rehearsal();
    let started = opened(&undisturbed, &about("allow-recovery", OWNER)).await;
    let calls = calls_of(&undisturbed, started.step("allow")).await;
    for nth in 1..=calls {
        for (what, fault) in FAULTS {
            let rehearsal = rehearsal();
            let started = opened(&rehearsal, &about("allow-recovery", OWNER)).await;
            rehearsal.simulator.inject(fault(nth));
            let _ = rehearsal.recovery(started.step("allow")).await;
            assert_ends(&rehearsal, &format!("call {nth} {what}, and stopped")).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_call_of_closing_or_settling_claims_nothing_and_a_second_attempt_ends_it() {
    for step in ["close", "settle"] {
        let prepare = async || {
            let rehearsal = rehearsal();
            let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
            owner_signs_in(&rehearsal);
            advance(&rehearsal, DAY);
            if step == "settle" {
                rehearsal.recovery(started.step("close")).await.unwrap();
                closing_run(&rehearsal, &started).await;
            }
            (rehearsal, started)
        };
        let (undisturbed, started) = prepare().await;
        let calls = calls_of(&undisturbed, started.step(step)).await;
        assert!(calls >= 3, "{step}: {calls}");
        for nth in 1..=calls {
            for (what, fault) in FAULTS {
                let what = format!("{step}, call {nth} {what}");
                let (rehearsal, started) = prepare().await;
                rehearsal.simulator.inject(fault(nth));
                let first = rehearsal.recovery(started.step(step)).await;
                if let Ok(answer) = &first {
                    let claimed = answer["outcome"] == "settled";
                    assert_eq!(claimed, window(&rehearsal)["settled"].is_object(), "{what}: {answer}");
                }
                let again = rehearsal.recovery(started.step(step)).await.unwrap();
                if step == "settle" {
                    assert_eq!(again["outcome"], "settled", "{what}: {again}");
                } else {
                    assert_eq!(again["outcome"], "closed", "{what}: {again}");
                    closing_run(&rehearsal, &started).await;
                    let settled = rehearsal.recovery(started.step("settle")).await.unwrap();
                    assert_eq!(settled["outcome"], "settled", "{what}: {settled}");
                }
                assert!(root(&rehearsal).is_clean(), "{what}");
            }
        }
    }
}
