//! Putting a stored policy back.

use rootwarden_simulator::Fault;
use serde_json::{Value, json};

use super::*;

/// A bucket or queue that was changed, and the key of its policy as it was.
async fn changed(rehearsal: &Rehearsal, body: &Value) -> String {
    let (_, _, applied) = carry_out(rehearsal, body).await;
    applied["stored"].as_str().unwrap().to_owned()
}

fn restore(body: &Value, stored: &str) -> Value {
    let mut body = body.clone();
    body["action"] = json!("restore");
    body["stored"] = json!(stored);
    body
}

#[tokio::test(start_paused = true)]
async fn puts_back_exactly_what_was_there_and_can_itself_be_undone() {
    for (body, name) in [(about_bucket("apply"), PAYROLL), (about_queue("apply"), "orders")] {
        let rehearsal = rehearsal();
        let before = rehearsal.simulator.world();
        let stored = changed(&rehearsal, &body).await;
        let after = rehearsal.simulator.world();
        assert_ne!(before, after);
        rehearsal.simulator.advance(std::time::Duration::from_mins(5));
        let (_, _, applied) = carry_out(&rehearsal, &restore(&body, &stored)).await;
        assert_eq!((&applied["outcome"], &applied["state"]), (&json!("changed"), &json!("as_planned")), "{applied}");
        assert_eq!(rehearsal.simulator.world(), before, "{name}");
        assert!(!admin_can_read(&rehearsal, &body).await);
        let again = applied["stored"].as_str().unwrap();
        assert_ne!(again, stored);
        rehearsal.simulator.advance(std::time::Duration::from_mins(5));
        carry_out(&rehearsal, &restore(&body, again)).await;
        assert_eq!(rehearsal.simulator.world(), after, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_restore_needs_a_second_person_too() {
    let rehearsal = rehearsal();
    let stored = changed(&rehearsal, &about_bucket("apply")).await;
    let (started, planned) = plan(&rehearsal, &restore(&about_bucket("apply"), &stored)).await;
    assert_eq!(planned["approval"], "needed");
    let error = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap_err().to_string();
    assert!(error.contains("nobody has approved"), "{error}");
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(narrowed_bucket()));
}

#[tokio::test(start_paused = true)]
async fn only_a_stored_policy_of_this_very_resource_is_put_back() {
    let rehearsal = rehearsal();
    let stored = changed(&rehearsal, &about_bucket("apply")).await;
    let executions = rehearsal.simulator.executions().len();
    for (key, named) in [
        (format!("unlocks/{}/plan.json", "unlock-1"), "is not the key of a stored policy"),
        ("policies/300000000001/bucket/payroll/../x.json".to_owned(), "is not the key of a stored policy"),
        (stored.replace("/payroll/", "/payroll-copy/"), "is not of bucket `payroll` in account"),
        (stored.replace(OWNER, OTHER), "is not of bucket `payroll` in account"),
    ] {
        let (status, answer) = rehearsal.access_requests(JANE, &restore(&about_bucket("apply"), &key)).await.unwrap();
        assert_eq!(status, 400, "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(named), "{answer}");
    }
    assert_eq!(rehearsal.simulator.executions().len(), executions);

    let refused = async |key: &str, named: &str| {
        let started = ask(&rehearsal, &restore(&about_bucket("apply"), key)).await;
        let input = json!({"step": "plan", "unlock": started.id, "request": started.request});
        let error = rehearsal.unlock(input).await.unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    };
    let missing = format!("policies/{OWNER}/bucket/{PAYROLL}/2026-01-01T00-00-00Z-unlock-1.json");
    refused(&missing, "there is no `policies/").await;
    // One that was tampered with, and the one of another bucket under this one's name.
    let honest = objects(&rehearsal, &stored)[0].1.clone();
    let mut tampered = honest.clone();
    tampered["policy"] = json!(narrowed_bucket().to_string());
    rehearsal.simulator.put_object(BUCKET, &missing, tampered.to_string());
    refused(&missing, "is not the stored policy of this resource, as it was stored").await;
    let mut of_another = honest;
    of_another["resource"] = json!({"bucket": "payroll-copy"});
    rehearsal.simulator.put_object(BUCKET, &missing, of_another.to_string());
    refused(&missing, "is not the stored policy of this resource, as it was stored").await;
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(narrowed_bucket()));
}

#[tokio::test(start_paused = true)]
async fn a_principal_that_is_gone_is_named_with_what_is_possible_instead() {
    let mut policy = locked_bucket();
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "Reader", "Effect": "Deny", "Principal": {"AWS": ["AROAEXAMPLEGONE000001", "arn:aws:iam::300000000001:root"]},
        "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::payroll/*",
    }));
    let rehearsal = Rehearsal::new(world_with(policy.clone()));
    let mut body = about_bucket("apply");
    (body["change"], body["force"]) = (json!("delete"), json!(true));
    let stored = changed(&rehearsal, &body).await;
    body.as_object_mut().unwrap().retain(|field, _| field != "change" && field != "force");
    assert_eq!(policy_of(&rehearsal, PAYROLL), None);

    let (started, _, applied) = carry_out(&rehearsal, &restore(&body, &stored)).await;
    assert_eq!((&applied["outcome"], &applied["state"]), (&json!("not_changed"), &json!("as_before")), "{applied}");
    assert!(applied["summary"].as_str().unwrap().contains("AWS does not take a part of this policy"), "{applied}");
    assert!(!applied.to_string().contains("AROA"), "a notice says nothing of the policy's text: {applied}");
    assert_eq!(policy_of(&rehearsal, PAYROLL), None);
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    let advice = shown["result"]["advice"].to_string();
    for named in ["MalformedPolicy", "AROAEXAMPLEGONE000001", "leave_out"] {
        assert!(advice.contains(named), "{advice}");
    }

    let mut without = restore(&body, &stored);
    without["leave_out"] = json!({"principals": ["AROAEXAMPLEGONE000001"]});
    let (_, _, applied) = carry_out(&rehearsal, &without).await;
    assert_eq!(applied["outcome"], "changed", "{applied}");
    let mut expected = policy;
    expected["Statement"][2]["Principal"]["AWS"] = json!(["arn:aws:iam::300000000001:root"]);
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(expected));
}

