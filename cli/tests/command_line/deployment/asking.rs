//! What people ask for: runs, unlock and recovery requests, releases.

use serde_json::{Value, json};

use crate::support::{
    CLEAN, KEYS, MANAGEMENT, busy,
    deployed::{Deployed, MACHINE, OPERATOR, SECOND_KEY, STRANGER_KEY},
    world,
};

/// The input of the one execution that was started.
fn started(deployed: &Deployed) -> (String, Value) {
    let executions = deployed.simulator.executions();
    assert_eq!(executions.len(), 1, "{executions:?}");
    (executions[0].state_machine_arn.clone(), serde_json::from_str(&executions[0].input).unwrap())
}

#[test]
fn i5_a_run_only_reports_unless_it_is_told_to_delete() {
    let deployed = Deployed::new(world());
    let ran = deployed.run(&["run", KEYS, CLEAN, "--reason", "CHG-1", "--output", "json"]).ends_with(0);
    assert!(ran.json()["run"].as_str().unwrap().starts_with("by-hand-"), "{ran:#?}");
    let (machine, input) = started(&deployed);
    assert_eq!(machine, MACHINE);
    assert_eq!((&input["mode"], &input["selection"]), (&json!("report"), &json!({"accounts": [KEYS, CLEAN]})));
    assert!(input["started_by"].to_string().contains(OPERATOR), "{input}");
}

#[test]
fn a_run_takes_units_and_exclusions_and_the_mode_in_full() {
    let deployed = Deployed::new(world());
    let units = ["run", "--ou", "ou-ab12-11111111", "--exclude", KEYS, "--mode", "enforce", "--reason", "CHG-2"];
    let ran = deployed.run(&units).ends_with(0);
    assert!(ran.out.contains("by-hand-"), "{ran:#?}");
    let (_, input) = started(&deployed);
    assert_eq!(input["mode"], "enforce");
    assert_eq!(input["selection"], json!({"organizational_units": ["ou-ab12-11111111"]}));
    assert_eq!(input["exclude"]["accounts"], json!([KEYS]));
}

#[test]
fn what_the_deployment_refuses_is_one_line_in_its_words() {
    let deployed = Deployed::new(world());
    deployed.run(&["run", "--reason", "CHG-1"]).ends_with(0);
    let ran = deployed.run_as(SECOND_KEY, &["run", "--reason", "CHG-2"]).ends_with(2);
    assert!(ran.err.contains("over the whole organization runs already"), "{ran:#?}");
    assert_eq!(ran.err.lines().count(), 1, "{ran:#?}");
}

#[test]
fn whom_iam_does_not_let_through_starts_nothing() {
    let deployed = Deployed::new(world());
    let ran = deployed.run_as(STRANGER_KEY, &["run", "--reason", "CHG-1"]).ends_with(2);
    assert!(ran.err.contains("cannot send a request to the deployment: AccessDeniedException: Forbidden"), "{ran:#?}");
    assert!(ran.err.contains("`arn:aws:iam::111122223333:policy/requesters` (output RequestersPolicyArn)"), "{ran:#?}");
    assert_eq!(ran.err.lines().count(), 1, "{ran:#?}");
    assert!(deployed.simulator.executions().is_empty());
}

#[test]
fn an_unlock_request_goes_to_the_deployment_and_changes_nothing_itself() {
    let deployed = Deployed::new(world());
    let request = ["unlock", "bucket", "payroll", "--account", CLEAN, "--apply", "--change", "drop", "--request"];
    let ran =
        deployed.run(&[&request[..], &["--reason", "nobody gets in", "--ticket", "INC-42"]].concat()).ends_with(0);
    let (machine, input) = started(&deployed);
    assert!(machine.ends_with("unlock-policy"), "{machine}");
    let id = input["unlock"].as_str().unwrap();
    assert!(ran.out.contains(id), "{ran:#?}");
    let signed = deployed.object(&format!("unlocks/{id}/request.json"));
    assert!(signed["requested_by"].to_string().contains(OPERATOR), "{signed}");
    assert!(
        signed["request"].to_string().contains("drop") && signed["request"].to_string().contains("payroll"),
        "{signed}"
    );
    assert!(!deployed.calls().iter().any(|call| call["action"] == "sts:AssumeRoot"));
}

#[test]
fn recovery_is_asked_for_extended_and_ended() {
    for (action, more, asked) in
        [("allow", &["--duration", "PT2H"] as &[&str], "PT2H"), ("extend", &[], "PT24H"), ("end", &[], "end")]
    {
        let deployed = Deployed::new(world());
        let request = ["recovery", action, CLEAN, "--request", "--reason", "close it", "--ticket", "CHG-7"];
        deployed.run(&[&request[..], more].concat()).ends_with(0);
        let (machine, input) = started(&deployed);
        assert!(machine.ends_with("allow-recovery"), "{machine}");
        let signed =
            deployed.object(&format!("recovery-requests/{}/request.json", input["recovery"].as_str().unwrap()));
        assert_eq!(signed["request"]["account"], CLEAN);
        assert!(signed["request"].to_string().contains(asked), "{signed}");
        assert!(!deployed.calls().iter().any(|call| call["action"] == "sts:AssumeRoot"), "nothing is done alone");
    }
    let deployed = Deployed::new(world());
    let request = ["recovery", "allow", CLEAN, "--request", "--reason", "close it", "--ticket", "CHG-7"];
    let ran = deployed.run(&[&request[..], &["--duration", "P30D"]].concat()).ends_with(2);
    assert!(ran.err.contains("duration") && deployed.simulator.executions().is_empty(), "{ran:#?}");
}

#[test]
fn i12_a_key_is_released_by_somebody_else_alone() {
    let deployed = Deployed::new(world().member(busy()));
    let request = ["release-key", "333300000003", "AKIAROOTKEY000000003", "--reason", "moved", "--ticket", "INC-43"];
    let asked = deployed.run(&[&request[..], &["--output", "json"]].concat()).ends_with(0).json();
    let (id, hash) = (asked["approval_id"].as_str().unwrap(), asked["plan_sha256"].as_str().unwrap());
    let decision = || deployed.object(&format!("approvals/{id}/decision.json"));
    let approve = ["approve", id, "--reason", "its owner agrees", "--plan-sha256", hash];
    let ran = deployed.run(&approve).ends_with(2);
    assert!(ran.err.contains("asked"), "{ran:#?}");
    assert_eq!(decision(), Value::Null);
    deployed.run_as(SECOND_KEY, &approve).ends_with(0);
    assert_eq!(decision()["decision"], "approved");
    assert!(deployed.run(&["show", id]).ends_with(0).out.contains("Good until"));
}

#[test]
fn i1_recovery_in_the_management_account_is_left_to_the_deployment_to_refuse() {
    let deployed = Deployed::new(world());
    let request = ["recovery", "allow", MANAGEMENT, "--request", "--reason", "close it", "--ticket", "CHG-7"];
    deployed.run(&request).ends_with(0);
    assert!(!deployed.calls().iter().any(|call| call["action"] == "sts:AssumeRoot"));
}
