//! The invariants that this part of the project has to hold, each under its own name. Others stand beside what they guard.

use std::collections::BTreeSet;

use rootwarden_aws::{Organization, RootSessions, SessionBudget};
use rootwarden_domain::ErrorKind;
use rootwarden_simulator::Fault;
use rootwarden_tests::{MANAGEMENT, RUN};
use serde_json::{Value, json};

use crate::organization::*;

#[tokio::test(start_paused = true)]
async fn i1_no_session_is_opened_outside_active_members() {
    let rehearsal = rehearsal();
    let request = enforce(&[MANAGEMENT, SUSPENDED, "999999999999", CLEAN, KEYS]);
    rehearsal.run(request).await.unwrap();
    rehearsal.run(enforce_all()).await.unwrap();
    for call in rehearsal.simulator.calls().iter().filter(|call| call.action == "sts:AssumeRoot") {
        let account = call.account.as_deref().unwrap();
        assert!([CLEAN, EXEMPT].contains(&account) || DIRTY.contains(&account), "{account}");
    }
}

#[tokio::test(start_paused = true)]
async fn i2_an_error_never_reads_as_clean() {
    for action in [
        "sts:AssumeRoot",
        "iam:GetAccountSummary",
        "iam:ListAccessKeys",
        "iam:GetAccessKeyLastUsed",
        "iam:ListSigningCertificates",
        "iam:GetLoginProfile",
        "iam:ListMFADevices",
    ] {
        let rehearsal = rehearsal();
        rehearsal.simulator.inject(Fault::on(action).always().denied());
        let finished = rehearsal.run(json!({"selection": "all"})).await.unwrap();
        for account in DIRTY {
            let status = finished.status(account);
            assert_ne!(status, json!("clean"), "{account} with {action} denied");
            assert!(status["unknown"].is_object() || status["found"].is_object(), "{status}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i3_a_deletion_that_is_accepted_and_not_carried_out_is_not_called_deleted() {
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("iam:DeleteAccessKey").account(KEYS).always().ignored());
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(root_of(&rehearsal, KEYS).access_keys.len(), 2);
    let steps = finished.status(KEYS)["failed"]["steps"].as_array().unwrap().clone();
    assert_eq!(steps.len(), 2);
    for step in steps {
        assert!(step["outcome"]["failed"].is_object(), "{step}");
    }
}

#[tokio::test(start_paused = true)]
async fn i3_a_deletion_that_cannot_be_seen_is_not_called_deleted() {
    let rehearsal = rehearsal();
    let (_, plan) = rehearsal.plan_round(&enforce(&[KEYS])).await.unwrap();
    // After the deletions, the lists cannot be read: what AWS accepted was not seen gone.
    rehearsal.simulator.inject(Fault::on("iam:ListSigningCertificates").account(KEYS).nth(2).always().denied());
    let deletions = rehearsal.delete_all(0, &plan["plan"]).await;
    let result = rehearsal.object(&deletions[0]["result"]);
    let attempted = &result["accounts"][0]["outcome"]["attempted"];
    assert!(attempted["remaining"].is_null(), "{attempted}");
    for step in attempted["steps"].as_array().unwrap() {
        assert_ne!(step["outcome"], json!("deleted"), "{step}");
    }
}

#[tokio::test(start_paused = true)]
async fn i4_each_role_opens_only_its_own_kind_of_session() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce_all()).await.unwrap();
    let mut opened = BTreeSet::new();
    for call in rehearsal.simulator.calls().into_iter().filter(|call| call.action == "sts:AssumeRoot") {
        assert_eq!(call.result, "Success");
        let role = call.caller.split('/').nth(1).unwrap().to_owned();
        opened.insert((role, call.resource.unwrap().rsplit('/').next().unwrap().to_owned()));
    }
    let expected = [
        ("audit-accounts".to_owned(), "IAMAuditRootUserCredentials".to_owned()),
        ("delete-credentials".to_owned(), "IAMDeleteRootUserCredentials".to_owned()),
    ];
    assert_eq!(opened, BTreeSet::from(expected));
}

#[tokio::test(start_paused = true)]
async fn i4_the_auditing_role_cannot_open_a_session_that_deletes() {
    let rehearsal = rehearsal();
    let config = rehearsal.config("audit-accounts", &["IAMAuditRootUserCredentials"]);
    // The auditing role may not even ask about the account.
    let reader = Organization::new(&rehearsal.config("select-accounts", &[]));
    let member = reader.member(MANAGEMENT.parse().unwrap(), KEYS.parse().unwrap()).await.unwrap();
    let sessions = RootSessions::new(&config, SessionBudget { per_second: 200, workers: 10 });
    let error = sessions.open_delete(&member, &sessions.call_recorder()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert_eq!(rehearsal.calls_in(KEYS), ["sts:AssumeRoot"]);
}

#[tokio::test(start_paused = true)]
async fn i7_a_step_that_was_interrupted_can_be_run_again() {
    let rehearsal = rehearsal();
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    let batch = rehearsal.batches(&plan["plan"])[0].clone();
    let input = json!({"run": RUN, "round": 0, "plan": plan["plan"], "batch": batch["batch"]});
    // The result cannot be written, only what comes before it: all is done, and nobody knows. An account has a write for
    // each of its credentials, and two more: 4 + 3 + 4 + 8.
    rehearsal.simulator.inject(Fault::on("s3:PutObject").nth(20).times(5).internal_error());
    rehearsal.delete(input.clone()).await.unwrap_err();
    let answer = rehearsal.delete(input).await.unwrap();
    assert_eq!(answer["failed"], 0);
    assert_eq!((&answer["deleted"], &answer["already_absent"]), (&json!(11), &json!(0)), "the first attempt did it");
    for account in DIRTY {
        assert!(is_clean(&rehearsal, account));
    }
}

#[tokio::test(start_paused = true)]
async fn i11_a_batch_that_left_nothing_makes_each_of_its_accounts_unknown() {
    for audits in [json!([]), json!([null]), json!([{"batch": 0, "failed": {"Error": "States.Timeout", "Cause": ""}}])]
    {
        let rehearsal = rehearsal();
        let selected = rehearsal.select_first(0, &enforce_all(), &Value::Null).await.unwrap();
        let audited = rehearsal.record(0, 0, &selected["selection"], &audits, &Value::Null).await.unwrap();
        let plan = rehearsal.plan(json!({"run": RUN, "round": 0, "chunk": 0, "audited": audited})).await.unwrap();
        let others = rehearsal.object(&plan["plan"])["others"].as_array().unwrap().clone();
        assert_eq!(others.len(), 6, "every candidate");
        assert!(others.iter().all(|other| other["finding"]["unknown"].is_object()), "{others:?}");
    }
}