#[tokio::test(start_paused = true)]
async fn what_is_to_be_left_out_has_to_stand_there() {
    let rehearsal = rehearsal();
    let stored = changed(&rehearsal, &about_bucket("apply")).await;
    let mut body = restore(&about_bucket("apply"), &stored);
    body["leave_out"] = json!({"statements": ["Public"]});
    let (started, planned) = plan(&rehearsal, &body).await;
    assert_eq!(planned["outcome"], "not_possible");
    assert!(!planned.to_string().contains("TlsOnly"), "a notice says nothing of the policy's text: {planned}");
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    assert!(shown["shown"].as_str().unwrap().contains("the policy has no statement `Public`; it has"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn what_block_public_access_refuses_is_named_with_what_is_possible_instead() {
    let mut policy = locked_bucket();
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::payroll/*",
    }));
    let rehearsal = Rehearsal::new(world_with(policy));
    let mut body = about_bucket("apply");
    (body["change"], body["force"]) = (json!("delete"), json!(true));
    let stored = changed(&rehearsal, &body).await;
    body.as_object_mut().unwrap().retain(|field, _| field != "change" && field != "force");
    rehearsal.simulator.update(|world| {
        world.account_mut(OWNER).unwrap().buckets[0].block_public_policy = true;
    });
    let mut undo = restore(&body, &stored);
    let (started, _, applied) = carry_out(&rehearsal, &undo).await;
    assert_eq!((&applied["outcome"], &applied["state"]), (&json!("not_changed"), &json!("as_before")), "{applied}");
    assert!(applied["summary"].as_str().unwrap().contains("Block Public Access does not take"), "{applied}");
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    let advice = shown["result"]["advice"].to_string();
    for named in ["BlockPublicPolicy", r#"statements: Sid \"Public\""#, "leave_out"] {
        assert!(advice.contains(named), "{advice}");
    }
    undo["leave_out"] = json!({"statements": ["Public"]});
    let (_, _, applied) = carry_out(&rehearsal, &undo).await;
    assert_eq!(applied["outcome"], "changed", "{applied}");
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(locked_bucket()));
}

/// A queue that names `principals`, deleted, and what putting its policy back comes to: the answer, and the result's advice.
async fn put_back_for(principals: Value) -> (Rehearsal, Value, Vec<String>) {
    let mut policy = locked_queue();
    policy["Statement"]["Principal"] = principals;
    let queue = MemberQueue::new("orders").region("eu-west-1").policy(policy);
    let member = Member::new(OWNER).queue(queue).role("here");
    let rehearsal = Rehearsal::new(rootwarden_simulator::World::new(rootwarden_tests::MANAGEMENT).member(member));
    let mut body = about_queue("apply");
    (body["change"], body["force"]) = (json!("delete"), json!(true));
    let stored = changed(&rehearsal, &body).await;
    let mut undo = restore(&about_queue("apply"), &stored);
    undo["force"] = json!(true);
    let (started, _, applied) = carry_out(&rehearsal, &undo).await;
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    let advice = shown["result"]["advice"].as_array().unwrap();
    let advice = advice.iter().map(|line| line.as_str().unwrap().to_owned()).collect();
    (rehearsal, applied, advice)
}

#[tokio::test(start_paused = true)]
async fn i6_where_sqs_does_not_say_who_is_gone_everybody_that_the_policy_names_is() {
    let (gone, here) = ("arn:aws:iam::300000000001:role/gone", "arn:aws:iam::300000000001:role/here");
    let (rehearsal, applied, advice) =
        put_back_for(json!({"AWS": [here, "arn:aws:iam::300000000001:root", "111122223333", gone]})).await;
    assert_eq!((&applied["outcome"], &applied["state"]), (&json!("not_changed"), &json!("as_before")), "{applied}");
    assert!(!applied.to_string().contains("role/"), "a notice says nothing of the policy's text: {applied}");
    assert_eq!(policy_of(&rehearsal, "orders"), None);
    let refused = "cannot set the policy of queue `arn:aws:sqs:eu-west-1:300000000001:orders`: InvalidAttributeValue: \
                   Invalid value for the parameter Policy (a part of the policy is not taken, most often a principal that is \
                   gone: leave it out)";
    assert_eq!(advice[0], refused);
    let named = format!(
        "AWS does not say which part; it takes no principal that is gone, and this policy names {gone}, {here}"
    );
    assert_eq!(advice[1], named);
    assert_eq!(advice[2], "look which of them are still there: only those that are not have to be left out");
    assert!(
        advice[3].starts_with("to leave them out: ") && advice[3].contains(r#""leave_out":{"principals":["#),
        "{advice:?}"
    );

    // What is possible instead is possible: without the one that is gone, AWS takes it.
    let of_a_policy = |(_, stored): &(String, Value)| stored["policy"].is_string();
    let (stored, _) = objects(&rehearsal, "policies/").into_iter().find(of_a_policy).unwrap();
    let mut without = restore(&about_queue("apply"), &stored);
    (without["leave_out"], without["force"]) = (json!({"principals": [gone]}), json!(true));
    let (_, _, applied) = carry_out(&rehearsal, &without).await;
    assert_eq!(applied["outcome"], "changed", "{applied}");
}

#[tokio::test(start_paused = true)]
async fn i6_an_id_in_the_place_of_a_principal_is_known_to_be_gone() {
    let (_, _, advice) =
        put_back_for(json!({"AWS": ["AROAEXAMPLEGONE000001", "arn:aws:iam::300000000001:role/here"]})).await;
    assert_eq!(advice[2], "these are gone, since AWS shows them as ids: AROAEXAMPLEGONE000001");
    assert!(advice[3].ends_with(r#""leave_out":{"principals":["AROAEXAMPLEGONE000001"]}}"#), "{advice:?}");
}

#[tokio::test(start_paused = true)]
async fn i6_a_refusal_without_anybody_who_may_be_gone_says_where_to_look_instead() {
    let (_, applied, advice) = put_back_for(json!({"Service": "nobody.example"})).await;
    assert_eq!(applied["outcome"], "not_changed", "{applied}");
    assert!(advice[1].contains("no role and no user is named in it"), "{advice:?}");
    assert!(advice[2].contains(r#""change":{"replace":"another policy"}"#), "{advice:?}");
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_answers_500_without_a_message_is_tried_again_and_told_with_what_may_be_behind_it() {
    let rehearsal = rehearsal();
    let (started, planned) = approved(&rehearsal, &about_queue("apply")).await;
    let fault = Fault::on("sqs:SetQueueAttributes").times(5).error("InternalFailure", 500, "");
    rehearsal.simulator.inject(fault);
    let error = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap_err();
    assert_eq!(error.kind(), rootwarden_domain::ErrorKind::Transient, "{error}");
    assert!(error.to_string().contains("where a principal that the policy names is gone"), "{error}");
    assert_eq!(policy_of(&rehearsal, "orders"), Some(locked_queue()));
    let again = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
    assert_eq!(again["outcome"], "changed", "{again}");
}

#[tokio::test(start_paused = true)]
async fn an_open_copy_is_not_put_back_without_force_over_a_policy_that_cannot_be_modelled() {
    let open = json!({"Version": "2012-10-17", "Statement": [locked_bucket()["Statement"][1]]});
    let rehearsal = Rehearsal::new(world_with(open.clone()));
    let mut body = about_bucket("apply");
    (body["change"], body["force"]) = (json!({"replace": narrowed_bucket()}), json!(true));
    let stored = changed(&rehearsal, &body).await;
    // Since then its owners closed it, in a way that this version does not know.
    let mut closed = locked_bucket();
    closed["Statement"][0]["Condition"] = json!({"StringResembles": {"aws:PrincipalTag/team": "unheard of"}});
    rehearsal.simulator.update(|world| {
        world.account_mut(OWNER).unwrap().buckets[0].policy = Some(closed.clone().into());
    });
    rehearsal.simulator.advance(std::time::Duration::from_mins(5));
    let before = rehearsal.simulator.world();

    let mut undo = restore(&about_bucket("apply"), &stored);
    let (started, planned) = plan(&rehearsal, &undo).await;
    assert_eq!(
        (&planned["outcome"], &planned["verdict"]),
        (&json!("not_possible"), &json!("not_modelled")),
        "{planned}"
    );
    assert!(planned["summary"].as_str().unwrap().contains("what it would open cannot be said"), "{planned}");
    assert!(!planned.to_string().contains("Resembles"), "a notice says nothing of the policy's text: {planned}");
    let error = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap_err().to_string();
    assert!(error.contains("changes nothing"), "{error}");
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    assert!(!shown["shown"].as_str().unwrap().contains("nothing but the policy itself"), "{shown}");
    assert_eq!(rehearsal.simulator.world(), before);

    rehearsal.simulator.advance(std::time::Duration::from_mins(5));
    undo["force"] = json!(true);
    let (started, planned, applied) = carry_out(&rehearsal, &undo).await;
    assert!(planned["summary"].as_str().unwrap().contains("what opens cannot be said; with force"), "{planned}");
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    let text = shown["shown"].as_str().unwrap();
    assert!(text.contains("What it opens:\n- that cannot be said: the policy as it is cannot be modelled"), "{text}");
    assert_eq!(applied["outcome"], "changed", "{applied}");
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(open));
}
