//! What is a run over the whole organization is told by its plan, and a run over a part never takes the place of a whole one.

use rootwarden_domain::Sha256;
use rootwarden_simulator::{Fault, Member};
use rootwarden_tests::{BUCKET, Deployment, NOTICES, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

fn report_deployment() -> Rehearsal {
    let security_hub = Deployment { security_hub: "all", ocsf_findings: "on", ..Deployment::default() };
    let deployment = Deployment { mode: "report", exempt_accounts: EXEMPTIONS, ..security_hub };
    Rehearsal::deployed(world(), &deployment)
}

fn night() -> Value {
    json!({"selection": "all", "started_by": "schedule"})
}

/// What only a whole run may change: the latest reports, what the next run is held against, what was sent to Security Hub.
fn of_whole_runs(rehearsal: &Rehearsal) -> Vec<(String, Vec<u8>)> {
    let is_it = |key: &str| {
        let whole = ["reports/latest/", "reports/history.json", "reports/security-hub.json"];
        whole.iter().any(|begins| key.starts_with(begins))
    };
    let objects = rehearsal.simulator.objects(BUCKET).into_iter();
    objects.filter(|(key, _)| is_it(key)).map(|(key, body)| (key, body.to_vec())).collect()
}

fn json_at(rehearsal: &Rehearsal, key: &str) -> Value {
    let objects = rehearsal.simulator.objects(BUCKET);
    let found = objects.iter().find(|(name, _)| name == key);
    assert!(found.is_some(), "there is no {key}");
    serde_json::from_slice(&found.unwrap().1).unwrap()
}

fn report_of_run(rehearsal: &Rehearsal) -> Value {
    json_at(rehearsal, &format!("reports/2026/11/22/{}/report.json", rehearsal.run_id()))
}

/// Writes the object behind a pin anew, as a role that may write it could: the pin of what it is then.
fn forge(rehearsal: &Rehearsal, pin: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut body = rehearsal.object(pin);
    change(&mut body);
    let (key, body) = (pin["key"].as_str().unwrap(), body.to_string());
    let sha256 = Sha256::of(body.as_bytes()).to_string();
    json!({"key": key, "version_id": rehearsal.simulator.put_object(BUCKET, key, body), "sha256": sha256})
}

fn input(rehearsal: &Rehearsal, plan: &Value, audited: Value) -> Value {
    json!({
        "run": rehearsal.run_id(), "round": 0, "plan": plan, "approval": "not_needed", "deletions": [], "previous": null,
        "audited": audited,
    })
}

#[tokio::test(start_paused = true)]
async fn a_run_over_a_part_changes_nothing_of_the_whole_whatever_it_is_called() {
    let rehearsal = report_deployment();
    rehearsal.run(night()).await.unwrap();
    let before = of_whole_runs(&rehearsal);
    assert!(before.len() >= 5, "{:?}", before.iter().map(|(key, _)| key).collect::<Vec<_>>());
    let sent = rehearsal.count("securityhub:BatchImportFindings");
    for (name, request) in [
        ("nightly-2026-11-23", json!({"selection": {"accounts": [KEYS]}, "started_by": "schedule"})),
        ("nightly-2026-11-24", json!({"selection": "all", "exclude": {"accounts": [KEYS]}})),
        ("nightly-2026-11-25", json!({"selection": "all", "exclude": {"tags": [{"key": "a", "value": "b"}]}})),
        ("all", json!({"selection": {"joined": {"account": KEYS}}, "started_by": "schedule"})),
    ] {
        let finished = rehearsal.run_named(name, request).await.unwrap();
        assert_eq!(serde_json::to_value(&finished.report).unwrap()["scope"], "selection", "{name}");
        let told = json_at(&rehearsal, &format!("reports/2026/11/22/{name}/report.json"));
        assert_eq!(told["scope"], "selection", "{name}");
        assert_eq!(of_whole_runs(&rehearsal), before, "{name}");
    }
    assert_eq!(rehearsal.count("securityhub:BatchImportFindings"), sent, "nothing is sent nor archived");
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_does_not_say_that_it_is_of_the_whole_is_of_a_part() {
    for scope in [Value::Null, json!("selection")] {
        let rehearsal = report_deployment();
        let (listed, plan) = rehearsal.plan_round(&night()).await.unwrap();
        let forged = forge(&rehearsal, &plan["plan"], |plan| {
            assert_eq!(plan["scope"], "organization");
            plan.as_object_mut().unwrap().remove("scope");
            if !scope.is_null() {
                plan["scope"] = scope.clone();
            }
        });
        let audited = json!({"chunk": listed.chunks.len() - 1, "record": listed.audited});
        rehearsal.publish(input(&rehearsal, &forged, audited)).await.unwrap();
        assert_eq!(report_of_run(&rehearsal)["scope"], "selection");
        assert_eq!(of_whole_runs(&rehearsal), []);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_in_beside_the_plan_makes_no_whole_of_a_part_nor_a_part_of_the_whole() {
    // Somebody hands a whole run's record to the report of a part.
    let rehearsal = report_deployment();
    rehearsal.run(night()).await.unwrap();
    let before = of_whole_runs(&rehearsal);
    let whole = rehearsal.run_id();
    let key = format!("runs/{whole}/audit/0/0.json");
    let (_, body) = rehearsal.simulator.objects(BUCKET).into_iter().find(|(name, _)| *name == key).unwrap();
    let (_, plan) = rehearsal.plan_round(&json!({"selection": {"accounts": [KEYS]}})).await.unwrap();
    let version = rehearsal.simulator.put_object(BUCKET, &key, body.clone());
    let record = json!({"key": key, "version_id": version, "sha256": Sha256::of(&body).to_string()});
    rehearsal.publish(input(&rehearsal, &plan["plan"], json!({"chunk": 0, "record": record}))).await.unwrap();
    let told = report_of_run(&rehearsal);
    assert_eq!((&told["scope"], of_whole_runs(&rehearsal)), (&json!("selection"), before));

    // Nobody hands on what a whole run was made from: it is told as whole, and what is missing is said.
    let rehearsal = report_deployment();
    let (_, plan) = rehearsal.plan_round(&night()).await.unwrap();
    rehearsal.publish(input(&rehearsal, &plan["plan"], Value::Null)).await.unwrap();
    let told = json_at(&rehearsal, "reports/latest/report.json");
    assert_eq!((&told["scope"], &told["missing"][0]["what"]), (&json!("organization"), &json!("where accounts stand")));
}

#[tokio::test(start_paused = true)]
async fn a_later_round_makes_no_whole_of_a_part() {
    let rehearsal = report_deployment();
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(KEYS).times(5).throttle());
    let part = json!({"selection": {"accounts": [KEYS]}});
    let first = rehearsal.round(0, &part, &Value::Null).await.unwrap();
    assert_eq!(first.report["pending"], 1);
    rehearsal.round(1, &night(), &first.report["report"]).await.unwrap();
    assert_eq!(report_of_run(&rehearsal)["scope"], "selection");
    assert_eq!(of_whole_runs(&rehearsal), []);
}

#[tokio::test(start_paused = true)]
async fn what_a_run_found_that_was_stopped_between_its_rounds_is_told_by_the_next_one() {
    let rehearsal = report_deployment();
    rehearsal.run(night()).await.unwrap();
    let messages = |rehearsal: &Rehearsal| -> Vec<String> {
        let sent = rehearsal.simulator.published().into_iter().filter(|message| message.topic_arn == NOTICES);
        sent.map(|message| message.message).collect()
    };
    assert_eq!(messages(&rehearsal).len(), 1);
    let first = json_at(&rehearsal, "reports/latest/report.json");

    rehearsal.simulator.update(|world| {
        world.account_mut(CLEAN).unwrap().root = Member::new(CLEAN).password().root;
    });
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(KEYS).times(5).throttle());
    let stopped = "stopped-between-its-rounds";
    let round = rehearsal.round_named(stopped, &night()).await.unwrap();
    assert_eq!((&round.report["pending"], &round.report["notice"]), (&json!(1), &json!("later")));
    assert_eq!(messages(&rehearsal).len(), 1, "its last round would have told");

    rehearsal.run(night()).await.unwrap();
    let told = json_at(&rehearsal, "reports/latest/report.json");
    assert_eq!((&told["changes"]["new"], &told["stopped"]), (&json!([CLEAN]), &json!([stopped])));
    assert_eq!(told["compared_with"]["run"], first["run"]);
    // It stands in the chain all the same.
    assert_eq!(told["previous_report"]["key"], json!(format!("reports/2026/11/22/{stopped}/report.json")));
    let all = messages(&rehearsal);
    assert!(all.len() == 2 && all[1].contains(CLEAN) && !all[1].contains(CERTIFICATE), "{all:?}");
    rehearsal.run(night()).await.unwrap();
    assert_eq!(messages(&rehearsal).len(), 2, "and it is told once");
}
