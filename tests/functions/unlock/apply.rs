//! Applying: the smallest change, after the policy was stored.

use rootwarden_simulator::Fault;
use rootwarden_tests::Deployment;
use serde_json::{Value, json};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_locked_bucket_is_given_back_and_its_data_stay_closed() {
    let rehearsal = rehearsal();
    let body = about_bucket("apply");
    assert!(!admin_can_read(&rehearsal, &body).await);
    let (started, planned, applied) = carry_out(&rehearsal, &body).await;
    assert_eq!((&planned["verdict"], &planned["resource"]), (&json!("everyone"), &json!("arn:aws:s3:::payroll")));
    assert_eq!((&applied["outcome"], &applied["state"]), (&json!("changed"), &json!("as_planned")), "{applied}");
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(narrowed_bucket()), "everything else stays in force");
    assert!(admin_can_read(&rehearsal, &body).await);

    let [(key, stored)] = objects(&rehearsal, "policies/").try_into().unwrap();
    assert_eq!(json!(key), applied["stored"]);
    assert!(key.starts_with("policies/300000000001/bucket/payroll/20"), "{key}");
    let policy: Value = serde_json::from_str(stored["policy"].as_str().unwrap()).unwrap();
    assert_eq!(policy, locked_bucket());
    assert_eq!(
        (&stored["requested_by"], &stored["reason"], &stored["ticket"], &stored["unlock"]),
        (&json!(JANE), &json!("nobody gets in"), &json!("INC-1"), &json!(started.id))
    );
    let sha256 = rootwarden_domain::Sha256::of(stored["policy"].as_str().unwrap().as_bytes());
    assert_eq!(stored["sha256"], json!(sha256));

    let verified = verify(&rehearsal, &started, &planned).await;
    assert_eq!((&verified["seen"], &verified["state"]), (&json!(true), &json!("as_planned")));
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    assert_eq!(shown["result"]["approved_by"], JOE);
    assert_eq!(shown["verified"]["verdict"], "nobody");
    let advice = shown["result"]["advice"][0].as_str().unwrap();
    assert!(advice.contains(r#""action":"restore""#) && advice.contains(&key), "{advice}");
}

#[tokio::test(start_paused = true)]
async fn a_locked_queue_is_given_back_in_its_own_region() {
    let rehearsal = rehearsal();
    let body = about_queue("apply");
    assert!(!admin_can_read(&rehearsal, &body).await);
    let (started, planned, applied) = carry_out(&rehearsal, &body).await;
    assert_eq!((&applied["outcome"], &applied["state"]), (&json!("changed"), &json!("as_planned")), "{applied}");
    let mut narrowed = locked_queue();
    narrowed["Statement"] = json!({"Sid": "DenyAll", "Effect": "Deny", "Principal": {"AWS": "*"},
        "NotAction": ["sqs:GetQueueAttributes", "sqs:SetQueueAttributes"], "Resource": ORDERS});
    assert_eq!(policy_of(&rehearsal, "orders"), Some(narrowed));
    assert!(admin_can_read(&rehearsal, &body).await);
    assert_eq!(verify(&rehearsal, &started, &planned).await["seen"], true);
    let hosts: Vec<_> = rehearsal
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.action.starts_with("sqs:"))
        .map(|call| call.host)
        .collect();
    assert!(hosts.iter().all(|host| host.contains("eu-west-1")), "{hosts:?}");
    assert!(objects(&rehearsal, "policies/")[0].0.starts_with("policies/300000000001/queue/eu-west-1/orders/20"));
}

