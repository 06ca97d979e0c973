//! A run is told in many places: whichever one fails, the run ends, names it, and loses none of the others.

use std::collections::BTreeSet;

use rootwarden_simulator::Fault;
use rootwarden_tests::{BUCKET, CHAT, Deployment, NOTICES, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

/// A topic, a service, or an object, without the day and the run.
type Place = String;

fn everything_told() -> Rehearsal {
    let deployment = Deployment {
        mode: "report",
        exempt_accounts: EXEMPTIONS,
        chat: true,
        security_hub: "all",
        ocsf_findings: "on",
        ..Deployment::default()
    };
    Rehearsal::deployed(world(), &deployment)
}

fn night() -> Value {
    json!({"selection": "all", "started_by": "schedule"})
}

/// Where something was told, as the simulator's world has it.
fn told(rehearsal: &Rehearsal) -> BTreeSet<Place> {
    let simulator = &rehearsal.simulator;
    let objects = simulator.objects(BUCKET).into_iter().map(|(key, _)| key).filter(|key| key.starts_with("reports/"));
    let objects = objects.map(|key| {
        let of_run = key.strip_prefix("reports/2026/11/22/").and_then(|rest| rest.split_once('/'));
        of_run.map_or(key.clone(), |(_, name)| format!("own/{name}"))
    });
    let mut told: BTreeSet<Place> = objects.collect();
    told.extend(simulator.published().into_iter().map(|message| message.topic_arn));
    let services = [("events", simulator.events().is_empty()), ("Security Hub", simulator.findings().is_empty())];
    told.extend(services.into_iter().filter(|(_, is_empty)| !is_empty).map(|(name, _)| name.to_owned()));
    told
}

/// The run's `report.json`: the one under its own name, or the latest where that could not be written.
fn report(rehearsal: &Rehearsal) -> Value {
    let objects = rehearsal.simulator.objects(BUCKET);
    let at = |end: &str| objects.iter().find(|(key, _)| key.starts_with("reports/2") && key.ends_with(end));
    let latest = || objects.iter().find(|(key, _)| key == "reports/latest/report.json");
    serde_json::from_slice(&at("/report.json").or_else(latest).unwrap().1).unwrap()
}

fn everywhere() -> Vec<(&'static str, &'static str, Fault)> {
    let object = |key: &str| Fault::on("s3:PutObject").resource(format!("{BUCKET}/reports/{key}")).always().denied();
    let topic = |arn: &str| Fault::on("sns:Publish").resource(arn).always().denied();
    vec![
        ("own/report.csv", "report.csv", object("2026/*/report.csv")),
        ("own/report.html", "report.html", object("2026/*/report.html")),
        ("own/report.json", "report.json", object("2026/*/report.json")),
        ("own/findings.ocsf.jsonl", "findings.ocsf.jsonl", object("2026/*/findings.ocsf.jsonl")),
        ("own/notice.json", "notice", object("2026/*/notice.json")),
        ("reports/latest/report.csv", "report.csv", object("latest/report.csv")),
        ("reports/latest/report.html", "report.html", object("latest/report.html")),
        ("reports/latest/report.json", "report.json", object("latest/report.json")),
        ("reports/latest/findings.ocsf.jsonl", "findings.ocsf.jsonl", object("latest/findings.ocsf.jsonl")),
        ("reports/history.json", "history.json", object("history.json")),
        ("reports/security-hub.json", "Security Hub findings", object("security-hub.json")),
        ("Security Hub", "Security Hub findings", Fault::on("securityhub:BatchImportFindings").always().denied()),
        ("events", "events", Fault::on("events:PutEvents").always().denied()),
        (NOTICES, "notice", topic(NOTICES)),
        (CHAT, "notice", topic(CHAT)),
    ]
}

#[tokio::test(start_paused = true)]
async fn each_place_that_fails_is_named_and_loses_none_of_the_others() {
    let whole = everything_told();
    let finished = whole.run(night()).await.unwrap();
    assert_eq!((&finished.output["not_written"], &report(&whole)["missing"]), (&json!([]), &json!([])));
    let everywhere_told = told(&whole);
    let known: BTreeSet<Place> = everywhere().into_iter().map(|(place, _, _)| place.to_owned()).collect();
    assert_eq!(everywhere_told, known, "each place of a run is made to fail below, and no other");

    for (place, name, fault) in everywhere() {
        let rehearsal = everything_told();
        rehearsal.simulator.inject(fault);
        let finished = rehearsal.run(night()).await.unwrap();
        assert_eq!(finished.output["not_written"], json!([name]), "{place}");
        assert_eq!(finished.output["pending"], 0, "{place}");
        let missing = report(&rehearsal)["missing"].clone();
        assert_eq!((missing.as_array().unwrap().len(), &missing[0]["what"]), (1, &json!(name)), "{place}: {missing}");
        let mut expected = everywhere_told.clone();
        expected.remove(place);
        if place == "reports/security-hub.json" {
            // What could not be written down is not sent: nothing would ever say that it is there.
            expected.remove("Security Hub");
        }
        assert_eq!(told(&rehearsal), expected, "{place}");
        let sent = rehearsal.simulator.published().len();
        assert_eq!(sent, if [NOTICES, CHAT].contains(&place) { 1 } else { 2 }, "{place}: one message to each topic");
    }
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_failed_gets_the_message_with_a_second_attempt_and_the_other_none() {
    for (failing, first, second) in [(NOTICES, "failed", "sent"), (CHAT, "sent", "sent")] {
        let rehearsal = everything_told();
        rehearsal.simulator.inject(Fault::on("sns:Publish").resource(failing).denied());
        let (listed, plan) = rehearsal.plan_round(&night()).await.unwrap();
        for expected in [first, second] {
            let published = rehearsal
                .publish(json!({
                    "run": rehearsal.run_id(), "round": 0, "plan": plan["plan"], "approval": "not_needed",
                    "deletions": [], "previous": null,
                    "audited": {"chunk": listed.chunks.len() - 1, "record": listed.audited},
                }))
                .await
                .unwrap();
            assert_eq!(published["notice"], expected, "{failing}");
        }
        let topics: Vec<_> = rehearsal.simulator.published().into_iter().map(|message| message.topic_arn).collect();
        let other = if failing == NOTICES { CHAT } else { NOTICES };
        assert_eq!(topics, [other, failing], "{failing}");
    }
}
