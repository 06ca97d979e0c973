//! How a window ends: early, later than first approved, or without anybody who closes it.

use super::*;

fn until(rehearsal: &Rehearsal) -> jiff::Timestamp {
    window(rehearsal)["until"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn ending_early_takes_nobodys_approval_and_the_first_execution_finds_it_settled() {
    let rehearsal = rehearsal();
    let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    owner_signs_in(&rehearsal);
    let end = ask(&rehearsal, JOE, &about("end-recovery", OWNER)).await;
    let checked = rehearsal.recovery(end.step("check")).await.unwrap();
    assert_eq!(checked["outcome"], "to_close", "{checked}");
    assert_eq!(ended(&rehearsal, &end).await["outcome"], "settled");
    assert!(root(&rehearsal).is_clean());
    let because = window(&rehearsal)["closed"]["because"].as_str().unwrap().to_owned();
    assert!(because.contains("joe@example.com") && because.contains(&end.id), "{because}");

    advance(&rehearsal, DAY);
    let closed = rehearsal.recovery(started.step("close")).await.unwrap();
    assert_eq!(closed["outcome"], "settled", "{closed}");
}

#[tokio::test(start_paused = true)]
async fn whoever_wakes_up_before_the_end_closes_nothing() {
    let rehearsal = rehearsal();
    let started = allowed(&rehearsal, &for_a_while("allow-recovery", "PT1H")).await;
    advance(&rehearsal, HOUR - 1);
    let closed = rehearsal.recovery(started.step("close")).await.unwrap();
    assert_eq!(closed["outcome"], "not_yet", "{closed}");
    assert_eq!(window(&rehearsal)["closed"], Value::Null);
    advance(&rehearsal, 1);
    assert_eq!(ended(&rehearsal, &started).await["outcome"], "settled");
}

#[tokio::test(start_paused = true)]
async fn extending_takes_a_new_approval_and_moves_the_one_end() {
    let rehearsal = rehearsal();
    let first = allowed(&rehearsal, &for_a_while("allow-recovery", "PT2H")).await;
    let end = until(&rehearsal);
    advance(&rehearsal, HOUR);
    owner_signs_in(&rehearsal);
    let extension = ask(&rehearsal, JANE, &for_a_while("extend-recovery", "PT24H")).await;
    let refused = rehearsal.recovery(extension.step("open")).await.unwrap();
    assert_eq!((&refused["outcome"], until(&rehearsal)), (&json!("not_opened"), end), "{refused}");

    advance(&rehearsal, 60);
    let extension = allowed(&rehearsal, &for_a_while("extend-recovery", "PT24H")).await;
    assert!(until(&rehearsal) > end);
    advance(&rehearsal, HOUR);
    let closed = rehearsal.recovery(first.step("close")).await.unwrap();
    assert_eq!(closed["outcome"], "superseded", "the first execution wakes up, and leaves the window alone");
    let nightly = rehearsal.run(enforce_all()).await.unwrap();
    assert!(nightly.status(OWNER)["exempt"].is_object(), "{}", nightly.status(OWNER));

    advance(&rehearsal, DAY);
    assert_eq!(ended(&rehearsal, &extension).await["outcome"], "settled");
    assert!(root(&rehearsal).is_clean(), "a key of the first part of the window goes as well");
}

#[tokio::test(start_paused = true)]
async fn extending_needs_an_open_window_and_a_later_end() {
    let rehearsal = rehearsal();
    for (body, named) in [
        (for_a_while("extend-recovery", "PT24H"), "no window is open"),
        (for_a_while("extend-recovery", "PT1H"), "ask for a longer duration"),
        (for_a_while("allow-recovery", "PT1H"), "recovery is allowed already until"),
    ] {
        let started = ask(&rehearsal, JANE, &body).await;
        let checked = rehearsal.recovery(started.step("check")).await.unwrap();
        assert_eq!(checked["outcome"], "not_possible", "{checked}");
        assert!(checked["summary"].as_str().unwrap().contains(named), "{checked}");
        if window(&rehearsal).is_null() {
            opened(&rehearsal, &about("allow-recovery", OWNER)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i10_where_nobody_closes_it_the_next_nightly_run_does_uncounted_and_keys_from_before_stay_protected() {
    let rehearsal = rehearsal();
    rehearsal.simulator.update(|world| {
        let member = Member::new(OWNER).access_key_used(OLD_KEY, "2026-12-31T00:00:00Z");
        let keys = World::new(MANAGEMENT).member(member).account(OWNER).unwrap().root.access_keys.clone();
        world.accounts.get_mut(OWNER).unwrap().root.access_keys = keys;
        world.accounts.get_mut(OTHER).unwrap().root.password =
            Some(rootwarden_simulator::LoginProfile { created: "2026-01-01T00:00:00Z".parse().unwrap() });
    });
    allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    owner_signs_in(&rehearsal);
    // The execution was stopped: no step follows.
    advance(&rehearsal, DAY);
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    assert_eq!(
        (&plan["approval"], &plan["accounts_in_24_hours"]),
        (&json!("needed"), &json!(1)),
        "the other one counts"
    );
    let planned = rehearsal.object(&plan["plan"]);
    assert_eq!(planned["ended_recoveries"][OWNER]["requested_by"], JANE, "the plan says so");

    let finished = rehearsal.run(json!({"selection": {"accounts": [OWNER]}, "mode": "enforce"})).await.unwrap();
    let left: Vec<String> = root(&rehearsal).access_keys.into_iter().map(|key| key.id).collect();
    assert_eq!(left, [OLD_KEY], "in use since before the window");
    assert!(root(&rehearsal).password.is_none() && root(&rehearsal).mfa_devices.is_empty());
    assert_eq!(finished.report.kept_open.len(), 1, "and the report says that it is kept open");
}

#[tokio::test(start_paused = true)]
async fn a_window_that_opens_between_plan_and_deletion_keeps_its_account() {
    let rehearsal = deployed(&deployment());
    rehearsal.simulator.update(|world| {
        world.accounts.get_mut(OWNER).unwrap().root.password =
            Some(rootwarden_simulator::LoginProfile { created: "2026-01-01T00:00:00Z".parse().unwrap() });
    });
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    assert_eq!(plan["account_count"], 1);
    allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    rehearsal.delete_all(0, &plan["plan"]).await;
    assert!(root(&rehearsal).password.is_some());
    assert_eq!(rehearsal.count("iam:DeleteLoginProfile"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_cannot_be_read_protects_its_account_until_it_is_ended_anew() {
    for body in ["not JSON".to_owned(), " ".repeat(20_000)] {
        assert_protects_until_ended_anew(body).await;
    }
}

async fn assert_protects_until_ended_anew(body: String) {
    let rehearsal = deployed(&deployment());
    let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    let key = format!("recoveries/{OWNER}.json");
    rehearsal.simulator.put_object(BUCKET, &key, body);
    advance(&rehearsal, 2 * DAY);
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert!(root(&rehearsal).password.is_some());
    let status = finished.status(OWNER).to_string();
    assert!(status.contains("protected") && status.contains("end-recovery"), "{status}");
    assert_eq!(finished.output["secured"], false);
    assert!(rehearsal.recovery(started.step("close")).await.unwrap_err().to_string().contains("end-recovery"));

    let end = ask(&rehearsal, JOE, &about("end-recovery", OWNER)).await;
    assert_eq!(ended(&rehearsal, &end).await["outcome"], "settled");
    assert!(root(&rehearsal).is_clean());
}
