//! Somebody who wants an account left open for good, or credentials kept: with the right to ask, or with the right to write where
//! windows lie and nowhere else.

use rootwarden_simulator::{Fault, LoginProfile};

use super::*;

fn put_window(rehearsal: &Rehearsal, account: &str, window: &Value) {
    put(rehearsal, &format!("recoveries/{account}.json"), window);
}

fn with(window: &Value, changes: &Value) -> Value {
    let mut other = window.clone();
    for (field, value) in changes.as_object().unwrap() {
        other[field] = value.clone();
    }
    other
}

fn give_password(rehearsal: &Rehearsal, account: &str) {
    rehearsal.simulator.update(|world| {
        world.accounts.get_mut(account).unwrap().root.password =
            Some(LoginProfile { created: "2026-01-01T00:00:00Z".parse().unwrap() });
    });
}

#[tokio::test(start_paused = true)]
async fn i12_a_window_that_somebody_altered_keeps_nothing_open_in_silence_and_is_ended_by_anybody_who_may_ask() {
    let somebody = "arn:aws:sts::111122223333:assumed-role/Operators/eve@example.com";
    for (changes, named) in [
        (json!({"until": "2999-01-01T00:00:00Z"}), "it ends later than was approved"),
        (json!({"until": "2026-11-23T02:30:00Z"}), "its request did not open it so"),
        (json!({"from": "2020-01-01T00:00:00Z"}), "its request did not open it so"),
        (json!({"approved_by": somebody}), "somebody else approved it"),
        (json!({"requested_by": somebody}), "somebody else asked for it"),
    ] {
        let rehearsal = deployed(&deployment());
        let started = allowed(&rehearsal, &for_a_while("allow-recovery", "PT24H")).await;
        owner_signs_in(&rehearsal);
        let altered = with(&window(&rehearsal), &changes);
        put_window(&rehearsal, OWNER, &altered);
        advance(&rehearsal, 2 * DAY);
        let before = root(&rehearsal);
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        assert_eq!(root(&rehearsal), before, "{changes}: nobody knows what was approved");
        let status = finished.status(OWNER).to_string();
        assert!(status.contains("protected") && status.contains(named), "{changes}: {status}");
        assert_eq!(finished.output["secured"], false, "{changes}");
        assert!(rehearsal.recovery(started.step("close")).await.unwrap_err().to_string().contains("end-recovery"));

        let end = ask(&rehearsal, JANE, &about("end-recovery", OWNER)).await;
        rehearsal.recovery(end.step("close")).await.unwrap();
        closing_run(&rehearsal, &end).await;
        assert!(root(&rehearsal).password.is_none() && root(&rehearsal).mfa_devices.is_empty(), "{changes}");
    }
}

