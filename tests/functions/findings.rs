//! Findings for Security Hub and in OCSF: what is sent, what is not sent again, and what a failure leaves.

use rootwarden_simulator::{Fault, Member, RootCredentials, World};
use rootwarden_tests::{BUCKET, Deployment, MANAGEMENT, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

fn deployed(security_hub: &'static str) -> Rehearsal {
    let deployment = Deployment { mode: "report", security_hub, ocsf_findings: "on", ..Deployment::default() };
    Rehearsal::deployed(world(), &deployment)
}

fn night() -> Value {
    json!({"selection": "all", "started_by": "schedule"})
}

fn keys(rehearsal: &Rehearsal) -> Vec<String> {
    rehearsal.simulator.objects(BUCKET).into_iter().map(|(key, _)| key).collect()
}

fn object(rehearsal: &Rehearsal, ends: &str) -> String {
    let objects = rehearsal.simulator.objects(BUCKET);
    let found = objects.iter().find(|(key, _)| key.starts_with("reports/2") && key.ends_with(ends));
    String::from_utf8(found.unwrap().1.to_vec()).unwrap()
}

fn of(finding: &Value) -> String {
    finding["Id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

fn assert_everything_else_is_told(rehearsal: &Rehearsal) {
    for name in ["/report.json", "/report.csv", "/report.html", "/findings.ocsf.jsonl", "/notice.json"] {
        assert!(keys(rehearsal).iter().any(|key| key.ends_with(name)), "{name}");
    }
    assert_eq!(rehearsal.simulator.published().len(), 1);
}

/// So many accounts, of which the first has an access key, so that there is something to tell.
fn many(accounts: u64) -> World {
    let member = |number: u64| Member::new(format!("{}", 300_000_000_000 + number));
    let first = member(0).access_key("AKIAROOTKEY000000001");
    (1..accounts).map(member).fold(World::new(MANAGEMENT).member(first), World::member)
}

fn told_of_many(accounts: u64, seconds_left: u64) -> Rehearsal {
    let all =
        Deployment { mode: "report", security_hub: "all", ocsf_findings: "on", seconds_left, ..Deployment::default() };
    Rehearsal::deployed(many(accounts), &all)
}

fn import() -> &'static str {
    "securityhub:BatchImportFindings"
}

/// Why Security Hub does not have all findings, as the report says it.
fn missing(rehearsal: &Rehearsal) -> String {
    let report: Value = serde_json::from_str(&object(rehearsal, "/report.json")).unwrap();
    let of_hub =
        report["missing"].as_array().unwrap().iter().find(|missing| missing["what"] == "Security Hub findings");
    of_hub.unwrap()["why"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn accounts_with_root_credentials_are_failed_findings_and_the_second_night_sends_nothing() {
    let rehearsal = deployed("not-passed");
    rehearsal.run(night()).await.unwrap();
    let findings = rehearsal.simulator.findings();
    let failed: Vec<String> = findings.iter().map(of).collect();
    for account in [KEYS, CERTIFICATE, PASSWORD, EVERYTHING] {
        assert!(failed.contains(&account.to_owned()), "{failed:?}");
    }
    assert!(!failed.contains(&CLEAN.to_owned()), "{failed:?}");
    assert!(findings.iter().all(|finding| finding["Compliance"]["Status"] != "PASSED"));
    rehearsal.run(night()).await.unwrap();
    assert_eq!(rehearsal.simulator.findings().len(), findings.len());
    assert_eq!(rehearsal.count("securityhub:BatchImportFindings"), 1);
    // What changed is sent, and nothing else.
    rehearsal.simulator.update(|world| world.account_mut(KEYS).unwrap().root = RootCredentials::default());
    rehearsal.run(night()).await.unwrap();
    let more = &rehearsal.simulator.findings()[findings.len()..];
    assert_eq!(
        more.iter().map(|finding| (of(finding), finding["Compliance"]["Status"].clone())).collect::<Vec<_>>(),
        [(KEYS.to_owned(), json!("PASSED"))]
    );
}

#[tokio::test(start_paused = true)]
async fn a_security_hub_that_refuses_fails_nothing_else_is_named_and_gets_all_of_it_the_next_night() {
    let rehearsal = deployed("not-passed");
    rehearsal.simulator.inject(Fault::on("securityhub:BatchImportFindings").denied());
    let finished = rehearsal.run(night()).await.unwrap();
    let not_written = finished.output["not_written"].to_string();
    assert!(not_written.contains("Security Hub"), "{not_written}");
    assert!(object(&rehearsal, "/report.json").contains("Security Hub findings"), "the report names it");
    assert_everything_else_is_told(&rehearsal);
    assert_eq!(rehearsal.simulator.findings(), Vec::<Value>::new());
    rehearsal.run(night()).await.unwrap();
    assert!(rehearsal.simulator.findings().len() >= 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_and_cannot_be_read_has_everything_sent_again() {
    let rehearsal = deployed("all");
    rehearsal.run(night()).await.unwrap();
    let first = rehearsal.simulator.findings().len();
    rehearsal.simulator.put_object(BUCKET, "reports/security-hub.json", "no JSON");
    rehearsal.run(night()).await.unwrap();
    assert_eq!(rehearsal.simulator.findings().len(), 2 * first);
}

#[tokio::test(start_paused = true)]
async fn without_the_settings_nothing_is_sent_or_written() {
    let rehearsal = Rehearsal::deployed(world(), &Deployment { mode: "report", ..Deployment::default() });
    rehearsal.run(night()).await.unwrap();
    assert_eq!(rehearsal.count("securityhub:BatchImportFindings"), 0);
    assert!(!keys(&rehearsal).iter().any(|key| key.contains("ocsf") || key.contains("security-hub")));
}

#[tokio::test(start_paused = true)]
async fn a_run_over_some_accounts_has_no_findings() {
    let rehearsal = deployed("all");
    rehearsal.run(json!({"selection": {"accounts": [KEYS]}})).await.unwrap();
    assert_eq!(rehearsal.count("securityhub:BatchImportFindings"), 0);
    assert!(!keys(&rehearsal).iter().any(|key| key.contains("ocsf")));
}

#[tokio::test(start_paused = true)]
async fn a_security_hub_that_does_not_answer_is_given_up_after_three_calls_and_the_rest_is_told() {
    for fault in [Fault::on(import()).always().timeout(), Fault::on(import()).always().internal_error()] {
        let rehearsal = told_of_many(501, 240);
        rehearsal.simulator.inject(fault);
        rehearsal.run(night()).await.unwrap();
        let why = missing(&rehearsal);
        assert!(why.starts_with("501 of 501 are left for the next run: given up after 3 calls"), "{why}");
        assert!(rehearsal.count(import()) <= 3 * 5, "three calls, each tried five times at most");
        assert_everything_else_is_told(&rehearsal);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_security_hub_leaves_time_for_the_report_and_what_arrived_is_not_sent_again() {
    let rehearsal = told_of_many(501, 120);
    rehearsal.simulator.inject(Fault::on(import()).always().slow(14));
    rehearsal.run(night()).await.unwrap();
    let why = missing(&rehearsal);
    assert_eq!(why, "101 of 501 are left for the next run: given up when the time for them was over");
    assert_everything_else_is_told(&rehearsal);
    let before = rehearsal.simulator.findings().len();
    assert_eq!(before, 500, "four batches, and one of which the answer came too late");
    let second = rehearsal.run(night()).await.unwrap();
    assert_eq!(second.output["not_written"], json!([]));
    assert_eq!(rehearsal.simulator.findings().len() - before, 101);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_failed_keeps_no_other_back_and_is_sent_the_next_night() {
    let rehearsal = told_of_many(250, 240);
    rehearsal.simulator.inject(Fault::on(import()).nth(2).error("InvalidInputException", 400, "wrong"));
    rehearsal.run(night()).await.unwrap();
    let first: Vec<String> = rehearsal.simulator.findings().iter().map(of).collect();
    assert_eq!(first.len(), 150);
    let why = missing(&rehearsal);
    assert!(why.starts_with("100 of 250 are left for the next run: cannot send findings to Security Hub"), "{why}");
    rehearsal.run(night()).await.unwrap();
    let second: Vec<String> = rehearsal.simulator.findings()[150..].iter().map(of).collect();
    assert!(second.len() == 100 && second.iter().all(|account| !first.contains(account)));
}

#[tokio::test(start_paused = true)]
async fn findings_that_were_not_taken_are_sent_the_next_night_and_those_beside_them_are_not() {
    let rehearsal = deployed("not-passed");
    let refused = json!({
        "Id": format!("rootwarden/root-credentials/{CERTIFICATE}"), "ErrorCode": "InvalidParameter", "ErrorMessage": "wrong",
    });
    let answer = json!({"FailedCount": 1, "SuccessCount": 4, "FailedFindings": [refused]});
    rehearsal.simulator.inject(Fault::on(import()).answer(answer));
    rehearsal.run(night()).await.unwrap();
    let why = missing(&rehearsal);
    assert!(why.starts_with("1 of 5 are left for the next run") && why.ends_with("InvalidParameter: wrong"), "{why}");
    rehearsal.run(night()).await.unwrap();
    assert_eq!(rehearsal.simulator.findings().iter().map(of).collect::<Vec<_>>(), [CERTIFICATE]);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_security_hub_is_asked_again() {
    for fault in [
        Fault::on(import()).times(3).throttle(),
        Fault::on(import()).times(3).error("LimitExceededException", 429, "Rate exceeded"),
    ] {
        let rehearsal = deployed("not-passed");
        rehearsal.simulator.inject(fault);
        let finished = rehearsal.run(night()).await.unwrap();
        assert_eq!(finished.output["not_written"], json!([]));
        assert_eq!((rehearsal.count(import()), rehearsal.simulator.findings().len()), (4, 5));
    }
}

/// The first text was seen on AWS by others, with HTTP status 401.
#[tokio::test(start_paused = true)]
async fn a_refusal_says_what_to_do() {
    let denied = format!(
        "User: arn:aws:sts::{MANAGEMENT}:assumed-role/publish-report/x is not authorized to perform: \
         securityhub:BatchImportFindings on resource: arn:aws:securityhub:us-east-1:{MANAGEMENT}:product/{MANAGEMENT}/default \
         because no identity-based policy allows the securityhub:BatchImportFindings action"
    );
    let not_on = format!("Account {MANAGEMENT} is not subscribed to AWS Security Hub");
    for (fault, to_do) in [
        (
            Fault::on(import()).error("InvalidAccessException", 401, not_on),
            "switch on Security Hub CSPM in this account and Region, or deploy with SecurityHub=off",
        ),
        (
            Fault::on(import()).error("AccessDeniedException", 403, denied),
            "compare the policies of the function's role with the template",
        ),
    ] {
        let rehearsal = deployed("not-passed");
        rehearsal.simulator.inject(fault);
        rehearsal.run(night()).await.unwrap();
        assert!(missing(&rehearsal).ends_with(&format!("({to_do})")), "{}", missing(&rehearsal));
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_exemption_keeps_has_not_passed_and_what_is_not_read_has_no_finding() {
    let deployment = Deployment {
        mode: "report",
        security_hub: "all",
        ocsf_findings: "on",
        exempt_accounts: EXEMPTIONS,
        ..Deployment::default()
    };
    let rehearsal = Rehearsal::deployed(world(), &deployment);
    rehearsal.run(night()).await.unwrap();
    let findings = rehearsal.simulator.findings();
    let status =
        |account| findings.iter().find(|finding| of(finding) == account).map(|one| &one["Compliance"]["Status"]);
    assert_eq!(status(EXEMPT), Some(&json!("WARNING")));
    assert_eq!((status(CLEAN), status(SUSPENDED)), (Some(&json!("PASSED")), None));
    let lines = object(&rehearsal, "/findings.ocsf.jsonl");
    let suppressed = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let suppressed: Vec<Value> = suppressed.filter(|line| line["status"] == "Suppressed").collect();
    let [line] = suppressed.as_slice() else { panic!("{suppressed:#?}") };
    assert_eq!((&line["resources"][0]["uid"], &line["compliance"]["status"]), (&json!(EXEMPT), &json!("Fail")));
    assert!(line["comment"].as_str().unwrap().ends_with("break-glass account"), "{line:#}");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_left_is_archived_once_and_by_a_run_over_everything_alone() {
    let rehearsal = deployed("not-passed");
    rehearsal.run(night()).await.unwrap();
    let before = rehearsal.simulator.findings().len();
    rehearsal.simulator.update(|world| drop(world.accounts.remove(KEYS)));
    rehearsal.run(json!({"selection": {"accounts": [CERTIFICATE]}})).await.unwrap();
    assert_eq!(rehearsal.simulator.findings().len(), before);
    for _ in 0..2 {
        rehearsal.run(night()).await.unwrap();
        let more = &rehearsal.simulator.findings()[before..];
        let more: Vec<_> = more.iter().map(|finding| (of(finding), finding["RecordState"].clone())).collect();
        assert_eq!(more, [(KEYS.to_owned(), json!("ARCHIVED"))]);
    }
}

/// Two nights, of which the second finds one account clean and fails at the `number`th call about what is kept.
async fn a_night_that_fails_at(action: &str, number: usize) -> Rehearsal {
    let first = async || {
        let rehearsal = deployed("not-passed");
        rehearsal.run(night()).await.unwrap();
        rehearsal.simulator.update(|world| world.account_mut(KEYS).unwrap().root = RootCredentials::default());
        rehearsal
    };
    let twin = first().await;
    let before = twin.simulator.calls().len();
    twin.run(night()).await.unwrap();
    let calls = twin.simulator.calls_since(before);
    let is_kept = |resource: &Option<String>| resource.as_ref().is_some_and(|key| key.ends_with("security-hub.json"));
    let calls = calls.iter().filter(|call| call.action == action).zip(1..);
    let (_, nth) = calls.filter(|(call, _)| is_kept(&call.resource)).nth(number).unwrap();
    let rehearsal = first().await;
    rehearsal.simulator.inject(Fault::on(action).nth(nth).times(5).internal_error());
    rehearsal.run(night()).await.unwrap();
    rehearsal
}

#[tokio::test(start_paused = true)]
async fn where_what_is_kept_cannot_be_read_or_written_nothing_is_sent_and_nothing_is_forgotten() {
    for (action, why) in [("s3:GetObject", "could not be read"), ("s3:PutObject", "could not be written down before")] {
        let rehearsal = a_night_that_fails_at(action, 0).await;
        let objects = rehearsal.simulator.objects(BUCKET);
        let (_, report) = objects.iter().find(|(key, _)| key == "reports/latest/report.json").unwrap();
        assert!(String::from_utf8_lossy(report).contains(why), "{action}");
        let first = rehearsal.simulator.findings();
        assert_eq!(first.len(), 5);
        rehearsal.run(night()).await.unwrap();
        let more = &rehearsal.simulator.findings()[5..];
        let [passed] = more else { panic!("{more:#?}") };
        let created = first.iter().find(|finding| of(finding) == KEYS).map(|finding| &finding["CreatedAt"]);
        assert_eq!((of(passed).as_str(), created), (KEYS, Some(&passed["CreatedAt"])));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_and_could_not_be_written_down_is_sent_again_also_where_it_is_as_before() {
    let rehearsal = a_night_that_fails_at("s3:PutObject", 1).await;
    assert_eq!(rehearsal.simulator.findings()[5]["Compliance"]["Status"], "PASSED");
    rehearsal.simulator.update(|world| {
        let before = self::world();
        world.account_mut(KEYS).unwrap().root = before.account(KEYS).unwrap().root.clone();
    });
    rehearsal.run(night()).await.unwrap();
    let last = rehearsal.simulator.findings().pop().unwrap();
    assert_eq!((of(&last).as_str(), &last["Compliance"]["Status"]), (KEYS, &json!("FAILED")));
}
