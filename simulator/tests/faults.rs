//! Every kind of fault, as an SDK client meets it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use aws_sdk_iam::error::SdkError;
use aws_sdk_iam::operation::delete_access_key::builders::DeleteAccessKeyFluentBuilder;
use aws_types::SdkConfig;
use rootwarden_simulator::{Fault, Simulator};
use support::{AUDIT, DELETE, DIRTY, MEMBER, code, iam_as_root, management, refusal, root_session, task_policy, world};

const KEY: &str = "AKIAROOTKEY000000001";
const DELETE_KEY: &str = "iam:DeleteAccessKey";

/// The SDK's retries would hide what one call meets.
fn without_retries(config: &SdkConfig) -> SdkConfig {
    let once = aws_sdk_iam::config::retry::RetryConfig::disabled();
    config.clone().into_builder().retry_config(once).build()
}

async fn deletion(simulator: &Simulator) -> DeleteAccessKeyFluentBuilder {
    let config = without_retries(&root_session(simulator, DIRTY, DELETE).await);
    aws_sdk_iam::Client::new(&config).delete_access_key().access_key_id(KEY)
}

fn has_key(simulator: &Simulator) -> bool {
    simulator.world().account(DIRTY).unwrap().root.access_keys.iter().any(|key| key.id == KEY)
}

fn last_result(simulator: &Simulator) -> String {
    simulator.calls().last().unwrap().result.clone()
}

#[tokio::test]
async fn throttles_in_each_services_own_words() {
    let simulator = Simulator::new(world());
    let config = without_retries(&management(&simulator));
    for action in ["iam:*", "sts:*", "organizations:*", "s3:*"] {
        simulator.inject(Fault::on(action).always().throttle());
    }
    let iam = aws_sdk_iam::Client::new(&config).list_organizations_features().send().await;
    assert_eq!(refusal(iam), ("Throttling".to_owned(), 400, "Rate exceeded".to_owned()));
    let sts = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
    assert_eq!(refusal(sts), ("Throttling".to_owned(), 400, "Rate exceeded".to_owned()));
    let organizations = aws_sdk_organizations::Client::new(&config).list_accounts().send().await;
    assert_eq!(refusal(organizations).0, "TooManyRequestsException");
    let s3 = aws_sdk_s3::Client::new(&config).get_object().bucket("rootwarden-bucket").key("k").send().await;
    let (code, status, _) = refusal(s3);
    assert_eq!((code.as_str(), status), ("SlowDown", 503));
    assert_eq!(last_result(&simulator), "SlowDown");
}

#[tokio::test(start_paused = true)]
async fn throttles_until_the_sdks_retries_succeed() {
    let simulator = Simulator::new(world());
    let iam = iam_as_root(&simulator, DIRTY, DELETE).await;
    simulator.inject(Fault::on(DELETE_KEY).account(DIRTY).nth(1).times(2).throttle());
    iam.delete_access_key().access_key_id(KEY).send().await.unwrap();
    let results: Vec<_> = simulator.calls().into_iter().skip(1).map(|call| call.result).collect();
    assert_eq!(results, ["Throttling", "Throttling", "Success"]);
    assert!(!has_key(&simulator));
}

#[tokio::test]
async fn hits_the_nth_call_in_the_account_and_no_other() {
    let simulator = Simulator::new(world());
    simulator.inject(Fault::on("iam:ListAccessKeys").account(DIRTY).nth(2).internal_error());
    let dirty = aws_sdk_iam::Client::new(&without_retries(&root_session(&simulator, DIRTY, AUDIT).await));
    let clean = aws_sdk_iam::Client::new(&without_retries(&root_session(&simulator, MEMBER, AUDIT).await));
    assert!(dirty.list_access_keys().send().await.is_ok());
    for _ in 0..3 {
        assert!(clean.list_access_keys().send().await.is_ok());
    }
    let (code, status, _) = refusal(dirty.list_access_keys().send().await);
    assert_eq!((code.as_str(), status), ("ServiceFailure", 500));
    assert!(dirty.list_access_keys().send().await.is_ok());
}

#[tokio::test]
async fn times_out_without_an_effect() {
    let simulator = Simulator::new(world());
    simulator.inject(Fault::on(DELETE_KEY).timeout());
    let error = deletion(&simulator).await.send().await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_timeout()), "{error:?}");
    assert!(has_key(&simulator));
    assert_eq!(last_result(&simulator), "Timeout");
}

