//! Published rate limits, on a clock that stands still until a test moves it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use std::time::Duration;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::retry::RetryConfig;
use aws_types::SdkConfig;
use rootwarden_simulator::{Caller, CreateAccountRequest, Fault, Simulator};
use support::{AUDIT, DELEGATE, DIRTY, MEMBER, management, refusal, task_policy, world};

/// The SDK's retries would hide what one call meets.
fn without_retries(config: SdkConfig) -> SdkConfig {
    config.into_builder().retry_config(RetryConfig::disabled()).build()
}

fn limited() -> Simulator {
    Simulator::new(world().published_limits().delegated_administrator(DELEGATE))
}

/// How many calls of an action succeeded.
fn successes(simulator: &Simulator, action: &str) -> usize {
    simulator.counts().actions.get(action).and_then(|results| results.get("Success")).copied().unwrap_or_default()
}

#[tokio::test]
async fn throttles_nothing_unless_the_world_says_so() {
    let simulator = Simulator::new(world());
    let client = Client::new(&without_retries(management(&simulator)));
    for _ in 0..50 {
        client.describe_organization().send().await.unwrap();
    }
}

#[tokio::test]
async fn lets_a_burst_through_and_then_as_many_as_time_refills() {
    let simulator = limited();
    let client = Client::new(&without_retries(management(&simulator)));
    for _ in 0..20 {
        let _throttled_at_last = client.list_accounts().send().await;
    }
    assert_eq!(successes(&simulator, "organizations:ListAccounts"), 12);
    // 8 a second: one every 125 ms, and not a moment earlier.
    simulator.advance(Duration::from_nanos(124_999_999));
    let (code, status, _) = refusal(client.list_accounts().send().await);
    assert_eq!((code.as_str(), status), ("TooManyRequestsException", 400));
    simulator.advance(Duration::from_nanos(1));
    client.list_accounts().send().await.unwrap();
    assert_eq!(refusal(client.list_accounts().send().await).0, "TooManyRequestsException");
    // A long pause refills no more than the burst.
    simulator.advance(Duration::from_hours(1));
    for _ in 0..20 {
        let _throttled_at_last = client.list_accounts().send().await;
    }
    assert_eq!(successes(&simulator, "organizations:ListAccounts"), 12 + 1 + 12);
}

#[tokio::test]
async fn has_the_published_rate_and_burst_of_every_operation() {
    let simulator = limited();
    simulator.update(|world| {
        world.create_account_requests.insert("car-1".to_owned(), CreateAccountRequest::in_progress());
    });
    let client = Client::new(&without_retries(management(&simulator)));
    let call_each_often = async || {
        for _ in 0..40 {
            let _one_of_many = client.describe_organization().send().await;
            let _one_of_many = client.describe_account().account_id(MEMBER).send().await;
            let _one_of_many = client.list_tags_for_resource().resource_id(MEMBER).send().await;
            let _one_of_many = client.list_delegated_administrators().send().await;
            let _one_of_many = client.describe_create_account_status().create_account_request_id("car-1").send().await;
        }
    };
    call_each_often().await;
    let after_the_burst = simulator.counts().actions;
    simulator.advance(Duration::from_secs(1));
    call_each_often().await;
    let after_a_second = simulator.counts().actions;
    for (action, burst, rate) in [
        ("organizations:DescribeOrganization", 2, 1),
        ("organizations:DescribeAccount", 30, 20),
        ("organizations:ListTagsForResource", 15, 10),
        ("organizations:ListDelegatedAdministrators", 8, 5),
        ("organizations:DescribeCreateAccountStatus", 2, 2),
    ] {
        assert_eq!(after_the_burst[action]["Success"], burst, "{action}");
        assert_eq!(after_a_second[action]["Success"], burst + rate, "{action}");
    }
}

#[tokio::test]
async fn charges_root_sessions_to_the_account_that_opens_them() {
    let simulator = limited();
    let open = async |config: &SdkConfig, target: &str| {
        let sts = aws_sdk_sts::Client::new(config);
        sts.assume_root().target_principal(target).task_policy_arn(task_policy(AUDIT)).send().await
    };
    let ours = without_retries(management(&simulator));
    for number in 0..600 {
        open(&ours, if number % 2 == 0 { MEMBER } else { DIRTY }).await.unwrap();
    }
    assert_eq!(refusal(open(&ours, MEMBER).await).0, "Throttling");
    // The same target is open to another caller's account, and all of STS shares what the first one has.
    let delegate = without_retries(simulator.sdk_config(&Caller::role(DELEGATE, "security")));
    open(&delegate, MEMBER).await.unwrap();
    let identity = aws_sdk_sts::Client::new(&ours).get_caller_identity().send().await;
    assert_eq!(refusal(identity), ("Throttling".to_owned(), 400, "Rate exceeded".to_owned()));
    simulator.advance(Duration::from_secs(1));
    open(&ours, MEMBER).await.unwrap();
}

#[tokio::test]
async fn shares_a_rate_among_the_roles_of_an_account() {
    let simulator = limited();
    let one = Client::new(&without_retries(simulator.sdk_config(&Caller::management_role("one"))));
    let other = Client::new(&without_retries(simulator.sdk_config(&Caller::management_role("other"))));
    one.describe_organization().send().await.unwrap();
    other.describe_organization().send().await.unwrap();
    assert_eq!(refusal(one.describe_organization().send().await).0, "TooManyRequestsException");
    let delegate = Client::new(&without_retries(simulator.sdk_config(&Caller::role(DELEGATE, "security"))));
    delegate.describe_organization().send().await.unwrap();
}

#[tokio::test]
async fn logs_a_throttled_call_which_changes_nothing_and_is_counted_by_faults() {
    let simulator = limited();
    simulator.inject(Fault::on("organizations:DescribeOrganization").nth(5).internal_error());
    let client = Client::new(&without_retries(management(&simulator)));
    for _ in 0..5 {
        let _each_is_logged = client.describe_organization().send().await;
    }
    let results: Vec<String> = simulator.calls().into_iter().map(|call| call.result).collect();
    let throttled = "TooManyRequestsException";
    assert_eq!(results, ["Success", "Success", throttled, throttled, "ServiceException"]);

    let sts = aws_sdk_sts::Client::new(&without_retries(management(&simulator)));
    for _ in 0..600 {
        sts.get_caller_identity().send().await.unwrap();
    }
    let secrets = simulator.issued_secrets().len();
    let session = sts.assume_root().target_principal(DIRTY).task_policy_arn(task_policy(AUDIT)).send().await;
    assert_eq!(refusal(session).0, "Throttling");
    assert_eq!(simulator.issued_secrets().len(), secrets);
    let last = simulator.calls().pop().unwrap();
    assert_eq!((last.action.as_str(), last.account.as_deref()), ("sts:AssumeRoot", Some(DIRTY)));
    assert_eq!(last.result, "Throttling");
}