#[tokio::test(start_paused = true)]
async fn i10_a_window_that_nobody_asked_for_or_approved_lifts_neither_the_guard_nor_the_protection_of_keys() {
    let rehearsal = rehearsal();
    let real = allowed(&rehearsal, &for_a_while("allow-recovery", "PT1H")).await;
    let asked = ask(&rehearsal, JANE, &about("allow-recovery", OTHER)).await;
    let real_window = window(&rehearsal);
    advance(&rehearsal, 2 * HOUR);
    give_password(&rehearsal, OTHER);
    let nobody = format!("recovery-{OTHER}-20261122T0200Z-{}", "0".repeat(32));
    for (recovery, named) in
        [(&nobody, "nobody has asked for it"), (&asked.id, "nobody has approved"), (&real.id, "it is the window of")]
    {
        put_window(&rehearsal, OTHER, &with(&real_window, &json!({"recovery": recovery, "account": OTHER})));
        let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
        let planned = rehearsal.object(&plan["plan"]);
        assert_eq!(planned["ended_recoveries"].as_object().unwrap().keys().collect::<Vec<_>>(), [OWNER], "{recovery}");
        let others = planned["others"].to_string();
        assert!(others.contains(named) || named == "it is the window of", "`{others}` does not say `{named}`");
        rehearsal.delete_all(0, &plan["plan"]).await;
        assert!(crate::organization::root_of(&rehearsal, OTHER).password.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn i10_what_ends_a_window_that_cannot_be_read_lifts_nothing_either() {
    let rehearsal = rehearsal();
    give_password(&rehearsal, OWNER);
    rehearsal.simulator.put_object(BUCKET, &format!("recoveries/{OWNER}.json"), "not JSON");
    let end = ask(&rehearsal, JANE, &about("end-recovery", OWNER)).await;
    assert_eq!(rehearsal.recovery(end.step("close")).await.unwrap()["outcome"], "closed");
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    assert_eq!((&plan["approval"], &plan["accounts_in_24_hours"]), (&json!("needed"), &json!(1)), "{plan}");
}

#[tokio::test(start_paused = true)]
async fn a_window_that_somebody_calls_settled_protects_nothing_and_excepts_nothing() {
    let rehearsal = rehearsal();
    let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    let pin = started.request.clone();
    let settled = json!({"settled": {"at": "2026-11-22T02:00:00Z", "run": started.closing_run(), "report": pin}});
    put_window(&rehearsal, OWNER, &with(&window(&rehearsal), &settled));
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    assert_eq!((&plan["approval"], &plan["account_count"]), (&json!("needed"), &json!(1)), "as any other account");
}

/// Who asked ends the window between the check and the call: the account is seen clean, and recovery is allowed after that.
#[tokio::test(start_paused = true)]
async fn a_window_that_is_ended_while_recovery_is_being_allowed_is_closed_anew() {
    let rehearsal = deployed(&deployment());
    let started = opened(&rehearsal, &about("allow-recovery", OWNER)).await;
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").slow(20));
    let allow = rehearsal.recovery(started.step("allow"));
    let end_it = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let end = ask(&rehearsal, JANE, &about("end-recovery", OWNER)).await;
        assert_eq!(ended(&rehearsal, &end).await["outcome"], "settled");
        assert!(root(&rehearsal).is_clean());
    };
    let (allowed, ()) = tokio::join!(allow, end_it);
    let allowed = allowed.unwrap();
    assert!(root(&rehearsal).password.is_some(), "the call came after the proof");
    assert_eq!(allowed["outcome"], "not_allowed", "{allowed}");
    assert!(allowed["summary"].as_str().unwrap().contains("ended meanwhile"), "{allowed}");
    let mut close = started.step("close");
    close["cause"] = json!("not_allowed");
    for _ in 0..2 {
        let closed = rehearsal.recovery(close.clone()).await.unwrap();
        assert_eq!((&closed["outcome"], &window(&rehearsal)["settled"]), (&json!("closed"), &Value::Null), "{closed}");
    }
    closing_run(&rehearsal, &started).await;
    assert_eq!(rehearsal.recovery(started.step("settle")).await.unwrap()["outcome"], "settled");
    assert!(root(&rehearsal).is_clean());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_made_after_the_end_and_used_is_protected_and_never_in_silence() {
    let rehearsal = rehearsal();
    let started = allowed(&rehearsal, &for_a_while("allow-recovery", "PT1H")).await;
    advance(&rehearsal, HOUR + 60);
    owner_signs_in(&rehearsal);
    let settled = ended(&rehearsal, &started).await;
    assert_eq!(settled["outcome"], "not_settled", "{settled}");
    assert!(settled["summary"].as_str().unwrap().contains("what is left is protected"), "{settled}");
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!((finished.report.kept_open.len(), &finished.output["secured"]), (1, &json!(false)));
    assert!(root(&rehearsal).password.is_none(), "without a way to sign in");
}

#[tokio::test(start_paused = true)]
async fn a_good_window_that_could_not_be_read_for_a_while_is_not_written_over_by_who_ends_it() {
    let in_window = async || {
        let rehearsal = rehearsal();
        let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
        let end = ask(&rehearsal, JANE, &about("end-recovery", OWNER)).await;
        (rehearsal, started, end)
    };
    let (undisturbed, _, end) = in_window().await;
    let first = undisturbed.simulator.calls().len();
    undisturbed.recovery(end.step("close")).await.unwrap();
    let calls = undisturbed.simulator.calls_since(first).len();
    assert!(calls >= 6, "{calls}: the request, the window, what it rests on, and the write");
    for nth in 1..=u64::try_from(calls).unwrap() {
        let (rehearsal, started, end) = in_window().await;
        rehearsal.simulator.inject(Fault::on("*").nth(nth).denied());
        let _ = rehearsal.recovery(end.step("close")).await;
        assert_eq!(window(&rehearsal)["recovery"], json!(started.id), "call {nth}");
        assert_eq!(rehearsal.recovery(end.step("close")).await.unwrap()["outcome"], "closed", "call {nth}");
        assert_eq!(window(&rehearsal)["recovery"], json!(started.id), "call {nth}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_that_is_written_over_while_it_is_closed_is_not_settled_in_silence() {
    let rehearsal = rehearsal();
    let started = allowed(&rehearsal, &for_a_while("allow-recovery", "PT1H")).await;
    advance(&rehearsal, HOUR);
    rehearsal.recovery(started.step("close")).await.unwrap();
    closing_run(&rehearsal, &started).await;
    let good = window(&rehearsal);
    rehearsal.simulator.put_object(BUCKET, &format!("recoveries/{OWNER}.json"), "{}");
    let settled = rehearsal.recovery(started.step("settle")).await.unwrap();
    assert_eq!(settled["outcome"], "not_settled", "{settled}");
    assert!(settled["summary"].as_str().unwrap().contains("find out who wrote"), "{settled}");
    put_window(&rehearsal, OWNER, &with(&good, &json!({"closed": null, "until": "2027-01-01T00:00:00Z"})));
    assert_eq!(rehearsal.recovery(started.step("settle")).await.unwrap()["outcome"], "not_settled");
}