#[tokio::test]
async fn resets_the_connection_without_an_effect() {
    let simulator = Simulator::new(world());
    simulator.inject(Fault::on(DELETE_KEY).connection_reset());
    let error = deletion(&simulator).await.send().await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_io()), "{error:?}");
    assert!(has_key(&simulator));
    assert_eq!(last_result(&simulator), "ConnectionReset");
}

#[tokio::test]
async fn loses_the_response_after_the_effect() {
    let simulator = Simulator::new(world());
    simulator.inject(Fault::on(DELETE_KEY).lost_response());
    let error = deletion(&simulator).await.send().await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_io()), "{error:?}");
    assert!(!has_key(&simulator));
    assert_eq!(last_result(&simulator), "LostResponse");
}

#[tokio::test(start_paused = true)]
async fn answers_late_and_has_its_effect_at_once() {
    let simulator = Simulator::new(world());
    simulator.inject(Fault::on(DELETE_KEY).slow(10));
    let started = tokio::time::Instant::now();
    let impatient = deletion(&simulator).await;
    assert!(tokio::time::timeout(std::time::Duration::from_secs(9), impatient.send()).await.is_err());
    assert!(!has_key(&simulator), "it took effect, and nobody heard of it");
    simulator.inject(Fault::on(DELETE_KEY).slow(10));
    assert_eq!(code(deletion(&simulator).await.send().await), "NoSuchEntity");
    assert_eq!(started.elapsed().as_secs(), 19);
}

#[tokio::test]
async fn answers_success_without_an_effect() {
    let simulator = Simulator::new(world());
    simulator.inject(Fault::on(DELETE_KEY).ignored());
    deletion(&simulator).await.send().await.unwrap();
    assert!(has_key(&simulator));
    assert_eq!(last_result(&simulator), "Success");
}

#[tokio::test]
async fn denies_with_the_general_text_or_another() {
    let simulator = Simulator::new(world());
    simulator.inject(Fault::on("sts:AssumeRoot").account(MEMBER).denied());
    simulator.inject(Fault::on(DELETE_KEY).denied_with("because"));
    let sts = aws_sdk_sts::Client::new(&management(&simulator));
    let answer = sts.assume_root().target_principal(MEMBER).task_policy_arn(task_policy(AUDIT)).send().await;
    let caller = "arn:aws:sts::111111111111:assumed-role/security/session";
    let message = format!(
        "User: {caller} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::333333333333:root"
    );
    assert_eq!(refusal(answer), ("AccessDenied".to_owned(), 403, message));
    let answer = deletion(&simulator).await.send().await;
    assert_eq!(refusal(answer), ("AccessDenied".to_owned(), 403, "because".to_owned()));
}

#[tokio::test]
async fn lets_the_object_of_a_call_vanish_just_before_it() {
    let simulator = Simulator::new(world());
    simulator.inject(Fault::on("iam:DeleteLoginProfile").vanished());
    simulator.inject(Fault::on(DELETE_KEY).vanished());
    simulator.inject(Fault::on("organizations:DescribeAccount").account(DIRTY).vanished());
    let iam = iam_as_root(&simulator, DIRTY, DELETE).await;
    assert_eq!(code(iam.delete_login_profile().send().await), "NoSuchEntity");
    assert_eq!(code(iam.delete_access_key().access_key_id(KEY).send().await), "NoSuchEntity");
    assert!(!has_key(&simulator));
    let organizations = aws_sdk_organizations::Client::new(&management(&simulator));
    assert_eq!(code(organizations.describe_account().account_id(DIRTY).send().await), "AccountNotFoundException");
    assert!(simulator.world().account(DIRTY).is_none());
}

#[tokio::test]
async fn answers_any_error_that_a_test_invents() {
    let simulator = Simulator::new(world());
    simulator.inject(Fault::on(DELETE_KEY).error("EntityTemporarilyUnmodifiable", 409, "not now"));
    let answer = deletion(&simulator).await.send().await;
    assert_eq!(refusal(answer), ("EntityTemporarilyUnmodifiable".to_owned(), 409, "not now".to_owned()));
}