#[tokio::test(start_paused = true)]
async fn unlocking_opens_sessions_for_its_own_task_and_no_other() {
    for (body, task) in
        [(about_bucket("apply"), "S3UnlockBucketPolicy"), (about_queue("apply"), "SQSUnlockQueuePolicy")]
    {
        let rehearsal = rehearsal();
        let (started, planned, _) = carry_out(&rehearsal, &body).await;
        verify(&rehearsal, &started, &planned).await;
        let arn = format!("arn:aws:iam::aws:policy/root-task/{task}");
        assert_eq!(sessions(&rehearsal), [(OWNER.to_owned(), arn)]);
        for call in rehearsal.simulator.calls().iter().filter(|call| call.session.is_some()) {
            assert_eq!(call.account.as_deref(), Some(OWNER));
            assert!(!call.action.starts_with("iam:"), "{}", call.action);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn looking_and_planning_change_nothing_and_store_nothing() {
    for (action, outcome) in [("inspect", "inspected"), ("plan", "planned")] {
        for body in [about_bucket(action), about_queue(action)] {
            let rehearsal = rehearsal();
            let before = rehearsal.simulator.world();
            let (started, planned) = plan(&rehearsal, &body).await;
            assert_eq!((&planned["outcome"], &planned["approval"]), (&json!(outcome), &json!("not_needed")));
            assert_eq!(planned["verdict"], "everyone");
            let error = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap_err().to_string();
            assert!(error.contains("changes nothing"), "{error}");
            assert_eq!(rehearsal.simulator.world(), before);
            assert_eq!(objects(&rehearsal, "policies/"), []);
            let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
            let text = shown["shown"].as_str().unwrap();
            assert!(text.contains("- everyone\n") && text.contains("DenyAll"), "{text}");
            assert_eq!(text.contains("NotAction"), action == "plan", "{text}");
            let written = rehearsal.simulator.objects(rootwarden_tests::BUCKET);
            let written = written.iter().find(|(key, _)| *key == format!("unlocks/{}/plan.txt", started.id)).unwrap();
            assert_eq!(written.1, text.as_bytes());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_change_that_can_be_asked_for_does_what_it_says() {
    let dropped = json!({"Version": "2012-10-17", "Statement": [locked_bucket()["Statement"][1]]});
    let replacement = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }]});
    // Where a Deny on objects goes, ACLs may let others in.
    for (change, force, after) in [
        (json!("narrow"), false, Some(narrowed_bucket())),
        (json!("drop"), true, Some(dropped)),
        (json!("delete"), true, None),
        (json!({"replace": replacement}), true, Some(replacement.clone())),
    ] {
        let rehearsal = rehearsal();
        let mut body = about_bucket("apply");
        (body["change"], body["force"]) = (change.clone(), json!(force));
        let (_, _, applied) = carry_out(&rehearsal, &body).await;
        assert_eq!(applied["outcome"], "changed", "{change}: {applied}");
        assert_eq!(policy_of(&rehearsal, PAYROLL), after, "{change}");
    }
    let rehearsal = rehearsal();
    let mut body = about_queue("apply");
    body["change"] = json!("drop");
    carry_out(&rehearsal, &body).await;
    assert_eq!(policy_of(&rehearsal, "orders"), None, "no statement is left");
}

#[tokio::test(start_paused = true)]
async fn i7_applying_twice_or_two_at_once_ends_the_same() {
    let rehearsal = rehearsal();
    let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
    let input = apply_input(&started, &planned);
    let (one, other) = tokio::join!(rehearsal.unlock(input.clone()), rehearsal.unlock(input.clone()));
    for applied in [one.unwrap(), other.unwrap()] {
        assert!(["changed", "already_changed"].contains(&applied["outcome"].as_str().unwrap()), "{applied}");
        assert_eq!(applied["state"], "as_planned");
    }
    let again = rehearsal.unlock(input).await.unwrap();
    assert_eq!((&again["outcome"], &again["state"]), (&json!("already_changed"), &json!("as_planned")));
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(narrowed_bucket()));
    let [(_, stored)] = objects(&rehearsal, "policies/").try_into().unwrap();
    let policy: Value = serde_json::from_str(stored["policy"].as_str().unwrap()).unwrap();
    assert_eq!(policy, locked_bucket(), "the copy is of what was there before, whoever came second");
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_takes_a_minute_is_looked_at_until_it_is_seen() {
    let rehearsal = Rehearsal::new(world().queue_propagation_seconds(45));
    let (started, planned, applied) = carry_out(&rehearsal, &about_queue("apply")).await;
    assert_eq!((&applied["outcome"], &applied["state"]), (&json!("changed"), &json!("as_before")), "{applied}");
    assert_eq!(verify(&rehearsal, &started, &planned).await["seen"], false);
    rehearsal.simulator.advance(std::time::Duration::from_secs(46));
    let verified = verify(&rehearsal, &started, &planned).await;
    assert_eq!((&verified["seen"], &verified["state"]), (&json!(true), &json!("as_planned")));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_aws_takes_and_does_not_make_is_never_called_seen() {
    let rehearsal = rehearsal();
    let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
    rehearsal.simulator.inject(Fault::on("s3:PutBucketPolicy").ignored());
    let applied = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
    assert_eq!(applied["state"], "as_before", "{applied}");
    let verified = verify(&rehearsal, &started, &planned).await;
    assert_eq!((&verified["seen"], &verified["state"]), (&json!(false), &json!("as_before")));
}

#[tokio::test(start_paused = true)]
async fn without_approvals_a_deployment_applies_what_one_person_asks() {
    let rehearsal = deployed(&Deployment { require_approval: "false", ..Deployment::default() });
    let (started, planned) = plan(&rehearsal, &about_bucket("apply")).await;
    assert_eq!((&planned["outcome"], &planned["approval"]), (&json!("to_apply"), &json!("not_needed")));
    let applied = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
    assert_eq!(applied["outcome"], "changed");
    let result = &objects(&rehearsal, &format!("unlocks/{}/result.json", started.id))[0].1;
    assert_eq!(result["approved_by"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn i8_without_time_left_nothing_is_begun() {
    for (seconds_left, named) in [(80, "before the session was opened"), (110, "before the policy was stored")] {
        let rehearsal = rehearsal();
        let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
        let before = rehearsal.simulator.world();
        let rehearsal = rehearsal.redeployed(&Deployment { seconds_left, ..Deployment::default() });
        let error = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap_err();
        assert_eq!(error.kind(), rootwarden_domain::ErrorKind::Transient);
        assert!(error.to_string().contains(named) && error.to_string().contains("changed nothing"), "{error}");
        assert_eq!(rehearsal.simulator.world(), before);
        assert_eq!(objects(&rehearsal, "policies/"), []);
    }
}
