//! Runs that people start by hand.

use rootwarden_aws::Executions;
use rootwarden_simulator::Fault;
use rootwarden_tests::{Deployment, Rehearsal};
use serde_json::{Value, json};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_run_by_hand_bears_the_name_of_who_asked_for_it() {
    let rehearsal = rehearsal();
    let body = json!({
        "action": "secure", "selection": {"accounts": [KEYS]}, "mode": "enforce", "reason": "an incident",
        "exclude": {"accounts": [CLEAN]},
    });
    let (first, second) = tokio::join!(rehearsal.access_requests(JANE, &body), rehearsal.access_requests(JANE, &body));
    let (status, answer) = first.unwrap();
    let run = answer["run"].as_str().unwrap().to_owned();
    assert_eq!((status, &answer["outcome"]), (200, &json!("started")));
    assert!(run.starts_with("by-hand-20") && run.len() == "by-hand-20261122T0200Z-".len() + 40, "{run}");
    assert_eq!(second.unwrap().1["run"], run, "a double click");
    let [execution] = rehearsal.simulator.executions().try_into().unwrap();
    assert_eq!(execution.name, run);
    let input: Value = serde_json::from_str(&execution.input).unwrap();
    assert_eq!(input["started_by"], json!({"person": JANE}));
    assert_eq!(input["selection"], json!({"accounts": [KEYS]}));
    assert_eq!(input["exclude"]["accounts"], json!([CLEAN]));
    assert_eq!(input["mode"], "enforce");

    rehearsal.access_requests(JOE, &body).await.unwrap();
    rehearsal.simulator.advance(std::time::Duration::from_mins(1));
    rehearsal.access_requests(JANE, &body).await.unwrap();
    assert_eq!(rehearsal.simulator.executions().len(), 3, "another person, and another minute");

    rehearsal.simulator.inject(Fault::on("states:StartExecution").error("ExecutionAlreadyExists", 400, "exists"));
    assert_eq!(rehearsal.access_requests(JANE, &body).await.unwrap().1["outcome"], "already_started");
}

#[tokio::test(start_paused = true)]
async fn i5_a_run_by_hand_without_a_mode_reports_and_cannot_be_stronger_than_its_deployment() {
    let rehearsal = Rehearsal::deployed(world(), &Deployment { mode: "report", ..Deployment::default() });
    let mut body = json!({"action": "secure", "selection": "all", "reason": "an incident"});
    rehearsal.access_requests(JANE, &body).await.unwrap();
    let input: Value = serde_json::from_str(&rehearsal.simulator.executions()[0].input).unwrap();
    assert_eq!(input["mode"], "report");
    body["mode"] = json!("enforce");
    assert_refused(&rehearsal, JANE, &body, 400, "this deployment is in report mode").await;
    assert_eq!(rehearsal.simulator.executions().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_starts_a_second_run_by_hand_over_the_whole_organization_while_one_runs() {
    let rehearsal = rehearsal();
    let whole = |mode: &str| json!({"action": "secure", "selection": "all", "mode": mode, "reason": "an incident"});
    let (status, answer) = rehearsal.access_requests(JANE, &whole("enforce")).await.unwrap();
    let run = answer["run"].as_str().unwrap().to_owned();
    assert!(status == 200 && run.starts_with("by-hand-all-20261122T0200Z-"), "{run}");
    let (status, answer) = rehearsal.access_requests(JANE, &whole("enforce")).await.unwrap();
    assert_eq!((status, answer["run"].as_str()), (200, Some(run.as_str())), "a double click");
    rehearsal.simulator.inject(Fault::on("states:ListExecutions").error("Unseen", 400, "not asked here"));
    assert_eq!(
        rehearsal.access_requests(JOE, &whole("report")).await.unwrap().0,
        502,
        "what cannot be asked is not started"
    );
    for (who, mode, minutes) in [(JOE, "report", 0), (JANE, "report", 0), (JOE, "enforce", 1), (JANE, "enforce", 59)] {
        rehearsal.simulator.advance(std::time::Duration::from_mins(minutes));
        assert_refused(&rehearsal, who, &whole(mode), 409, &run).await;
    }
    assert_eq!(rehearsal.simulator.executions().len(), 1);
    let some = json!({"action": "secure", "selection": {"accounts": [KEYS]}, "reason": "an incident"});
    assert_eq!(
        rehearsal.access_requests(JOE, &some).await.unwrap().1["outcome"],
        "started",
        "some accounts may be run"
    );
}

#[tokio::test(start_paused = true)]
async fn a_night_that_runs_keeps_nobody_from_a_run_by_hand() {
    let rehearsal = rehearsal();
    let machine = "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts";
    let night = Executions::new(&rehearsal.config("start-night", &[]), machine);
    night.start("nightly-2026-11-22", &enforce_all()).await.unwrap();
    let whole = json!({"action": "secure", "selection": "all", "reason": "an incident"});
    assert_eq!(rehearsal.access_requests(JANE, &whole).await.unwrap().1["outcome"], "started");
}

#[tokio::test(start_paused = true)]
async fn nobody_whose_name_a_tool_made_up_starts_what_nobody_could_approve() {
    let operators = "arn:aws:iam::111122223333:role/Operators";
    let rehearsal = Rehearsal::deployed(world(), &Deployment { person_role_arns: operators, ..Deployment::default() });
    let nameless = "arn:aws:sts::111122223333:assumed-role/Operators/botocore-session-1763776800";
    let about = |action: &str| {
        json!({
            "action": action, "account": KEYS, "bucket": "payroll", "reason": "nobody gets in", "ticket": "INC-1",
        })
    };
    let mut restore = about("restore");
    restore["stored"] = json!(format!("policies/{KEYS}/bucket/payroll/2026-11-22T02-00-00Z-unlock-1.json"));
    let before = rehearsal.simulator.calls().len();
    for body in [
        json!({"action": "secure", "selection": "all", "mode": "enforce", "reason": "an incident"}),
        about("apply"),
        restore,
    ] {
        assert_refused(&rehearsal, nameless, &body, 403, "nobody could approve").await;
    }
    assert_eq!(rehearsal.simulator.calls().len(), before, "neither written down nor started");
    // What needs no approval is taken from anybody.
    for body in
        [json!({"action": "secure", "selection": "all", "reason": "an incident"}), about("inspect"), about("plan")]
    {
        let (status, answer) = rehearsal.access_requests(nameless, &body).await.unwrap();
        assert_eq!((status, &answer["outcome"]), (200, &json!("started")), "{answer}");
    }
}
