//! What is not touched, and what is not done without `force`.

use rootwarden_aws::{Organization, ResourceSession, RootSessions, SessionBudget};
use rootwarden_domain::{
    ErrorKind,
    aws::{partition::Partition, resource::Resource},
};
use rootwarden_simulator::{Fault, Feature};
use rootwarden_tests::{BUCKET, Deployment, MANAGEMENT};
use serde_json::{Value, json};

use super::*;

/// The plan step is refused with its reason, and no session is opened.
async fn assert_untouched(rehearsal: &Rehearsal, body: &Value, kind: ErrorKind, named: &str) {
    let before = rehearsal.simulator.world();
    let started = ask(rehearsal, body).await;
    let error =
        rehearsal.unlock(json!({"step": "plan", "unlock": started.id, "request": started.request})).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(named), "`{error}` does not name `{named}`");
    assert_eq!(rehearsal.simulator.world(), before);
    assert_eq!(sessions(rehearsal), []);
}

fn about(account: &str, bucket: &str) -> Value {
    json!({"action": "apply", "account": account, "bucket": bucket, "reason": "r", "ticket": "t"})
}

#[tokio::test(start_paused = true)]
async fn protected_resources_are_never_touched_not_even_to_look() {
    let patterns = "log-archive-*, arn:aws:sqs:*:300000000001:ord*";
    let rehearsal = deployed(&Deployment { protected_resources: patterns, ..Deployment::default() });
    for action in ["inspect", "plan", "apply"] {
        let mut body = about(OWNER, "log-archive-eu");
        body["action"] = json!(action);
        assert_untouched(&rehearsal, &body, ErrorKind::Denied, "it is protected, by `log-archive-*`").await;
        assert_untouched(&rehearsal, &about_queue(action), ErrorKind::Denied, "it is protected, by `arn:aws:sqs:")
            .await;
        let mut own = about(OWNER, BUCKET);
        own["action"] = json!(action);
        assert_untouched(&rehearsal, &own, ErrorKind::Denied, "it is protected, by `rootwarden-bucket`").await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_became_protected_after_its_approval_is_not_touched_either() {
    let rehearsal = rehearsal();
    let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
    let before = rehearsal.simulator.world();
    let stricter = rehearsal.redeployed(&Deployment { protected_resources: "pay*", ..Deployment::default() });
    let error = stricter.unlock(apply_input(&started, &planned)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.to_string().contains("it is protected, by `pay*`"), "{error}");
    assert_eq!(stricter.simulator.world(), before);
}

#[tokio::test(start_paused = true)]
async fn i1_only_active_members_of_the_organization_are_entered() {
    let rehearsal = rehearsal();
    for (account, named) in [
        (MANAGEMENT, "it is the management account"),
        (SUSPENDED, "its state is"),
        ("999999999999", "it is not in the organization"),
    ] {
        assert_untouched(&rehearsal, &about(account, PAYROLL), ErrorKind::InvalidRequest, named).await;
    }
}

#[tokio::test(start_paused = true)]
async fn i1_an_account_that_left_after_the_approval_is_not_entered() {
    let rehearsal = rehearsal();
    let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
    rehearsal.simulator.update(|world| {
        world.account_mut(OWNER).unwrap().state = "SUSPENDED".into();
    });
    let before = rehearsal.simulator.world();
    let error = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap_err().to_string();
    assert!(error.contains("its state is"), "{error}");
    assert_eq!(rehearsal.simulator.world(), before);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_or_queue_that_the_account_does_not_own_is_not_found_in_it() {
    let rehearsal = rehearsal();
    let before = rehearsal.simulator.world();
    for (body, named) in [
        (about(OWNER, "of-another"), "the account has no bucket of this name"),
        (about(OWNER, "payrol"), "the account has no bucket of this name"),
        (
            json!({"action": "apply", "account": OWNER, "queue": "arn:aws:sqs:eu-west-1:300000000001:invoices", "reason": "r", "ticket": "t"}),
            "The specified queue does not exist",
        ),
        (
            json!({"action": "apply", "account": OWNER, "queue": "arn:aws:sqs:us-east-1:300000000001:orders", "reason": "r", "ticket": "t"}),
            "The specified queue does not exist",
        ),
        (
            json!({"action": "apply", "account": OWNER, "bucket": PAYROLL, "region": "us-east-1", "reason": "r", "ticket": "t"}),
            "is in `eu-central-1`, not `us-east-1`",
        ),
    ] {
        let started = ask(&rehearsal, &body).await;
        let input = json!({"step": "plan", "unlock": started.id, "request": started.request});
        let error = rehearsal.unlock(input).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(error.to_string().contains(named), "{error}");
    }
    assert_eq!(rehearsal.simulator.world(), before);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_changes_hands_in_the_middle_is_not_touched_any_more() {
    let rehearsal = rehearsal();
    let config = rehearsal.config("unlock-policy", &["S3UnlockBucketPolicy"]);
    let organization = Organization::shared_by(&config, 1);
    let management_account = organization.management_account().await.unwrap();
    let member = organization.member(management_account, OWNER.parse().unwrap()).await.unwrap();
    let sessions = RootSessions::new(&config, SessionBudget { per_second: 20, workers: 1 });
    let resource = Resource::bucket(PAYROLL, Partition::Aws).unwrap();
    let session = ResourceSession::open(&sessions, &member, &resource).await.unwrap();
    rehearsal.simulator.update(|world| {
        let mut bucket = world.account_mut(OWNER).unwrap().buckets.remove(0);
        // Whoever owns it now lets everybody do everything: only the owner that is expected keeps the session out.
        let open = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::payroll",
        }});
        bucket.policy = Some(open.into());
        world.account_mut(OTHER).unwrap().buckets.push(bucket);
    });
    let before = rehearsal.simulator.world();
    for error in [session.read().await.unwrap_err(), session.write(None).await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        assert!(error.to_string().contains(": AccessDenied (AWS does not say why"), "{error}");
    }
    assert_eq!(rehearsal.simulator.world(), before);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_a_region_that_has_to_be_enabled_says_so() {
    let queue = MemberQueue::new("orders").region("me-south-1").policy(locked_queue());
    let rehearsal = Rehearsal::new(World::new(MANAGEMENT).member(Member::new(OWNER).queue(queue)));
    rehearsal.simulator.inject(Fault::on("sqs:GetQueueAttributes").denied());
    let mut body = about_queue("inspect");
    body["queue"] = json!("arn:aws:sqs:me-south-1:300000000001:orders");
    let started = ask(&rehearsal, &body).await;
    let input = json!({"step": "plan", "unlock": started.id, "request": started.request});
    let error = rehearsal.unlock(input).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    let told = "`me-south-1` is a Region that has to be enabled in account `300000000001`";
    assert!(error.to_string().contains(told), "{error}");
    assert!(!error.to_string().contains("this runs in"), "tokens of Regional endpoints are valid everywhere: {error}");
}

#[tokio::test(start_paused = true)]
async fn what_is_switched_off_says_what_to_switch_on() {
    let rehearsal = Rehearsal::new(world().features([Feature::RootCredentialsManagement]));
    let started = ask(&rehearsal, &about_bucket("apply")).await;
    let input = json!({"step": "plan", "unlock": started.id, "request": started.request});
    let error = rehearsal.unlock(input).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEnabled);
    assert!(error.to_string().contains("switch on privileged root actions"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_exception_needs_force_which_is_part_of_what_is_approved() {
    let mut policy = locked_bucket();
    policy["Statement"][0]["Condition"] =
        json!({"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::300000000001:role/break-glass"}});
    let rehearsal = Rehearsal::new(world_with(policy));
    let (started, planned) = plan(&rehearsal, &about_bucket("apply")).await;
    assert_eq!((&planned["outcome"], &planned["verdict"]), (&json!("not_possible"), &json!("everyone_except")));
    assert!(planned["summary"].as_str().unwrap().contains("ask again with `force`"), "{planned}");
    assert!(!planned.to_string().contains("break-glass"), "a notice says nothing of the policy's text: {planned}");
    let error = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap_err().to_string();
    assert!(error.contains("changes nothing"), "{error}");

    let mut forced = about_bucket("apply");
    forced["force"] = json!(true);
    let (started, planned, applied) = carry_out(&rehearsal, &forced).await;
    assert_eq!(applied["outcome"], "changed");
    let kept = &objects(&rehearsal, planned["plan"]["key"].as_str().unwrap())[0].1;
    assert_eq!(kept["planned"]["change"]["force"], true);
    assert!(admin_can_read(&rehearsal, &forced).await, "{}", started.id);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_locks_nobody_out_is_left_alone() {
    let tls = json!({"Version": "2012-10-17", "Statement": [locked_bucket()["Statement"][1]]});
    for (policy, verdict) in [(Some(tls), "nobody"), (None, "no_policy")] {
        let rehearsal = rehearsal();
        rehearsal.simulator.update(|world| {
            world.account_mut(OWNER).unwrap().buckets[0].policy = policy.map(Into::into);
        });
        let before = rehearsal.simulator.world();
        let (_, planned) = plan(&rehearsal, &about_bucket("apply")).await;
        assert_eq!((&planned["outcome"], &planned["verdict"]), (&json!("nothing_to_change"), &json!(verdict)));
        assert_eq!(rehearsal.simulator.world(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn what_opens_more_than_the_policy_needs_force() {
    let mut policy = locked_bucket();
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::payroll/*",
    }));
    let rehearsal = Rehearsal::new(world_with(policy.clone()));
    let mut body = about_bucket("apply");
    body["change"] = json!("drop");
    let (started, planned) = plan(&rehearsal, &body).await;
    assert_eq!(planned["outcome"], "not_possible", "{planned}");
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    let text = shown["shown"].as_str().unwrap();
    assert!(text.contains("It is not done: it would open more") && text.contains("Public"), "{text}");
    body["force"] = json!(true);
    assert_eq!(plan(&rehearsal, &body).await.1["outcome"], "to_apply");
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(policy));
}

#[tokio::test(start_paused = true)]
async fn a_replacement_has_to_give_the_policy_back() {
    let mut locks_again = locked_bucket();
    locks_again["Statement"][0]["Sid"] = json!("DenyAllAgain");
    let mut but_one = locks_again.clone();
    but_one["Statement"][0]["Condition"] =
        json!({"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::300000000001:role/break-glass"}});
    let rehearsal = rehearsal();
    for (replacement, force, named) in [
        (locks_again.clone(), false, "would lock everybody out again"),
        (locks_again, true, "would lock everybody out again"),
        (but_one.clone(), false, "would lock out everybody but some"),
        (but_one, true, "the policy is to be changed"),
        (json!({"Statement": "x"}), true, "the replacement: "),
    ] {
        let mut body = about_bucket("plan");
        (body["change"], body["force"]) = (json!({"replace": replacement}), json!(force));
        let (_, planned) = plan(&rehearsal, &body).await;
        assert!(planned["summary"].as_str().unwrap().contains(named), "{planned}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_cannot_be_modelled_is_shown_as_it_is_and_may_only_be_deleted() {
    let mut policy = locked_bucket();
    policy["Statement"][0]["Condition"] = json!({"StringResembles": {"aws:PrincipalTag/team": "unheard of"}});
    let rehearsal = Rehearsal::new(world_with(policy.clone()));
    for (change, force, outcome) in [
        (json!("narrow"), true, "not_possible"),
        (json!("drop"), true, "not_possible"),
        (json!({"replace": locked_bucket()["Statement"][1]}), true, "not_possible"),
        (json!("delete"), false, "not_possible"),
        (json!("delete"), true, "to_apply"),
    ] {
        let mut body = about_bucket("apply");
        body["change"] = change.clone();
        body["force"] = json!(force);
        let (started, planned) = plan(&rehearsal, &body).await;
        assert_eq!((&planned["outcome"], &planned["verdict"]), (&json!(outcome), &json!("not_modelled")), "{change}");
        let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
        assert!(shown["shown"].as_str().unwrap().contains("unheard of"), "{shown}");
    }
    let mut body = about_bucket("apply");
    (body["change"], body["force"]) = (json!("delete"), json!(true));
    let (_, _, applied) = carry_out(&rehearsal, &body).await;
    assert_eq!(policy_of(&rehearsal, PAYROLL), None);
    let mut undo = about_bucket("restore");
    (undo["stored"], undo["force"]) = (applied["stored"].clone(), json!(true));
    carry_out(&rehearsal, &undo).await;
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(policy), "and put back as it was");
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_somebody_changed_after_the_approval_is_left_to_them() {
    let rehearsal = rehearsal();
    let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
    let theirs = json!({"Version": "2012-10-17", "Statement": [locked_bucket()["Statement"][1]]});
    rehearsal.simulator.update(|world| {
        world.account_mut(OWNER).unwrap().buckets[0].policy = Some(theirs.clone().into());
    });
    let applied = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
    assert_eq!((&applied["outcome"], &applied["state"]), (&json!("not_changed"), &json!("something_else")));
    assert_eq!(applied["stored"], Value::Null);
    assert_eq!(policy_of(&rehearsal, PAYROLL), Some(theirs));
    assert_eq!(objects(&rehearsal, "policies/"), []);
    // That somebody did just what was planned is not this request's doing.
    rehearsal.simulator.update(|world| {
        world.account_mut(OWNER).unwrap().buckets[0].policy = Some(narrowed_bucket().into());
    });
    let applied = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
    assert_eq!((&applied["outcome"], &applied["state"]), (&json!("not_changed"), &json!("as_planned")));
}

#[tokio::test(start_paused = true)]
async fn i13_the_pause_stops_a_change_that_was_approved() {
    for switch in [json!({"paused": true, "reason": "incident 42"}), json!("not a switch")] {
        let rehearsal = rehearsal();
        let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
        rehearsal.simulator.put_object(BUCKET, "control/paused.json", switch.to_string());
        let before = rehearsal.simulator.world();
        let applied = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
        assert_eq!((&applied["outcome"], &applied["state"]), (&json!("not_changed"), &json!("as_before")), "{applied}");
        assert!(applied["summary"].as_str().unwrap().contains("every change is paused"), "{applied}");
        assert_eq!(rehearsal.simulator.world(), before);
        assert_eq!(objects(&rehearsal, "policies/"), []);
    }
}

#[tokio::test(start_paused = true)]
async fn i6_what_cannot_be_stored_is_not_changed() {
    let rehearsal = rehearsal();
    let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
    let before = rehearsal.simulator.world();
    rehearsal.simulator.inject(Fault::on("s3:PutObject").denied());
    let error = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap_err();
    assert!(error.to_string().contains("cannot store the policy as it is"), "{error}");
    assert_eq!(rehearsal.simulator.world(), before);
    // Something else lies where the copy belongs.
    let plan = &objects(&rehearsal, planned["plan"]["key"].as_str().unwrap())[0].1;
    let time = plan["planned_at"].as_str().unwrap().replace(':', "-");
    let key = format!("policies/{OWNER}/bucket/{PAYROLL}/{time}-{}.json", started.id);
    rehearsal.simulator.put_object(BUCKET, &key, json!({"policy": "another"}).to_string());
    rehearsal.unlock(apply_input(&started, &planned)).await.unwrap_err();
    assert_eq!(rehearsal.simulator.world(), before);
    assert_eq!(objects(&rehearsal, "policies/"), [(key, json!({"policy": "another"}))]);
}
