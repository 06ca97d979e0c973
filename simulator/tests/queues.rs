//! Queues of member accounts: locked out before, unlocked by a root session, at work after.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::get_queue_attributes::GetQueueAttributesError;
use aws_sdk_sqs::operation::set_queue_attributes::SetQueueAttributesError;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_types::SdkConfig;
use rootwarden_simulator::{Caller, Fault, Member, MemberQueue, Simulator};
use serde_json::{Value, json};
use support::locked::{FOREIGN_QUEUE_URL, QUEUE_ARN, QUEUE_URL, admin, deny_all, in_region, world};
use support::{AUDIT, DIRTY, MEMBER, UNLOCK_BUCKET, UNLOCK_QUEUE, code, refusal, root_session};

const FAR_QUEUE_URL: &str = "https://sqs.eu-central-1.amazonaws.com/333333333333/far-queue";
const NO_QUEUE: &str = "AWS.SimpleQueueService.NonExistentQueue";

fn without_retries(config: SdkConfig) -> SdkConfig {
    config.into_builder().retry_config(RetryConfig::disabled()).build()
}

async fn as_root(simulator: &Simulator) -> Client {
    Client::new(&without_retries(root_session(simulator, MEMBER, UNLOCK_QUEUE).await))
}

async fn policy(sqs: &Client, url: &str) -> Result<Option<String>, SdkError<GetQueueAttributesError, HttpResponse>> {
    let answer = sqs.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::Policy).send().await?;
    Ok(answer.attributes.and_then(|mut attributes| attributes.remove(&QueueAttributeName::Policy)))
}

async fn set(
    sqs: &Client,
    url: &str,
    policy: impl Into<String>,
) -> Result<(), SdkError<SetQueueAttributesError, HttpResponse>> {
    sqs.set_queue_attributes().queue_url(url).attributes(QueueAttributeName::Policy, policy).send().await.map(drop)
}

#[tokio::test]
async fn shows_a_queue_locked_before_and_at_work_after() {
    let simulator = Simulator::new(world());
    let admin = Client::new(&admin(&simulator));
    let message = "User: arn:aws:sts::333333333333:assumed-role/admin/session is not authorized to perform: \
                   sqs:getqueueattributes on resource: arn:aws:sqs:us-east-1:333333333333:locked-queue with an \
                   explicit deny in a resource-based policy";
    assert_eq!(refusal(policy(&admin, QUEUE_URL).await), ("AccessDenied".to_owned(), 403, message.to_owned()));
    assert_eq!(code(set(&admin, QUEUE_URL, "").await), "AccessDenied");
    assert_eq!(code(admin.send_message().queue_url(QUEUE_URL).message_body("m").send().await), "AccessDenied");

    let root = as_root(&simulator).await;
    let before = policy(&root, QUEUE_URL).await.unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&before).unwrap(), deny_all("sqs", QUEUE_ARN));
    set(&root, QUEUE_URL, "").await.unwrap();
    assert_eq!(policy(&root, QUEUE_URL).await.unwrap(), None);

    let sent = admin.send_message().queue_url(QUEUE_URL).message_body("m").send().await.unwrap();
    assert_eq!(simulator.messages(QUEUE_ARN), ["m"]);
    let received = admin.receive_message().queue_url(QUEUE_URL).send().await.unwrap();
    let received = &received.messages()[0];
    assert_eq!((received.message_id(), received.body()), (sent.message_id(), Some("m")));
    let handle = received.receipt_handle().unwrap();
    admin.delete_message().queue_url(QUEUE_URL).receipt_handle(handle).send().await.unwrap();
    assert!(admin.receive_message().queue_url(QUEUE_URL).send().await.unwrap().messages().is_empty());

    set(&root, QUEUE_URL, before).await.unwrap();
    assert_eq!(code(policy(&admin, QUEUE_URL).await), "AccessDenied");
    assert!(policy(&root, QUEUE_URL).await.is_ok());
    assert_eq!(simulator.world(), world());
}

#[tokio::test]
async fn gives_the_attributes_that_are_asked_for() {
    let simulator = Simulator::new(world());
    let root = as_root(&simulator).await;
    let all = root.get_queue_attributes().queue_url(QUEUE_URL).attribute_names(QueueAttributeName::All).send().await;
    let all = all.unwrap().attributes.unwrap();
    assert_eq!(all[&QueueAttributeName::QueueArn], QUEUE_ARN);
    assert!(all.contains_key(&QueueAttributeName::Policy));
    let none = root.get_queue_attributes().queue_url(QUEUE_URL).send().await.unwrap();
    assert!(none.attributes().is_none());
    let unknown = QueueAttributeName::from("Colour");
    let unknown = root.get_queue_attributes().queue_url(QUEUE_URL).attribute_names(unknown).send().await;
    assert_eq!(code(unknown), "InvalidAttributeName");
}

