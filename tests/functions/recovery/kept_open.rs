//! Where something keeps an account open after the end, every run says so, and fails.

use super::*;

async fn assert_kept_open(rehearsal: &Rehearsal, request: Value, because: &str) {
    for _ in 0..2 {
        let finished = rehearsal.run(request.clone()).await.unwrap();
        assert!(root(rehearsal).password.is_some());
        assert_eq!(finished.output["secured"], false, "{}", finished.output);
        let kept = finished.report.kept_open.values().next().unwrap();
        assert!(kept.because.contains(because), "{kept:?}");
        let summary = finished.output["summary"].as_str().unwrap();
        assert!(summary.contains("is kept open after the end of its recovery window"), "{summary}");
        advance(rehearsal, DAY);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_an_exemption_or_a_change_to_report_mode_is_said_by_every_run_until_the_account_is_clean() {
    let exemption = (
        format!("exemptions/{OWNER}.json"),
        json!({"reason": "audit"}),
        json!({"reason": "over", "until": "2020-01-01T00:00:00Z"}),
        "audit",
    );
    let pause = (
        "control/paused.json".to_owned(),
        json!({"paused": true, "reason": "incident"}),
        json!({"paused": false}),
        "incident",
    );
    for (key, keeps, lets_go, because) in [exemption, pause] {
        let rehearsal = deployed(&deployment());
        let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
        put(&rehearsal, &key, &keeps);
        advance(&rehearsal, DAY);
        let settled = ended(&rehearsal, &started).await;
        assert_eq!(settled["outcome"], "not_settled", "{settled}");
        assert!(settled["summary"].as_str().unwrap().contains(because), "{settled}");
        assert_kept_open(&rehearsal, enforce_all(), because).await;

        put(&rehearsal, &key, &lets_go);
        let end = ask(&rehearsal, JOE, &about("end-recovery", OWNER)).await;
        assert_eq!(ended(&rehearsal, &end).await["outcome"], "settled");
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        assert!(finished.report.kept_open.is_empty() && finished.output["secured"] == true);
    }

    let rehearsal = deployed(&deployment());
    allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    advance(&rehearsal, DAY);
    let rehearsal = rehearsal.redeployed(&Deployment { mode: "report", ..deployment() });
    assert_kept_open(&rehearsal, json!({"selection": "all"}), "only reports").await;
}

#[tokio::test(start_paused = true)]
async fn no_report_proves_nothing_and_neither_does_one_of_another_run() {
    let rehearsal = rehearsal();
    let started = allowed(&rehearsal, &for_a_while("allow-recovery", "PT1H")).await;
    advance(&rehearsal, HOUR);
    rehearsal.recovery(started.step("close")).await.unwrap();
    let settled = rehearsal.recovery(started.step("settle")).await.unwrap();
    assert_eq!(settled["outcome"], "not_settled", "{settled}");
    // A clean report of an earlier run, copied to where that of the closing run lies.
    let other = rehearsal.run(json!({"selection": {"accounts": [OWNER]}, "mode": "enforce"})).await.unwrap();
    let report = rehearsal.object(&other.output["report"]);
    assert!(root(&rehearsal).is_clean());
    put(&rehearsal, &format!("runs/{}/report/0.json", started.closing_run()), &report);
    let settled = rehearsal.recovery(started.step("settle")).await.unwrap();
    assert_eq!(settled["outcome"], "not_settled", "{settled}");
    assert_eq!(window(&rehearsal)["settled"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_window_is_reported_also_where_the_account_is_clean_or_exempt_or_cannot_be_read() {
    let in_window = async || {
        let rehearsal = deployed(&deployment());
        let started = opened(&rehearsal, &about("allow-recovery", OWNER)).await;
        (rehearsal, started)
    };
    let (clean, id) = in_window().await;
    let (exempt, _) = in_window().await;
    give_password(&exempt);
    put(&exempt, &format!("exemptions/{OWNER}.json"), &json!({"reason": "audit"}));
    let (unknown, _) = in_window().await;
    unknown.simulator.inject(rootwarden_simulator::Fault::on("sts:AssumeRoot").account(OWNER).always().denied());
    for (rehearsal, status) in [(&clean, "clean"), (&exempt, "exempt"), (&unknown, "unknown")] {
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        assert!(finished.status(OWNER).to_string().contains(status), "{}", finished.status(OWNER));
        let told = serde_json::to_value(&finished.report.open_recoveries).unwrap();
        assert_eq!(told[OWNER], window(rehearsal), "{status}");
        let summary = finished.output["summary"].as_str().unwrap();
        assert!(summary.contains(&id.id[..21]) && summary.contains("CHG-9"), "{summary}");
    }
}

fn give_password(rehearsal: &Rehearsal) {
    rehearsal.simulator.update(|world| {
        world.accounts.get_mut(OWNER).unwrap().root.password =
            Some(rootwarden_simulator::LoginProfile { created: "2026-01-01T00:00:00Z".parse().unwrap() });
    });
}

/// What recovery is often allowed for: afterwards the account is out of reach. That is said once, and not every night.
#[tokio::test(start_paused = true)]
async fn an_account_that_was_closed_in_its_window_is_said_to_be_out_of_reach() {
    let rehearsal = deployed(&deployment());
    let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    rehearsal.simulator.update(|world| world.accounts.get_mut(OWNER).unwrap().state = "SUSPENDED".to_owned());
    advance(&rehearsal, DAY);
    let settled = ended(&rehearsal, &started).await;
    assert_eq!(settled["outcome"], "not_settled", "{settled}");
    let summary = settled["summary"].as_str().unwrap();
    assert!(summary.contains("is out of reach") && summary.contains("SUSPENDED"), "{summary}");
    assert_eq!(rehearsal.run(enforce_all()).await.unwrap().output["secured"], true);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_a_run_leaves_out_by_its_request_is_kept_open_all_the_same() {
    let rehearsal = deployed(&deployment());
    allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    advance(&rehearsal, DAY);
    let request = json!({"selection": "all", "mode": "enforce", "exclude": {"accounts": [OWNER]}});
    assert_kept_open(&rehearsal, request, "excluded").await;
}
