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
