//! One broken account leaves the others done, and is itself reported as what it is.

use rootwarden_simulator::{Fault, FaultTrigger};
use rootwarden_tests::{Deployment, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

async fn run_with(fault: Fault) -> (Rehearsal, rootwarden_tests::Finished) {
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(fault);
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    (rehearsal, finished)
}

fn in_keys(action: &str) -> FaultTrigger {
    Fault::on(action).account(KEYS)
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_read_leaves_the_others_done() {
    for (fault, kind) in [
        (in_keys("sts:AssumeRoot").always().denied(), "Denied"),
        (in_keys("sts:AssumeRoot").always().throttle(), "Throttled"),
        (in_keys("iam:GetAccountSummary").always().internal_error(), "Transient"),
        (in_keys("iam:GetAccountSummary").always().timeout(), "Transient"),
        (in_keys("iam:ListAccessKeys").always().connection_reset(), "Transient"),
        (
            in_keys("iam:ListMFADevices").always().denied_with("with an explicit deny in a service control policy"),
            "Denied",
        ),
        (in_keys("iam:GetLoginProfile").always().error("Strange", 400, "never seen"), "Defect"),
    ] {
        let (rehearsal, finished) = run_with(fault).await;
        let status = finished.status(KEYS);
        assert_eq!(status["unknown"]["kind"], kind, "{status}");
        assert_eq!(root_of(&rehearsal, KEYS).access_keys.len(), 2, "nothing is deleted of what could not be read");
        for account in DIRTY.into_iter().filter(|account| *account != KEYS) {
            assert!(is_clean(&rehearsal, account), "{account} beside {kind}");
        }
        assert_eq!(finished.output["secured"], false);
    }
}

#[tokio::test(start_paused = true)]
async fn passing_trouble_is_retried_and_leaves_no_trace() {
    for fault in [
        in_keys("sts:AssumeRoot").times(3).throttle(),
        in_keys("iam:GetAccountSummary").times(2).internal_error(),
        in_keys("iam:DeleteAccessKey").times(2).throttle(),
        in_keys("iam:DeleteAccessKey").times(1).connection_reset(),
        Fault::on("organizations:ListAccounts").times(2).throttle(),
        Fault::on("s3:PutObject").times(2).throttle(),
    ] {
        let (rehearsal, finished) = run_with(fault.clone()).await;
        assert!(is_clean(&rehearsal, KEYS), "{fault:?}");
        assert_eq!(finished.output["secured"], true, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_account_is_taken_up_again_in_another_round() {
    let (rehearsal, finished) = run_with(in_keys("sts:AssumeRoot").times(5).throttle()).await;
    assert!(is_clean(&rehearsal, KEYS));
    assert_eq!(finished.rounds, 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_deletion_step_leaves_the_other_steps_done() {
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("iam:DeleteSigningCertificate").account(EVERYTHING).always().denied());
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    let root = root_of(&rehearsal, EVERYTHING);
    assert_eq!(root.signing_certificates.len(), 1);
    assert!(root.access_keys.is_empty() && root.password.is_none() && root.mfa_devices.is_empty());
    let status = finished.status(EVERYTHING);
    assert_eq!(status["failed"]["failure"]["kind"], "Denied", "{status}");
    for account in [KEYS, CERTIFICATE, PASSWORD] {
        assert!(is_clean(&rehearsal, account));
    }
}

#[tokio::test(start_paused = true)]
async fn the_mfa_device_stays_where_the_password_could_not_be_deleted() {
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("iam:DeleteLoginProfile").account(EVERYTHING).always().denied());
    let finished = rehearsal.run(enforce(&[EVERYTHING])).await.unwrap();
    let root = root_of(&rehearsal, EVERYTHING);
    assert!(root.password.is_some());
    assert_eq!(root.mfa_devices.len(), 2);
    assert!(root.access_keys.is_empty() && root.signing_certificates.is_empty(), "the rest goes on");
    assert_eq!(rehearsal.count("iam:DeactivateMFADevice"), 0);
    let steps = finished.status(EVERYTHING)["failed"]["steps"].to_string();
    assert!(steps.contains("not_attempted"), "{steps}");
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_set_after_the_plan_keeps_its_mfa_device() {
    let rehearsal = rehearsal_of(
        rootwarden_simulator::World::new(rootwarden_tests::MANAGEMENT)
            .member(rootwarden_simulator::Member::new(PASSWORD).mfa_device("GAHT12345678")),
    );
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    rehearsal.simulator.update(|world| {
        let password = with_everything(PASSWORD).root.password;
        world.accounts.get_mut(PASSWORD).unwrap().root.password = password;
    });
    rehearsal.delete_all(0, &plan["plan"]).await;
    let root = root_of(&rehearsal, PASSWORD);
    assert!(root.password.is_some() && root.mfa_devices.len() == 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_deletion_ends_clean_and_claims_only_what_was_seen() {
    let (rehearsal, finished) = run_with(in_keys("iam:DeleteAccessKey").lost_response()).await;
    assert!(is_clean(&rehearsal, KEYS));
    let steps = finished.status(KEYS)["cleaned"]["steps"].clone();
    let outcomes: Vec<&Value> = steps.as_array().unwrap().iter().map(|step| &step["outcome"]).collect();
    assert_eq!(outcomes, [&json!("already_absent"), &json!("deleted")]);
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_vanishes_in_between_is_absent_and_not_an_error() {
    let (rehearsal, finished) = run_with(in_keys("iam:DeleteAccessKey").vanished()).await;
    assert!(is_clean(&rehearsal, KEYS));
    assert!(finished.status(KEYS)["cleaned"].is_object());
}

#[tokio::test(start_paused = true)]
async fn an_account_that_leaves_after_the_plan_is_left_alone() {
    for state in ["SUSPENDED", "PENDING_CLOSURE", "CLOSED"] {
        let rehearsal = rehearsal();
        let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
        rehearsal.simulator.update(|world| world.accounts.get_mut(KEYS).unwrap().state = state.into());
        let sessions = rehearsal.calls_in(KEYS).len();
        rehearsal.delete_all(0, &plan["plan"]).await;
        assert_eq!(root_of(&rehearsal, KEYS).access_keys.len(), 2);
        assert_eq!(rehearsal.calls_in(KEYS).len(), sessions, "no session after it was {state}");
        assert!(is_clean(&rehearsal, CERTIFICATE), "the others are done");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_organizations_does_not_answer_for_is_left_alone() {
    let rehearsal = rehearsal();
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    rehearsal.simulator.inject(Fault::on("organizations:DescribeAccount").account(KEYS).always().internal_error());
    rehearsal.delete_all(0, &plan["plan"]).await;
    assert_eq!(root_of(&rehearsal, KEYS).access_keys.len(), 2);
    assert!(is_clean(&rehearsal, CERTIFICATE), "the others are done");
}

#[tokio::test(start_paused = true)]
async fn each_handler_run_twice_or_two_at_once_ends_the_same() {
    let rehearsal = rehearsal();
    let request = enforce_all();
    let select = || rehearsal.select_first(0, &request, &Value::Null);
    let (one, two) = tokio::join!(select(), select());
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one["selection"]["sha256"], two["selection"]["sha256"]);

    let batch = rehearsal.batches(&one["selection"])[0].clone();
    let audit = |selection: &Value| json!({"run": RUN, "round": 0, "chunk": 0, "selection": selection, "batch": batch["batch"]});
    let (first, second) =
        tokio::join!(rehearsal.audit(audit(&one["selection"])), rehearsal.audit(audit(&two["selection"])));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first["result"]["sha256"], second["result"]["sha256"]);

    let outcomes = json!([first]);
    let record = || rehearsal.record(0, 0, &one["selection"], &outcomes, &Value::Null);
    let (first, second) = tokio::join!(record(), record());
    let (audited, second) = (first.unwrap(), second.unwrap());
    assert_eq!(audited["sha256"], second["sha256"]);

    let plan = || rehearsal.plan(json!({"run": RUN, "round": 0, "chunk": 0, "audited": audited}));
    let (first, second) = tokio::join!(plan(), plan());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first["plan"]["sha256"], second["plan"]["sha256"]);

    let planned = rehearsal.batches(&first["plan"])[0].clone();
    let delete =
        |plan: &Value| rehearsal.delete(json!({"run": RUN, "round": 0, "plan": plan, "batch": planned["batch"]}));
    let (left, right) = tokio::join!(delete(&first["plan"]), delete(&second["plan"]));
    left.unwrap();
    right.unwrap();
    let calls = rehearsal.count("sts:AssumeRoot");
    let again = delete(&first["plan"]).await.unwrap();
    assert!(again["result"].is_object(), "what came of it is told again: {again}");
    assert_eq!(rehearsal.count("sts:AssumeRoot"), calls, "and nothing is done again");
    for account in DIRTY {
        assert!(is_clean(&rehearsal, account), "{account}");
    }
    assert!(!is_clean(&rehearsal, EXEMPT));
}

#[tokio::test(start_paused = true)]
async fn i8_a_worker_that_runs_out_of_time_names_what_it_did_not_do() {
    let rehearsal = Rehearsal::deployed(world(), &Deployment { seconds_left: 20, ..Deployment::default() });
    let before = all_roots(&rehearsal);
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(all_roots(&rehearsal), before);
    assert_eq!(rehearsal.count("sts:AssumeRoot"), 0);
    assert_eq!(finished.status(CLEAN)["unknown"]["kind"], "Transient", "not clean: nobody looked");
    assert_eq!(finished.rounds, 3, "taken up again, within bounds");
}

#[tokio::test(start_paused = true)]
async fn the_feature_being_off_stops_the_run_with_what_to_do() {
    let rehearsal = rehearsal();
    rehearsal.simulator.update(|world| world.features.clear());
    let error = rehearsal.run(enforce_all()).await.unwrap_err();
    assert_eq!(error.kind(), rootwarden_domain::ErrorKind::NotEnabled);
    assert!(error.to_string().contains("switch it on in IAM, in the management account"), "{error}");
    assert_eq!(rehearsal.count("sts:AssumeRoot"), 0);
}
