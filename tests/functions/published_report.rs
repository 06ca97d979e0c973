//! The report that people read: written beside each run's own, in every format, compared with the run before.

use rootwarden_simulator::{Fault, Member, World};
use rootwarden_tests::{BUCKET, Deployment, MANAGEMENT, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

const UNIT: &str = "ou-aaaa-11111111";
const FORMATS: [&str; 3] = ["report.json", "report.csv", "report.html"];
/// The day of the simulator's clock.
const DAY: &str = "2026/11/22";

fn text(rehearsal: &Rehearsal, key: &str) -> String {
    let objects = rehearsal.simulator.objects(BUCKET);
    let found = objects.into_iter().find(|(name, _)| name == key);
    assert!(found.is_some(), "there is no {key}");
    String::from_utf8(found.unwrap().1.to_vec()).unwrap()
}

fn json_at(rehearsal: &Rehearsal, key: &str) -> Value {
    serde_json::from_str(&text(rehearsal, key)).unwrap()
}

fn latest(rehearsal: &Rehearsal) -> Value {
    json_at(rehearsal, "reports/latest/report.json")
}

fn written(rehearsal: &Rehearsal) -> Vec<String> {
    let keys = rehearsal.simulator.objects(BUCKET).into_iter().map(|(key, _)| key);
    // What was said to people is no form of the report.
    keys.filter(|key| key.starts_with("reports/") && !key.ends_with("/notice.json")).collect()
}

fn account<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["accounts"].as_array().unwrap().iter().find(|account| account["id"] == id).unwrap()
}

fn report_deployment() -> Rehearsal {
    let deployment = Deployment { mode: "report", exempt_accounts: EXEMPTIONS, ..Deployment::default() };
    Rehearsal::deployed(world(), &deployment)
}

fn report_all() -> Value {
    json!({"selection": "all", "started_by": "schedule"})
}

