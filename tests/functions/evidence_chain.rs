//! The commands of `docs/evidence.md`, run as they stand there by bash, sha256sum and jq: on a good chain, and on broken ones.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rootwarden_simulator::{Fault, Member, RootCredentials};
use rootwarden_tests::{BUCKET, Rehearsal};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::organization::*;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The blocks of the page that need no AWS, in their order.
fn blocks() -> Vec<String> {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/evidence.md")).unwrap();
    let parts = page.split("```sh\n").collect::<Vec<_>>();
    let blocks = parts.windows(2).filter(|pair| !pair[0].trim_end().ends_with("<!-- needs AWS -->"));
    blocks.map(|pair| pair[1].split("```").next().unwrap().to_owned()).collect()
}

/// What lies in the bucket, as files.
fn copied(rehearsal: &Rehearsal) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (key, body) in rehearsal.simulator.objects(BUCKET) {
        if key.starts_with("runs/") || key.starts_with("reports/") {
            let path = folder.path().join(key);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, body).unwrap();
        }
    }
    folder
}

struct Said {
    holds: bool,
    text: String,
}

/// Runs one of the page's blocks as it stands there, with its functions defined before.
fn run(folder: &Path, commands: &str) -> Said {
    let script = format!("{}\n{commands}", blocks()[0]);
    let output = Command::new("bash").args(["-c", &script]).current_dir(folder).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    Said { holds: output.status.success(), text }
}

fn chain(folder: &Path) -> Said {
    run(folder, &blocks()[1])
}

fn unnamed(folder: &Path) -> Vec<String> {
    run(folder, &blocks()[2]).text.lines().map(str::to_owned).collect()
}

fn report(folder: &Path, key: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(key)).unwrap()).unwrap()
}

/// Three nights, the second of them in two rounds, and a run over a part between them.
async fn nights() -> (Rehearsal, Vec<String>) {
    let rehearsal = rehearsal();
    let mut reports = Vec::new();
    for night in 0..3 {
        if night == 1 {
            rehearsal.simulator.update(|world| {
                world.account_mut(CLEAN).unwrap().root = password();
            });
            rehearsal.simulator.inject(Fault::on("iam:DeleteLoginProfile").account(CLEAN).times(5).throttle());
        }
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        reports.push(format!("reports/2026/11/22/{}/report.json", finished.report.run));
        rehearsal.run(json!({"selection": {"accounts": [CLEAN]}})).await.unwrap();
    }
    (rehearsal, reports)
}

fn password() -> RootCredentials {
    Member::new(CLEAN).password().root
}