#[tokio::test]
async fn knows_a_queue_by_its_region_and_name_on_any_host() {
    let simulator = Simulator::new(world());
    let config = root_session(&simulator, MEMBER, UNLOCK_QUEUE).await;
    let here = Client::new(&config);
    let (code_of_far, status, message) = refusal(policy(&here, FAR_QUEUE_URL).await);
    assert_eq!((code_of_far.as_str(), status), (NO_QUEUE, 400));
    assert_eq!(message, "The specified queue does not exist.");
    let error = policy(&here, FAR_QUEUE_URL).await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_queue_does_not_exist());
    let there = Client::new(&in_region(&config, "eu-central-1"));
    assert_eq!(policy(&there, FAR_QUEUE_URL).await.unwrap(), None);
    assert_eq!(policy(&there, "http://localhost:4566/333333333333/far-queue").await.unwrap(), None);
    assert_eq!(code(policy(&there, QUEUE_URL).await), NO_QUEUE);

    let url = here.get_queue_url().queue_name("locked-queue").send().await.unwrap();
    assert_eq!(url.queue_url(), Some(QUEUE_URL));
    assert_eq!(code(here.get_queue_url().queue_name("far-queue").send().await), NO_QUEUE);
    let listed = there.list_queues().send().await.unwrap();
    assert_eq!(listed.queue_urls(), [FAR_QUEUE_URL]);
}

#[tokio::test]
async fn lists_queues_in_pages_under_a_prefix() {
    let many = (0..5).fold(Member::new(MEMBER).queue(MemberQueue::new("another")), |account, number| {
        account.queue(MemberQueue::new(format!("jobs-{number}")))
    });
    let simulator = Simulator::new(world().member(many));
    let root = as_root(&simulator).await;
    let mut pages = root.list_queues().queue_name_prefix("jobs-").max_results(2).into_paginator().send();
    let mut pages_seen = Vec::new();
    while let Some(page) = pages.next().await {
        pages_seen.push(page.unwrap().queue_urls().len());
    }
    assert_eq!(pages_seen, [2, 2, 1]);
}

#[tokio::test]
async fn lets_a_root_session_do_nothing_but_its_task_in_its_account() {
    let simulator = Simulator::new(world());
    let root = as_root(&simulator).await;
    let (_, status, message) = refusal(policy(&root, FOREIGN_QUEUE_URL).await);
    assert_eq!(status, 403);
    assert!(message.ends_with("with an explicit deny in a session policy"), "{message}");
    assert_eq!(code(set(&root, FOREIGN_QUEUE_URL, "").await), "AccessDenied");
    assert_eq!(code(root.send_message().queue_url(QUEUE_URL).message_body("m").send().await), "AccessDenied");
    assert_eq!(code(root.receive_message().queue_url(QUEUE_URL).send().await), "AccessDenied");
    assert_eq!(code(root.delete_queue().queue_url(QUEUE_URL).send().await), "AccessDenied");
    for task in [AUDIT, UNLOCK_BUCKET] {
        let wrong = Client::new(&root_session(&simulator, MEMBER, task).await);
        assert_eq!(code(policy(&wrong, QUEUE_URL).await), "AccessDenied", "{task}");
        assert_eq!(code(set(&wrong, QUEUE_URL, "").await), "AccessDenied", "{task}");
        assert_eq!(code(wrong.list_queues().send().await), "AccessDenied", "{task}");
    }
    assert_eq!(simulator.world(), world());
}

#[tokio::test]
async fn lets_strangers_send_where_both_sides_allow_it_but_never_set_attributes() {
    let simulator = Simulator::new(world());
    let admin = Client::new(&admin(&simulator));
    admin.send_message().queue_url(FOREIGN_QUEUE_URL).message_body("m").send().await.unwrap();
    assert!(policy(&admin, FOREIGN_QUEUE_URL).await.unwrap().is_some());
    assert_eq!(code(set(&admin, FOREIGN_QUEUE_URL, "").await), "AccessDenied");
    let stranger = Client::new(&simulator.sdk_config(&Caller::role(DIRTY, "admin")));
    simulator.update(|world| world.account_mut(MEMBER).unwrap().queues[0].policy = None);
    let (_, _, message) = refusal(stranger.send_message().queue_url(QUEUE_URL).message_body("m").send().await);
    assert!(message.ends_with("because no resource-based policy allows the sqs:sendmessage action"), "{message}");
}