#[tokio::test(start_paused = true)]
async fn a_run_over_everything_is_told_under_its_day_and_as_the_latest_in_every_format() {
    let rehearsal = rehearsal();
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    let run = finished.report.run.to_string();
    for format in FORMATS {
        let dated = text(&rehearsal, &format!("reports/{DAY}/{run}/{format}"));
        assert!(dated.contains(EVERYTHING) || dated.contains("2000-0000-0005"), "{format}");
        assert_eq!(dated, text(&rehearsal, &format!("reports/latest/{format}")), "{format}");
    }
    let report = latest(&rehearsal);
    assert_eq!(
        (&report["version"], &report["run"], &report["scope"]),
        (&json!(1), &json!(run), &json!("organization"))
    );
    assert_eq!(report["counts"]["cleaned"], 4);
    assert_eq!(account(&report, EVERYTHING)["status"], "cleaned");
    let steps = account(&report, EVERYTHING)["evidence"]["steps"].as_array().unwrap();
    assert!(steps.len() == 6 && steps.iter().all(|step| step["outcome"] == "deleted"), "{steps:?}");
    let evidence = &account(&report, EVERYTHING)["evidence"];
    assert_eq!((evidence["before"].as_array().unwrap().len(), &evidence["left"]), (6, &json!([])));
    assert_eq!(report["exemptions"][0]["account"], EXEMPT);
    assert_eq!(report["missing"], json!([]));
    assert_eq!(finished.output["not_written"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn what_the_world_holds_the_report_says_and_from_night_to_night_what_came_and_went() {
    let rehearsal = report_deployment();
    rehearsal.run(report_all()).await.unwrap();
    let first = latest(&rehearsal);
    assert_eq!(first["compared_with"], Value::Null);
    assert_eq!(first["changes"]["new"], json!([KEYS, CERTIFICATE, PASSWORD, EVERYTHING]));

    rehearsal.simulator.update(|world| {
        world.account_mut(KEYS).unwrap().root.access_keys.clear();
        world.account_mut(CLEAN).unwrap().root = world.account(PASSWORD).unwrap().root.clone();
    });
    rehearsal.run(report_all()).await.unwrap();
    let second = latest(&rehearsal);
    assert_eq!(second["compared_with"]["run"], first["run"]);
    assert_eq!(second["changes"]["new"], json!([CLEAN]));
    assert_eq!(second["changes"]["unchanged"], json!([CERTIFICATE, PASSWORD, EVERYTHING]));
    let gone: Vec<&Value> = second["changes"]["gone"].as_array().unwrap().iter().map(|gone| &gone["id"]).collect();
    assert_eq!(gone, [KEYS]);
    assert_eq!(second["history"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_run_over_a_part_is_told_under_its_day_alone_and_the_latest_stays() {
    let rehearsal = report_deployment();
    rehearsal.run(report_all()).await.unwrap();
    let before = (latest(&rehearsal), json_at(&rehearsal, "reports/history.json"));
    let finished = rehearsal.run(json!({"selection": {"accounts": [KEYS, CLEAN]}})).await.unwrap();
    let part = json_at(&rehearsal, &format!("reports/{DAY}/{}/report.json", finished.report.run));
    assert_eq!((&part["scope"], part["accounts"].as_array().unwrap().len()), (&json!("selection"), 2));
    assert_eq!(part["changes"]["unchanged"], json!([KEYS]), "held against the last run over everything");
    assert_eq!(part["changes"]["gone"], json!([]), "of the others it says nothing");
    assert_eq!((latest(&rehearsal), json_at(&rehearsal, "reports/history.json")), before);
    // Somebody who leaves accounts out has not looked at the whole organization.
    rehearsal.run(json!({"selection": "all", "exclude": {"accounts": [KEYS]}})).await.unwrap();
    assert_eq!(latest(&rehearsal), before.0);
}

#[tokio::test(start_paused = true)]
async fn a_later_round_writes_the_same_report_again_and_is_held_against_the_run_before() {
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("iam:DeleteAccessKey").account(KEYS).times(5).throttle());
    let first = rehearsal.round(0, &enforce_all(), &Value::Null).await.unwrap();
    let told = latest(&rehearsal);
    assert_eq!((&told["another_round_follows"], &told["round"]), (&json!(true), &json!(0)));
    rehearsal.round(1, &enforce_all(), &first.report["report"]).await.unwrap();
    let told = latest(&rehearsal);
    assert_eq!((&told["another_round_follows"], &told["round"]), (&json!(false), &json!(1)));
    assert_eq!(account(&told, KEYS)["status"], "cleaned");
    assert_eq!(account(&told, CERTIFICATE)["status"], "cleaned", "of the round before");
    assert_eq!((&told["compared_with"], &told["scope"]), (&Value::Null, &json!("organization")));
    assert_eq!(written(&rehearsal).len(), 2 * FORMATS.len() + 1, "{:?}", written(&rehearsal));
}

/// What `publish-report` writes, one after the other: the run's own report comes first.
const WRITES: [&str; 7] =
    ["report.csv", "report.csv", "report.html", "report.html", "report.json", "report.json", "history.json"];

#[tokio::test(start_paused = true)]
async fn one_write_that_fails_is_named_and_loses_none_of_the_others() {
    for (number, what) in (2..).zip(WRITES) {
        let rehearsal = rehearsal();
        let (listed, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
        let deletions = rehearsal.delete_all(0, &plan["plan"]).await;
        rehearsal.simulator.inject(Fault::on("s3:PutObject").nth(number).denied());
        let published = rehearsal
            .publish(json!({
                "run": rehearsal.run_id(), "round": 0, "plan": plan["plan"], "approval": "not_needed",
                "deletions": deletions, "previous": null,
                "audited": {"chunk": listed.chunks.len() - 1, "record": listed.audited},
            }))
            .await
            .unwrap();
        assert_eq!(published["not_written"], json!([what]), "write {number}");
        let summary = published["summary"].as_str().unwrap();
        assert!(summary.contains(&format!("{what} could not be written: ")) && !summary.contains('\n'), "{summary}");
        assert_eq!(published["secured"], true, "the accounts are as they are");
        assert!(is_clean(&rehearsal, EVERYTHING));
        // It is the one thing worth saying of this run, but for what fails after it was said.
        assert_eq!(published["notice"], if what == "history.json" { "not_needed" } else { "sent" });
        let lost = 2 * FORMATS.len() + 1 - written(&rehearsal).len();
        // The JSON is written once more, to say it: by then that write does not fail any more.
        let expected = usize::from(what != "report.json");
        assert_eq!(lost, expected, "write {number}: {:?}", written(&rehearsal));
        // What comes after says so.
        if ["report.csv", "report.html"].contains(&what) {
            assert_eq!(latest(&rehearsal)["missing"][0]["what"], what);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_history_that_cannot_be_read_is_named_and_not_written_over() {
    let rehearsal = rehearsal();
    rehearsal.simulator.put_object(BUCKET, "reports/history.json", "{");
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(finished.output["secured"], true);
    assert_eq!(latest(&rehearsal)["missing"][0]["what"], "reports/history.json");
    assert_eq!(text(&rehearsal, "reports/history.json"), "{");
}

#[tokio::test(start_paused = true)]
async fn a_unit_is_told_by_its_name_which_is_read_once_and_kept() {
    let name = "Workloads <b>\u{202e}dorp\u{202c} \"=1+1";
    let world = World::new(MANAGEMENT)
        .member(Member::new(CLEAN).organizational_unit(UNIT))
        .member(Member::new(KEYS).access_key("AKIAROOTKEY000000001").organizational_unit(UNIT));
    let rehearsal = rehearsal_of(world);
    let answer = json!({"OrganizationalUnit": {"Id": UNIT, "Name": name}});
    rehearsal.simulator.inject(Fault::on("organizations:DescribeOrganizationalUnit").always().answer(answer));
    for _ in 0..2 {
        rehearsal.run(report_all()).await.unwrap();
        let report = latest(&rehearsal);
        let unit = report["units"].as_array().unwrap().iter().find(|unit| unit["id"] == UNIT).unwrap();
        assert_eq!(
            (&unit["name"], &unit["counts"]["clean"], &unit["counts"]["found"]),
            (&json!(name), &json!(1), &json!(1))
        );
        assert_eq!(account(&report, KEYS)["unit"], UNIT);
    }
    assert_eq!(rehearsal.count("organizations:DescribeOrganizationalUnit"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_name_of_a_unit_that_cannot_be_read_or_kept_changes_nothing_about_the_run() {
    for fault in [
        Fault::on("organizations:DescribeOrganizationalUnit").always().denied(),
        Fault::on("organizations:DescribeOrganizationalUnit").always().answer("{}"),
        Fault::on("organizations:DescribeOrganizationalUnit").always().error(
            "OrganizationalUnitNotFoundException",
            400,
            "gone",
        ),
    ] {
        let world = World::new(MANAGEMENT).member(Member::new(KEYS).password().organizational_unit(UNIT));
        let rehearsal = rehearsal_of(world);
        rehearsal.simulator.inject(fault);
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        assert!(is_clean(&rehearsal, KEYS));
        assert_eq!(finished.output["secured"], true);
        let report = latest(&rehearsal);
        let unit = report["units"].as_array().unwrap().iter().find(|unit| unit["id"] == UNIT).unwrap();
        assert_eq!(unit["name"], Value::Null);
    }
}

#[tokio::test(start_paused = true)]
async fn names_that_nobody_wishes_for_break_no_format() {
    let names = [r#"</script><script>alert("1")</script>"#, "=1+1", "\u{202e}dorp", &"😀".repeat(50), "a\"b,c\r\nd"];
    let ids: Vec<String> = (0..5_u64).map(|number| format!("{}", 300_000_000_000 + number)).collect();
    let members = ids
        .iter()
        .zip(names)
        .map(|(id, name)| Member { name: Some(name.to_owned()), ..Member::new(id.as_str()).password() });
    let rehearsal = rehearsal_of(members.fold(World::new(MANAGEMENT), World::member));
    rehearsal.run(report_all()).await.unwrap();
    let report = latest(&rehearsal);
    for (id, name) in ids.iter().zip(names) {
        assert_eq!(account(&report, id)["name"], name);
    }
    assert_eq!(text(&rehearsal, "reports/latest/report.csv").lines().count(), 1 + ids.len() + 1, "one row each");
}

/// The tests of the command line take each of them as it is.
#[tokio::test(start_paused = true)]
async fn the_commands_of_a_report_are_the_command_lines_and_name_the_stack() {
    let member = Member::new(KEYS).access_key_used("AKIAINUSE00000000001", "2026-11-20T00:00:00Z");
    let rehearsal = rehearsal_of(world().member(member));
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(PASSWORD).always().denied());
    rehearsal.run(enforce_all()).await.unwrap();
    let report = latest(&rehearsal);
    let tasks = report["tasks"].as_array().unwrap().iter().map(|task| &task["command"]);
    let steps = report["accounts"].as_array().unwrap().iter().map(|account| &account["next"]["command"]);
    let commands: Vec<&str> = tasks.chain(steps).filter_map(Value::as_str).collect();
    let run = format!("rootwarden run {PASSWORD} --mode enforce --reason WHY");
    let release = format!("rootwarden release-key {KEYS} AKIAINUSE00000000001 --reason WHY --ticket TICKET");
    assert_eq!(commands, [&run, &run, &release]);
}

/// What a report says of the calls in an account, beside what the simulator logged.
#[tokio::test(start_paused = true)]
async fn the_calls_that_a_report_names_are_those_that_aws_answered() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce_all()).await.unwrap();
    let report = latest(&rehearsal);
    for id in [CLEAN, KEYS, EVERYTHING, EXEMPT] {
        let calls = account(&report, id)["evidence"]["calls"].as_array().unwrap();
        let mut told: Vec<&str> = calls.iter().map(|call| call["action"].as_str().unwrap()).collect();
        let mut logged = rehearsal.calls_in(id);
        told.sort_unstable();
        logged.sort_unstable();
        assert_eq!(told, logged, "{id}");
        assert!(calls.iter().all(|call| call["request_id"].as_str().is_some_and(|id| id.len() >= 36)), "{calls:?}");
        assert!(calls.iter().all(|call| call["status"] == 200 || call["status"] == 404), "{calls:?}");
        assert!(
            calls.is_sorted_by_key(|call| call["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap()),
            "{calls:?}"
        );
    }
}

/// CloudTrail has the same key ids: of the session that `AssumeRoot` opened, and of each call in it.
#[tokio::test(start_paused = true)]
async fn each_deletion_names_the_root_session_that_made_it() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce_all()).await.unwrap();
    let report = latest(&rehearsal);
    let sessions = rehearsal.simulator.root_sessions();
    let mut deletions = 0;
    for id in [KEYS, CERTIFICATE, PASSWORD, EVERYTHING] {
        let calls = account(&report, id)["evidence"]["calls"].as_array().unwrap();
        for call in calls {
            let action = call["action"].as_str().unwrap();
            let opened = &sessions[call["session_access_key_id"].as_str().unwrap()];
            assert_eq!(opened.account, id, "{call}");
            if action.starts_with("iam:Delete") || action.starts_with("iam:Deactivate") {
                assert_eq!(opened.task, "IAMDeleteRootUserCredentials", "{call}");
                deletions += 1;
            }
        }
        // Two sessions, one to look and one to delete, and each by the call that opened it.
        let of = |prefix: &str| -> std::collections::BTreeSet<&str> {
            let calls = calls.iter().filter(|call| call["action"].as_str().unwrap().starts_with(prefix));
            calls.map(|call| call["session_access_key_id"].as_str().unwrap()).collect()
        };
        assert_eq!((of("sts:").len(), of("sts:")), (2, of("iam:")), "{id}");
    }
    assert!(deletions >= 10, "{deletions}");
    assert!(text(&rehearsal, "reports/latest/report.html").contains(", session <code>ASIA"));
}
