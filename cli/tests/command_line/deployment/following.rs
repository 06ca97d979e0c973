//! `run --follow`: until the run has ended, and as its report deserves.

use std::io::Read;

use crate::support::{EVERYTHING, KEYS, Ran, deployed::Deployed, screen::Screen, world};

const RUN: [&str; 4] = ["run", "--follow", "--reason", "CHG-1"];

/// The name of the run that was started, once it was.
fn started(deployed: &Deployed) -> String {
    loop {
        if let Some(execution) = deployed.simulator.executions().first() {
            return execution.name.clone();
        }
        std::thread::yield_now();
    }
}

/// Follows a run that reports `what`, and ends as `status`.
fn followed(status: &'static str, what: impl FnOnce(&Deployed, &str)) -> Ran {
    let deployed = Deployed::new(world());
    let child = deployed.start(&RUN);
    let run = started(&deployed);
    what(&deployed, &run);
    deployed.set_execution(status);
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn it_ends_as_the_report_of_the_run_deserves() {
    let ran = followed("SUCCEEDED", Deployed::reports_as).ends_with(1);
    assert!(ran.out.contains(KEYS) && ran.out.contains(EVERYTHING), "{ran:#?}");
    assert!(ran.err.contains("has ended: SUCCEEDED"), "{ran:#?}");
    let ran = followed("FAILED", Deployed::reports_as).ends_with(3);
    assert!(ran.err.contains("has ended: FAILED: Unfinished: 2 accounts are unknown"), "{ran:#?}");
    assert!(ran.out.contains(KEYS), "what it reported is printed all the same: {ran:#?}");
    for status in ["ABORTED", "TIMED_OUT", "SUCCEEDED"] {
        let ran = followed(status, |_, _| {}).ends_with(3);
        assert!(ran.err.contains("no report of the run") && ran.out.is_empty(), "{ran:#?}");
    }
}

#[test]
fn a_run_that_waits_for_an_approval_says_so_and_how_to_approve() {
    let deployed = Deployed::new(world());
    let mut child = deployed.start(&[&RUN[..], &["--region", "us-east-1"]].concat());
    let run = started(&deployed);
    deployed.put_object("rootwarden-bucket", &format!("approvals/{run}.0/request.json"), "{}");
    let mut err = child.stderr.take().unwrap();
    let mut text = String::new();
    let command = format!("`rootwarden approve {run}.0 --reason TEXT --region us-east-1`");
    while !text.contains(&command) {
        let mut buffer = [0; 512];
        let count = err.read(&mut buffer).unwrap();
        assert_ne!(count, 0, "{text}");
        text += &String::from_utf8_lossy(&buffer[..count]);
    }
    assert!(text.contains("waits for an approval, which somebody else gives with"), "{text}");
    deployed.reports_as(&run);
    deployed.set_execution("SUCCEEDED");
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn control_c_leaves_the_run_alone_and_says_how_to_look_again() {
    let deployed = Deployed::new(world());
    let mut screen = Screen::start(&deployed, &RUN, 200);
    let run = started(&deployed);
    screen.wait_for("started");
    screen.press_control_c();
    let (code, text) = screen.end();
    assert_eq!(code, 130, "{text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("the run goes on") && text.contains(&format!("`rootwarden report {run}`")), "{text}");
    assert!(!deployed.calls().iter().any(|call| call.to_string().contains("StopExecution")));
}
