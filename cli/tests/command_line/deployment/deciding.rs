//! Showing what is asked, and deciding about exactly that.

use rootwarden_simulator::TaskAnswer;
use serde_json::Value;

use crate::support::{
    EVERYTHING, KEYS,
    deployed::{ASKED, Deployed, SECOND_KEY, STRANGER_KEY},
    screen::Screen,
    snapshot, timeless, world,
};

const DECISION: &str = "approvals/nightly-2026-11-22.0/decision.json";

fn asked() -> Deployed {
    let deployed = Deployed::new(world());
    deployed.asks();
    deployed
}

#[track_caller]
fn nothing_decided(deployed: &Deployed) {
    assert_eq!(deployed.object(DECISION), Value::Null);
    assert!(deployed.simulator.answered_tasks().is_empty());
}

/// Without the hash and the version, which are of the moment.
fn without_hash(deployed: &Deployed, text: &str) -> String {
    let shown = deployed.run(&["show", ASKED, "--output", "json"]).ends_with(0).json();
    let text = text.replace(shown["plan_sha256"].as_str().unwrap(), &"0".repeat(64));
    timeless(&text.replace(shown["plan"]["version_id"].as_str().unwrap(), "VERSION"))
}

#[test]
fn show_prints_what_is_asked_as_table_json_and_csv() {
    let deployed = asked();
    for format in ["table", "json", "csv"] {
        let ran = deployed.run(&["show", ASKED, "--output", format]).ends_with(0);
        snapshot(&format!("show.{format}"), &without_hash(&deployed, &ran.out));
    }
    let ran = deployed.run(&["show", "nightly-2026-11-23.0"]).ends_with(2);
    assert!(ran.err.contains("nightly-2026-11-23.0") && ran.out.is_empty(), "{ran:#?}");
    deployed.run_as(STRANGER_KEY, &["show", ASKED]).ends_with(2);
}

#[test]
fn i12_what_others_wrote_hides_nothing_of_what_is_approved() {
    use rootwarden_simulator::{Member, World};
    let name = "keys\u{202e}gpj\u{1b}[2J\u{200b}";
    let world = World::new(crate::support::MANAGEMENT)
        .member(Member::new(KEYS).name(name).access_key("AKIAROOTKEY000000001"))
        .member(Member::new(EVERYTHING).access_key("AKIAROOTKEY000000002"));
    let deployed = Deployed::new(world);
    deployed.asks();
    for format in ["table", "json", "csv"] {
        let ran = deployed.run(&["show", ASKED, "--output", format]).ends_with(0);
        assert!(ran.out.contains("gpj") || format == "csv", "{ran:#?}");
        for hidden in ['\u{202e}', '\u{1b}', '\u{200b}'] {
            assert!(!ran.out.contains(hidden), "{format}: {ran:#?}");
        }
    }
    let shown = deployed.run(&["show", ASKED, "--output", "json"]).ends_with(0).json();
    assert_eq!(shown["accounts"][0]["name"], name, "it means the same");
    let hash = deployed.hash(ASKED);
    let ran = deployed.run(&["approve", ASKED, "--reason", "expected", "--plan-sha256", &hash]).ends_with(0);
    assert!(ran.err.contains("keys\\u{202e}gpj\\u{1b}[2J\\u{200b}"), "{ran:#?}");
    assert!(!ran.err.contains('\u{202e}') && !ran.err.contains('\u{1b}'), "{ran:#?}");
}

#[test]
fn i12_an_approval_sends_the_hash_of_what_was_shown() {
    let deployed = asked();
    let hash = deployed.hash(ASKED);
    let ran =
        deployed.run_as(SECOND_KEY, &["approve", ASKED, "--reason", "expected", "--plan-sha256", &hash]).ends_with(0);
    assert!(ran.err.contains(KEYS) && ran.err.contains(EVERYTHING), "the plan is shown before: {ran:#?}");
    let decision = deployed.object(DECISION);
    assert_eq!((&decision["decision"], &decision["plan_sha256"]), (&"approved".into(), &hash.into()));
    let told = deployed.simulator.answered_tasks();
    assert!(matches!(told.first().map(|task| &task.answer), Some(TaskAnswer::Success(_))), "{told:?}");
    assert!(!ran.out.contains("a task token") && !ran.err.contains("a task token"), "{ran:#?}");
}

#[test]
fn another_hash_than_the_one_that_is_asked_about_decides_nothing() {
    let deployed = asked();
    for action in ["approve", "reject"] {
        let hash = "0".repeat(64);
        let ran = deployed.run(&[action, ASKED, "--reason", "expected", "--plan-sha256", &hash]).ends_with(2);
        assert!(ran.err.contains("what is asked has the hash"), "{ran:#?}");
    }
    nothing_decided(&deployed);
}

#[test]
fn i12_an_altered_plan_is_refused() {
    let deployed = asked();
    let hash = deployed.hash(ASKED);
    let key = "runs/nightly-2026-11-22/plan/0.json";
    let altered = deployed.object(key).to_string().replace(KEYS, "333300000009");
    deployed.put_object("rootwarden-bucket", key, &altered);
    let ran = deployed.run(&["approve", ASKED, "--reason", "expected", "--plan-sha256", &hash]);
    assert_ne!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.err.contains("SHA-256") || ran.err.contains("altered"), "{ran:#?}");
    nothing_decided(&deployed);
}

#[test]
fn a_rejection_is_written_down_and_told() {
    let deployed = asked();
    let hash = deployed.hash(ASKED);
    deployed.run(&["reject", ASKED, "--reason", "not before the audit", "--plan-sha256", &hash]).ends_with(0);
    assert_eq!(deployed.object(DECISION)["decision"], "rejected");
    let told = deployed.simulator.answered_tasks();
    assert!(matches!(told.first().map(|task| &task.answer), Some(TaskAnswer::Failure { .. })), "{told:?}");
}

#[test]
fn at_a_terminal_the_id_is_typed_once_the_plan_was_shown() {
    let deployed = asked();
    for wrong in ["", "yes", "approve"] {
        let mut screen = Screen::start(&deployed, &["approve", ASKED, "--reason", "expected"], 160);
        screen.wait_for(KEYS);
        screen.wait_for("to approve exactly this:");
        screen.type_line(wrong);
        let (code, text) = screen.end();
        assert!(code == 2 && text.contains("nothing was decided"), "{text}");
        nothing_decided(&deployed);
    }
    let mut screen = Screen::start(&deployed, &["approve", ASKED, "--reason", "expected"], 160);
    screen.wait_for("to approve exactly this:");
    screen.press_control_c();
    assert_eq!(screen.end().0, 130);
    nothing_decided(&deployed);
    let mut screen = Screen::start(&deployed, &["approve", ASKED, "--reason", "expected"], 160);
    screen.wait_for("to approve exactly this:");
    screen.type_line(ASKED);
    assert_eq!(screen.end().0, 0);
    assert_eq!(deployed.object(DECISION)["decision"], "approved");
}
