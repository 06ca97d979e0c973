//! The one message of a run, and the events of it: what is sent, what is not sent again, and what a failure leaves.

use rootwarden_simulator::{Fault, PublishedMessage};
use rootwarden_tests::{BUCKET, CHAT, Deployment, NOTICES, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

fn deployed(deployment: Deployment) -> Rehearsal {
    Rehearsal::deployed(world(), &Deployment { exempt_accounts: EXEMPTIONS, ..deployment })
}

fn report_deployment() -> Rehearsal {
    deployed(Deployment { mode: "report", ..Deployment::default() })
}

fn night() -> Value {
    json!({"selection": "all", "started_by": "schedule"})
}

fn messages(rehearsal: &Rehearsal, topic: &str) -> Vec<PublishedMessage> {
    rehearsal.simulator.published().into_iter().filter(|message| message.topic_arn == topic).collect()
}

fn json_at(rehearsal: &Rehearsal, ends: &str) -> Value {
    let objects = rehearsal.simulator.objects(BUCKET);
    let found = objects.iter().find(|(key, _)| key.starts_with("reports/") && key.ends_with(ends));
    serde_json::from_slice(&found.unwrap().1).unwrap()
}

/// The detail types and accounts of the events so far.
fn events(rehearsal: &Rehearsal) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rehearsal
        .simulator
        .events()
        .iter()
        .map(|event| {
            assert_eq!((&event["Source"], &event["EventBusName"]), (&json!("rootwarden"), &json!("default")));
            let detail: Value = serde_json::from_str(event["Detail"].as_str().unwrap()).unwrap();
            (text(&event["DetailType"]), text(&detail["account"]))
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_report_deployment_with_new_credentials_sends_one_notice_that_leads_to_the_report() {
    let rehearsal = report_deployment();
    let finished = rehearsal.run(night()).await.unwrap();
    assert_eq!(finished.output["notice"], "sent");
    assert_eq!(finished.output["secured"], true, "to report is all that this deployment does");
    let sent = messages(&rehearsal, NOTICES);
    let [notice] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(notice.subject.as_deref(), Some("Rootwarden: 4 accounts need a person, 4 new"));
    assert!(notice.message.starts_with("What to do:\n- Have the root credentials deleted"), "{}", notice.message);
    for account in [KEYS, CERTIFICATE, PASSWORD, EVERYTHING] {
        assert!(notice.message.contains(account), "{}", notice.message);
    }
    let run = finished.report.run.to_string();
    let key = format!("reports/2026/11/22/{run}/report.html");
    let report = format!("https://console.aws.amazon.com/s3/object/{BUCKET}?region=us-east-1&prefix={key}\n");
    let execution = format!(
        "https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/\
         arn:aws:states:us-east-1:111122223333:execution:rootwarden-secure-accounts:{run}\n"
    );
    assert!(notice.message.contains(&report) && notice.message.contains(&execution), "{}", notice.message);
    assert!(rehearsal.simulator.objects(BUCKET).iter().any(|(name, _)| *name == key), "the link leads somewhere");
    assert_eq!(messages(&rehearsal, CHAT), []);
}

#[tokio::test(start_paused = true)]
async fn two_nights_with_the_same_findings_are_one_notice() {
    let rehearsal = report_deployment();
    rehearsal.run(night()).await.unwrap();
    let second = rehearsal.run(night()).await.unwrap();
    assert_eq!(second.output["notice"], "not_needed");
    assert_eq!(messages(&rehearsal, NOTICES).len(), 1);
    // A third one with something new tells of that alone.
    rehearsal.simulator.update(|world| {
        world.account_mut(CLEAN).unwrap().root = world.account(PASSWORD).unwrap().root.clone();
    });
    rehearsal.run(night()).await.unwrap();
    let sent = messages(&rehearsal, NOTICES);
    assert_eq!(sent.len(), 2);
    let last = sent.last().unwrap();
    assert!(last.message.contains(CLEAN) && !last.message.contains(KEYS), "{}", last.message);
    assert!(last.message.contains("Found before and still so: 4."), "{}", last.message);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_cleans_everything_needs_no_notice_unless_every_run_is_told() {
    for (wanted, notices, outcome) in [("problems", 0, "not_needed"), ("always", 1, "sent"), ("never", 0, "off")] {
        let rehearsal = deployed(Deployment { notices_of_runs: wanted, ..Deployment::default() });
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        assert_eq!(finished.output["notice"], outcome, "{wanted}");
        assert_eq!(messages(&rehearsal, NOTICES).len(), notices, "{wanted}");
    }
    let never = deployed(Deployment { mode: "report", notices_of_runs: "never", ..Deployment::default() });
    let finished = never.run(night()).await.unwrap();
    assert_eq!(finished.output["notice"], "off", "which is another thing than nothing to say");
    assert_eq!(messages(&never, NOTICES), []);
}

#[tokio::test(start_paused = true)]
async fn a_run_in_several_rounds_sends_its_message_with_the_last_one() {
    let rehearsal = deployed(Deployment { mode: "report", ..Deployment::default() });
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(KEYS).times(5).throttle());
    let first = rehearsal.round(0, &night(), &Value::Null).await.unwrap();
    assert_eq!((&first.report["pending"], &first.report["notice"]), (&json!(1), &json!("later")));
    assert!(messages(&rehearsal, NOTICES).is_empty() && events(&rehearsal).is_empty());
    let second = rehearsal.round(1, &night(), &first.report["report"]).await.unwrap();
    assert_eq!(second.report["notice"], "sent");
    assert_eq!(messages(&rehearsal, NOTICES).len(), 1);
    assert_eq!(events(&rehearsal).len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_chat_gets_its_own_form_and_the_mail_never_does() {
    let rehearsal = deployed(Deployment { mode: "report", chat: true, ..Deployment::default() });
    rehearsal.run(night()).await.unwrap();
    let chat = messages(&rehearsal, CHAT);
    let [notice] = chat.as_slice() else { panic!("{chat:?}") };
    let form: Value = serde_json::from_str(&notice.message).unwrap();
    assert_eq!((&form["version"], &form["source"]), (&json!("1.0"), &json!("custom")));
    assert_eq!(form["content"]["title"], "Rootwarden: 4 accounts need a person, 4 new");
    let mail = messages(&rehearsal, NOTICES);
    assert!(mail.len() == 1 && !mail[0].message.contains("\"source\""), "{mail:?}");
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_takes_nothing_is_named_and_everything_else_is_there() {
    let rehearsal = report_deployment();
    rehearsal.simulator.inject(Fault::on("sns:Publish").nth(1).denied());
    let finished = rehearsal.run(night()).await.unwrap();
    assert_eq!((&finished.output["not_written"], &finished.output["notice"]), (&json!(["notice"]), &json!("failed")));
    let summary = finished.output["summary"].as_str().unwrap();
    assert!(summary.contains("notice could not be written: cannot publish a notice: AuthorizationError"), "{summary}");
    for place in [
        "reports/latest/report.json",
        "reports/latest/report.html",
        "reports/latest/report.csv",
        "reports/history.json",
    ] {
        assert!(rehearsal.simulator.objects(BUCKET).iter().any(|(key, _)| key == place), "{place}");
    }
    let report = json_at(&rehearsal, "latest/report.json");
    assert_eq!(report["missing"][0]["what"], "notice");
    assert_eq!(finished.output["report_sha256"], json!(sha256_of(&rehearsal, "reports/latest/report.json")));
    assert_eq!(events(&rehearsal).len(), 4);
    // The next night says what this one could not.
    rehearsal.run(night()).await.unwrap();
    let sent = messages(&rehearsal, NOTICES);
    assert!(sent.len() == 1 && sent[0].message.contains("the notice of the run before could not be sent"), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_takes_nothing_is_named_and_the_mail_is_sent() {
    let rehearsal = deployed(Deployment { mode: "report", chat: true, ..Deployment::default() });
    rehearsal.simulator.inject(Fault::on("sns:Publish").nth(2).denied());
    let finished = rehearsal.run(night()).await.unwrap();
    assert_eq!((&finished.output["not_written"], &finished.output["notice"]), (&json!(["notice"]), &json!("sent")));
    assert_eq!((messages(&rehearsal, NOTICES).len(), messages(&rehearsal, CHAT).len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_at_the_same_report_sends_no_second_message() {
    let rehearsal = report_deployment();
    let (listed, plan) = rehearsal.plan_round(&night()).await.unwrap();
    for _ in 0..2 {
        let published = rehearsal
            .publish(json!({
                "run": rehearsal.run_id(), "round": 0, "plan": plan["plan"], "approval": "not_needed",
                "deletions": [], "previous": null,
                "audited": {"chunk": listed.chunks.len() - 1, "record": listed.audited},
            }))
            .await
            .unwrap();
        assert_eq!(published["notice"], "sent");
    }
    assert_eq!(messages(&rehearsal, NOTICES).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn events_tell_of_what_is_new_and_of_what_was_deleted() {
    let rehearsal = report_deployment();
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(PASSWORD).always().denied());
    rehearsal.run(night()).await.unwrap();
    let found = |account: &str| ("Root Credentials Found".to_owned(), account.to_owned());
    let unknown = ("Account Unknown".to_owned(), PASSWORD.to_owned());
    assert_eq!(events(&rehearsal), [unknown, found(KEYS), found(CERTIFICATE), found(EVERYTHING)]);
    rehearsal.run(night()).await.unwrap();
    assert_eq!(events(&rehearsal).len(), 4, "what stays is told once");

    let rehearsal = rehearsal.redeployed(&Deployment { exempt_accounts: EXEMPTIONS, ..Deployment::default() });
    rehearsal.run(enforce_all()).await.unwrap();
    let deleted = |account: &str| ("Root Credentials Deleted".to_owned(), account.to_owned());
    assert_eq!(events(&rehearsal)[4..], [deleted(KEYS), deleted(CERTIFICATE), deleted(EVERYTHING)]);
}

#[tokio::test(start_paused = true)]
async fn without_events_none_is_put() {
    let rehearsal = deployed(Deployment { mode: "report", events: "off", ..Deployment::default() });
    rehearsal.run(night()).await.unwrap();
    assert_eq!(rehearsal.count("events:PutEvents"), 0);
}

#[tokio::test(start_paused = true)]
async fn events_that_are_refused_are_put_again_and_named_if_they_stay_refused() {
    let one_refused = |times: u64| {
        let ok = json!({"EventId": "00000000-0000-4000-b000-000000000001"});
        let refused = json!({"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"});
        let answer = json!({"FailedEntryCount": 1, "Entries": [ok, refused, ok, ok]});
        let again = json!({"FailedEntryCount": 1, "Entries": [refused]});
        let first = Fault::on("events:PutEvents").nth(1).times(1).answer(answer);
        (first, Fault::on("events:PutEvents").nth(2).times(times).answer(again))
    };
    let rehearsal = report_deployment();
    let (first, again) = one_refused(1);
    rehearsal.simulator.inject(first);
    rehearsal.simulator.inject(again);
    let finished = rehearsal.run(night()).await.unwrap();
    assert_eq!(finished.output["not_written"], json!([]));
    assert_eq!(rehearsal.count("events:PutEvents"), 3);
    assert_eq!(events(&rehearsal), [("Root Credentials Found".to_owned(), CERTIFICATE.to_owned())], "the one alone");

    let rehearsal = report_deployment();
    let (first, again) = one_refused(10);
    rehearsal.simulator.inject(first);
    rehearsal.simulator.inject(again);
    let finished = rehearsal.run(night()).await.unwrap();
    assert_eq!(finished.output["not_written"], json!(["events"]));
    assert_eq!(rehearsal.count("events:PutEvents"), 4, "and not for ever");
    let report = json_at(&rehearsal, "latest/report.json");
    assert_eq!(
        report["missing"][0],
        json!({"what": "events", "why": "1 of 4 events were not taken: ThrottlingException: Rate exceeded"})
    );
    assert_eq!(messages(&rehearsal, NOTICES).len(), 1, "and people are told of it");
    assert!(messages(&rehearsal, NOTICES)[0].message.contains("the report lacks events"));
}

fn sha256_of(rehearsal: &Rehearsal, key: &str) -> String {
    let objects = rehearsal.simulator.objects(BUCKET);
    let body = objects.iter().find(|(name, _)| name == key).map(|(_, body)| body.clone()).unwrap();
    rootwarden_domain::Sha256::of(&body).to_string()
}