#[tokio::test(start_paused = true)]
async fn a_good_chain_holds_from_the_last_night_to_the_first() {
    let (rehearsal, reports) = nights().await;
    let folder = copied(&rehearsal);
    let said = chain(folder.path());
    assert!(said.holds, "{}", said.text);
    let expected = ["reports/latest/report.json", &reports[1], &reports[0], "the chain holds"];
    assert_eq!(said.text.lines().collect::<Vec<_>>(), expected);
    assert_eq!(unnamed(folder.path()), [reports[2].clone()]);

    let second = report(folder.path(), &reports[1]);
    let named = |part: &str| {
        let all = second["rests_on"].as_array().unwrap().iter().map(|record| record["key"].as_str().unwrap());
        all.filter(|key| key.contains(part)).count()
    };
    // Two rounds, and each of them by everything that it wrote.
    assert_eq!((named("/plan/"), named("/report/")), (2, 2), "{second}");
    let folder_of = format!("runs/{}/", second["run"].as_str().unwrap());
    let written = rehearsal.simulator.objects(BUCKET).into_iter().map(|(key, _)| key);
    let written: Vec<String> = written.filter(|key| key.starts_with(&folder_of)).collect();
    // A journal serves where a batch's result is missing: with the result there, nothing rests on it.
    let is_journal = |key: &str| key.split('/').nth(2) == Some("deleted") && key.split('/').count() == 6;
    for key in written.iter().filter(|key| !is_journal(key)) {
        assert_eq!(named(key), 1, "{key}");
    }

    // A run over a part holds as well, by the command for one report.
    let part = fs::read_dir(folder.path().join("reports/2026/11/22")).unwrap();
    let part: Vec<PathBuf> = part.map(|entry| entry.unwrap().path().join("report.json")).collect();
    assert_eq!(part.len(), 6);
    for path in part {
        let one = blocks()[3].replace("reports/2026/11/22/nightly-2026-11-22/report.json", path.to_str().unwrap());
        let said = run(folder.path(), &one);
        assert!(said.holds && said.text == "it holds\n", "{}", said.text);
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_chain_is_told_outside_of_the_bucket() {
    let rehearsal = rehearsal();
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    let folder = copied(&rehearsal);
    let said = run(folder.path(), &blocks()[4]);
    let expected = format!("{}  reports/latest/report.json\n", finished.output["report_sha256"].as_str().unwrap());
    assert_eq!(said.text, expected);
}

/// Alters one byte that leaves JSON what it is.
fn alter(path: &Path) {
    let mut body = fs::read(path).unwrap();
    body.push(b'\n');
    fs::write(path, body).unwrap();
}

#[tokio::test(start_paused = true)]
async fn each_record_that_is_altered_or_missing_is_named() {
    let (rehearsal, reports) = nights().await;
    let whole = copied(&rehearsal);
    let second = report(whole.path(), &reports[1]);
    let records =
        second["rests_on"].as_array().unwrap().iter().map(|record| record["key"].as_str().unwrap().to_owned());
    let mut records: Vec<String> = records.collect();
    for part in ["/selection/", "/audit/", "/plan/", "/deleted/", "/report/", ".calls.json"] {
        assert!(records.iter().any(|key| key.contains(part)), "{part}");
    }
    records.push(reports[0].clone());
    for key in records {
        let path = whole.path().join(&key);
        let body = fs::read(&path).unwrap();
        for breaks in [alter as fn(&Path), |path: &Path| fs::remove_file(path).unwrap()] {
            breaks(&path);
            let said = chain(whole.path());
            assert!(!said.holds && said.text.contains(&format!("{key}: FAILED")), "{key}: {}", said.text);
            assert!(!said.text.contains("the chain holds"));
            fs::write(&path, &body).unwrap();
        }
    }
    assert!(chain(whole.path()).holds, "put back, it holds");
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_rewritten_to_fit_and_one_that_is_added_show() {
    let (rehearsal, reports) = nights().await;
    let folder = copied(&rehearsal);
    // Whoever alters a record and the report that names it is shown by the report after.
    let mut first = report(folder.path(), &reports[0]);
    first["rests_on"].as_array_mut().unwrap().pop();
    fs::write(folder.path().join(&reports[0]), first.to_string()).unwrap();
    let said = chain(folder.path());
    assert!(!said.holds && said.text.contains(&format!("{}: FAILED", reports[0])), "{}", said.text);

    let folder = copied(&rehearsal);
    let added = "reports/2026/11/21/nightly-2026-11-21/report.json";
    fs::create_dir_all(folder.path().join(added).parent().unwrap()).unwrap();
    fs::copy(folder.path().join(&reports[0]), folder.path().join(added)).unwrap();
    assert!(chain(folder.path()).holds);
    assert_eq!(unnamed(folder.path()), [added.to_owned(), reports[2].clone()]);
    // A report that rests on nothing is none.
    fs::write(folder.path().join("reports/latest/report.json"), r#"{"rests_on": [], "previous_report": null}"#)
        .unwrap();
    assert!(!chain(folder.path()).holds);
}

/// Where the chain breaks in its middle, the page's own line says so by its end as well: what comes after `|` hides nothing.
#[tokio::test(start_paused = true)]
async fn a_report_in_the_middle_that_is_altered_removed_or_no_json_breaks_the_chain() {
    let (rehearsal, reports) = nights().await;
    let garbage = |path: &Path| fs::write(path, "{").unwrap();
    let emptied = |path: &Path| fs::write(path, "").unwrap();
    let removed = |path: &Path| fs::remove_file(path).unwrap();
    for key in [reports[0].as_str(), reports[1].as_str(), "reports/latest/report.json"] {
        for (breaks, how) in
            [(&alter as &dyn Fn(&Path), "altered"), (&garbage, "no JSON"), (&emptied, "empty"), (&removed, "removed")]
        {
            let folder = copied(&rehearsal);
            breaks(&folder.path().join(key));
            let said = chain(folder.path());
            // Nothing in the bucket names the last report: one that still is JSON is told outside of it.
            let is_seen = key != "reports/latest/report.json" || how != "altered";
            assert_eq!(
                (!said.holds, !said.text.contains("the chain holds")),
                (is_seen, is_seen),
                "{key} {how}: {}",
                said.text
            );
            if is_seen {
                assert!(said.text.contains(key), "{key} {how}: {}", said.text);
            }
        }
    }
    // A report that names no report before it, and one that goes on after what it is, deceive nobody.
    let folder = copied(&rehearsal);
    let mut second = report(folder.path(), &reports[1]);
    second["previous_report"] = Value::Null;
    fs::write(folder.path().join(&reports[1]), second.to_string()).unwrap();
    assert!(!chain(folder.path()).holds);
    let folder = copied(&rehearsal);
    let latest = folder.path().join("reports/latest/report.json");
    let mut text = fs::read_to_string(&latest).unwrap();
    text.push_str("\n{");
    fs::write(&latest, text).unwrap();
    let said = chain(folder.path());
    assert!(!said.holds && !said.text.contains("the chain holds"), "{}", said.text);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_could_not_be_written_is_left_out_of_the_chain() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce_all()).await.unwrap();
    let before = report(copied(&rehearsal).path(), "reports/latest/report.json");
    let (listed, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    // Its two places, and both once more, to say that they could not be written.
    let report_json = format!("{BUCKET}/reports/*/report.json");
    rehearsal.simulator.inject(Fault::on("s3:PutObject").resource(report_json).times(4).denied());
    let published = rehearsal
        .publish(json!({
            "run": rehearsal.run_id(), "round": 0, "plan": plan["plan"], "approval": "not_needed",
            "deletions": [], "previous": null,
            "audited": {"chunk": listed.chunks.len() - 1, "record": listed.audited},
        }))
        .await
        .unwrap();
    assert_eq!((&published["not_written"], &published["report_sha256"]), (&json!(["report.json"]), &Value::Null));
    rehearsal.run(enforce_all()).await.unwrap();
    let folder = copied(&rehearsal);
    let last = report(folder.path(), "reports/latest/report.json");
    let named = format!("reports/2026/11/22/{}/report.json", before["run"].as_str().unwrap());
    assert_eq!(last["previous_report"]["key"], json!(named));
    assert!(chain(folder.path()).holds);
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_worker_wrote_down_is_named_where_the_report_rests_on_it() {
    let rehearsal = rehearsal();
    let (listed, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    rehearsal.delete_all(0, &plan["plan"]).await;
    let run = rehearsal.run_id();
    rehearsal.simulator.remove_object(BUCKET, &format!("runs/{run}/deleted/0/0.json"));
    let killed = json!([{"batch": 0, "failed": {"Error": "States.Timeout", "Cause": ""}}]);
    rehearsal
        .publish(json!({
            "run": run, "round": 0, "plan": plan["plan"], "approval": "not_needed", "deletions": killed, "previous": null,
            "audited": {"chunk": listed.chunks.len() - 1, "record": listed.audited},
        }))
        .await
        .unwrap();
    let folder = copied(&rehearsal);
    let journal = format!("runs/{run}/deleted/0/0/{EVERYTHING}.json");
    let records = report(folder.path(), "reports/latest/report.json")["rests_on"].clone();
    assert!(records.as_array().unwrap().iter().any(|record| record["key"] == json!(journal)), "{records}");
    assert!(chain(folder.path()).holds);
    alter(&folder.path().join(&journal));
    assert!(!chain(folder.path()).holds);
}
