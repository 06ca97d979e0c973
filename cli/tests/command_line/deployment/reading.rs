//! What a deployment says of itself: open requests, runs, reports, its state.

use std::fs;

use crate::support::{
    EVERYTHING, KEYS,
    deployed::{Deployed, STRANGER_KEY},
    snapshot, steady, timeless, world,
};

#[test]
fn open_requests_are_listed_until_they_are_decided() {
    let deployed = Deployed::new(world());
    let none = deployed.run(&["requests", "--output", "json"]).ends_with(0);
    assert_eq!(none.json(), serde_json::json!({"requests": []}));
    deployed.asks();
    for format in ["table", "json", "csv"] {
        let ran = deployed.run(&["requests", "--output", format]).ends_with(0);
        assert!(!ran.out.contains("a task token"), "{ran:#?}");
        snapshot(&format!("requests.{format}"), &timeless(&ran.out));
    }
    let hash = deployed.hash("nightly-2026-11-22.0");
    let reject = ["reject", "nightly-2026-11-22.0", "--reason", "no", "--plan-sha256", &hash];
    deployed.run(&reject).ends_with(0);
    assert_eq!(deployed.run(&["requests", "--output", "json"]).ends_with(0).json(), none.json());
}

#[test]
fn the_stored_report_is_printed_in_each_form() {
    let deployed = Deployed::new(world());
    let ran = deployed.run(&["report"]).ends_with(3);
    assert!(ran.err.contains("no run over the whole organization has reported yet"), "{ran:#?}");
    deployed.reports();
    for run in ["latest", "nightly-2026-11-22"] {
        let ran = deployed.run(&["report", run]).ends_with(1);
        snapshot("report.txt", &steady(&ran.out));
        let json = deployed.run(&["report", run, "--output", "json"]).ends_with(1).json();
        assert_eq!((&json["run"], &json["counts"]["found"]), (&"nightly-2026-11-22".into(), &2.into()));
        let csv = deployed.run(&["report", run, "--output", "csv"]).ends_with(1).out;
        assert!(csv.contains("everything") && csv.lines().count() > 2, "{csv}");
    }
    deployed.run(&["report", "--html", "report.html"]).ends_with(1);
    let page = fs::read_to_string(deployed.home.join("report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains(EVERYTHING), "{page}");
    let ran = deployed.run(&["report", "--html", "report.html"]).ends_with(2);
    assert!(ran.err.contains("`report.html` is there already"), "{ran:#?}");
    let ran = deployed.run(&["report", "nightly-2020-01-01"]).ends_with(3);
    assert!(ran.err.contains("no report of the run `nightly-2020-01-01` is there"), "{ran:#?}");
}

#[test]
fn runs_are_listed_with_their_state() {
    let deployed = Deployed::new(world());
    let started = deployed.run(&["run", KEYS, "--reason", "CHG-1", "--output", "json"]).ends_with(0).json();
    let run = started["run"].as_str().unwrap();
    for format in ["table", "json", "csv"] {
        let ran = deployed.run(&["runs", "--output", format]).ends_with(0);
        snapshot(
            &format!("runs.{format}"),
            &timeless(&ran.out.replace(run, &format!("by-hand-{}", "N".repeat(run.len() - 8)))),
        );
    }
}

#[test]
fn the_state_of_a_deployment_is_on_one_page() {
    let deployed = Deployed::new(world());
    deployed.asks();
    deployed.run(&["pause", "--reason", "incident 42"]).ends_with(0);
    deployed.run(&["exempt", KEYS, "--reason", "migration", "--until", "2099-01-01T00:00:00Z"]).ends_with(0);
    for format in ["table", "json", "csv"] {
        snapshot(&format!("status.{format}"), &deployed.run(&["status", "--output", format]).ends_with(0).out);
    }
    assert_eq!(deployed.run_as(STRANGER_KEY, &["status"]).ends_with(0).err, "");
}

#[test]
fn what_others_wrote_hides_nothing_on_a_screen() {
    let deployed = Deployed::new(world());
    let hidden = "{\"reason\": \"\\u001b[2Jgone\\u202e\"}";
    deployed.put_object("rootwarden-bucket", &format!("exemptions/{KEYS}.json"), hidden);
    deployed.put_object(
        "rootwarden-bucket",
        "control/paused.json",
        "{\"paused\": true, \"reason\": \"=1+1\\u001b[2J\"}",
    );
    for format in ["table", "json", "csv"] {
        let ran = deployed.run(&["status", "--output", format]).ends_with(0);
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{202e}'), "{ran:#?}");
        assert!(ran.out.contains("gone"), "{ran:#?}");
    }
}