#[tokio::test]
async fn spreads_a_new_policy_only_after_its_time() {
    let simulator = Simulator::new(world().queue_propagation_seconds(60));
    let before = simulator.world();
    let (root, admin) = (as_root(&simulator).await, Client::new(&admin(&simulator)));
    set(&root, QUEUE_URL, "").await.unwrap();
    simulator.advance(Duration::from_secs(59));
    assert!(policy(&root, QUEUE_URL).await.unwrap().is_some());
    assert_eq!(code(policy(&admin, QUEUE_URL).await), "AccessDenied");
    assert_eq!(simulator.world(), before);
    simulator.advance(Duration::from_secs(1));
    assert_eq!(policy(&admin, QUEUE_URL).await.unwrap(), None);

    // Two in a row: each in its turn, the later one last.
    set(&root, QUEUE_URL, deny_all("sqs", QUEUE_ARN).to_string()).await.unwrap();
    simulator.advance(Duration::from_secs(30));
    set(&root, QUEUE_URL, "").await.unwrap();
    simulator.advance(Duration::from_secs(30));
    assert!(simulator.world().member_queue(QUEUE_ARN).unwrap().policy.is_some());
    simulator.advance(Duration::from_secs(30));
    assert!(simulator.world().member_queue(QUEUE_ARN).unwrap().policy.is_none());
}

#[tokio::test]
async fn refuses_each_policy_that_sqs_does_not_take() {
    let simulator = Simulator::new(world());
    let root = as_root(&simulator).await;
    let with = |changes: Value| {
        let mut policy = deny_all("sqs", QUEUE_ARN);
        policy["Statement"][0].as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        policy.to_string()
    };
    let too_long = with(json!({"Sid": "a".repeat(8192)}));
    for wrong in
        ["policy", "[]", "{}", "{", &too_long, &with(json!({"Effect": "No"})), &with(json!({"Action": "s3:*"}))]
    {
        let refused = refusal(set(&root, QUEUE_URL, wrong).await);
        let expected = ("InvalidAttributeValue".to_owned(), 400, "Invalid value for the parameter Policy.".to_owned());
        assert_eq!(refused, expected, "{wrong}");
    }
    for gone in ["arn:aws:iam::333333333333:role/gone", "AROAAAAAAAAAAAAAAAAAA"] {
        // Seen on AWS: no reason, and no principal.
        let refused = refusal(set(&root, QUEUE_URL, with(json!({"Principal": {"AWS": gone}}))).await);
        let expected = ("InvalidAttributeValue".to_owned(), 400, "Invalid value for the parameter Policy.".to_owned());
        assert_eq!(refused, expected, "{gone}");
    }
    let name = QueueAttributeName::VisibilityTimeout;
    let other = root.set_queue_attributes().queue_url(QUEUE_URL).attributes(name, "1").send().await;
    assert_eq!(refusal(other).1, 501);
    assert_eq!(simulator.world(), world());
    set(&root, QUEUE_URL, with(json!({"Principal": {"AWS": "arn:aws:iam::333333333333:role/admin"}}))).await.unwrap();
}

#[tokio::test]
async fn meets_faults_and_forgets_what_was_ignored() {
    let simulator = Simulator::new(world().queue_propagation_seconds(60));
    let before = simulator.world();
    let root = as_root(&simulator).await;
    let set_nothing = || set(&root, QUEUE_URL, "");
    simulator.inject(Fault::on("sqs:SetQueueAttributes").ignored());
    set_nothing().await.unwrap();
    simulator.advance(Duration::from_secs(61));
    assert_eq!(simulator.world(), before);
    simulator.inject(Fault::on("sqs:SetQueueAttributes").account(MEMBER).throttle());
    assert_eq!(code(set_nothing().await), "RequestThrottled");
    simulator.inject(Fault::on("sqs:SetQueueAttributes").internal_error());
    assert_eq!(refusal(set_nothing().await).1, 500);
    simulator.inject(Fault::on("sqs:SetQueueAttributes").denied());
    let (_, status, message) = refusal(set_nothing().await);
    assert_eq!(status, 403);
    assert!(message.ends_with(QUEUE_ARN), "{message}");
    simulator.inject(Fault::on("sqs:SetQueueAttributes").lost_response());
    assert!(set_nothing().await.unwrap_err().raw_response().is_none());
    simulator.advance(Duration::from_mins(1));
    assert!(simulator.world().member_queue(QUEUE_ARN).unwrap().policy.is_none());
    simulator.inject(Fault::on("sqs:GetQueueAttributes").vanished());
    assert_eq!(code(policy(&root, QUEUE_URL).await), NO_QUEUE);

    let calls = simulator.calls();
    let last = calls.last().unwrap();
    assert_eq!((last.action.as_str(), last.account.as_deref()), ("sqs:GetQueueAttributes", Some(MEMBER)));
    assert_eq!((last.resource.as_deref(), last.result.as_str()), (Some(QUEUE_ARN), "QueueDoesNotExist"));
    assert_eq!(last.session.as_ref().unwrap().task, UNLOCK_QUEUE);
}
