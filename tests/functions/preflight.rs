//! What a run says of the organization and of its own account before it looks at anybody. None of it stops the run.

use std::time::Duration;

use aws_types::region::Region;
use rootwarden_aws::Deadline;
use rootwarden_lambda::{Function, Settings};
use rootwarden_simulator::{Caller, Fault, Feature, Member, OrganizationPolicy, Simulator, Trail, World};
use rootwarden_tests::{BUCKET, Deployment, MANAGEMENT, Rehearsal};
use select_accounts::SelectAccounts;
use serde_json::{Value, json};

use crate::organization::{CLEAN, KEYS, enforce_all};

const POLICY: &str = "p-examplepolicyid111";

fn world() -> World {
    World::new(MANAGEMENT).member(Member::new(CLEAN)).member(Member::new(KEYS))
}

/// Deployed with or without unlock requests.
fn deployed(world: World, unlock_requests: bool) -> Rehearsal {
    Rehearsal::deployed(world, &Deployment { unlock_requests, ..Deployment::default() })
}

/// Runs over the organization, which has to be done whatever is found; the lines, as `check outcome text`.
async fn lines(rehearsal: &Rehearsal) -> Vec<String> {
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(finished.rounds, 1);
    let told = serde_json::to_value(&finished.report.preflight).unwrap();
    let text = |told: &Value, name: &str| told[name].as_str().unwrap().to_owned();
    let told = told.as_array().unwrap().iter();
    told.map(|told| format!("{} {} {}", text(told, "check"), text(told, "outcome"), text(told, "text"))).collect()
}

async fn lines_of(world: World) -> Vec<String> {
    let rehearsal = deployed(world, false);
    let told = lines(&rehearsal).await;
    assert_eq!(rehearsal.count("sts:AssumeRoot"), 2, "the run goes on: {told:?}");
    told
}

fn denying_root() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "DenyRoot", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
    }]})
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_of_an_organization_in_order() {
    let rehearsal = deployed(world(), true);
    assert_eq!(lines(&rehearsal).await, [] as [String; 0]);
    assert_eq!(rehearsal.count("cloudtrail:DescribeTrails"), 1);
    assert_eq!(rehearsal.count("lambda:GetAccountSettings"), 1);
}

#[tokio::test(start_paused = true)]
async fn no_trail_is_told_with_the_trails_that_do_not_do() {
    assert_eq!(
        lines_of(world().trails([])).await,
        [
            "trail found no trail delivers management events in us-east-1, so new accounts wait for the night: in the management account, let a trail of all Regions, or of us-east-1, log management events, read and write"
        ]
    );
    let data = json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": false}]});
    let trails =
        [Trail::new("old").stopped(), Trail::new("data").selecting(data), Trail::new("far").only_in("eu-west-1")];
    assert_eq!(
        lines_of(world().trails(trails)).await,
        [
            "trail found no trail delivers management events in us-east-1, so new accounts wait for the night; `old` has its logging stopped; `data` logs no management events of Organizations: in the management account, let a trail of all Regions, or of us-east-1, log management events, read and write"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_denies_root_is_told_with_what_it_is_attached_to() {
    let policy = OrganizationPolicy::service_control(POLICY, denying_root()).name("deny-root");
    let told = lines_of(world().policy(policy.clone().attached_to("ou-aaaa-11111111").attached_to(MANAGEMENT))).await;
    assert_eq!(
        told,
        [
            "service_control_policies found service control policy `deny-root` (p-examplepolicyid111, Sid \"DenyRoot\") denies root sessions what audits and deletions do, in `ou-aaaa-11111111` (ou-aaaa-11111111): exempt root sessions with the condition \"Null\": {\"aws:AssumedRoot\": \"true\"} (docs/scp.md)"
        ]
    );
    for elsewhere in [policy.clone(), policy.attached_to(MANAGEMENT)] {
        assert_eq!(lines_of(world().policy(elsewhere)).await, [] as [String; 0], "it binds nobody");
    }
}

#[tokio::test(start_paused = true)]
async fn control_towers_own_policy_is_mended_by_its_parameter() {
    let mut document = denying_root();
    document["Statement"][0]["Sid"] = json!("GRRESTRICTROOTUSER");
    let policy = OrganizationPolicy::service_control(POLICY, document).name("aws-guardrails-abcdef");
    assert_eq!(
        lines_of(world().policy(policy.attached_to("ou-aaaa-11111111"))).await,
        [
            "service_control_policies found service control policy `aws-guardrails-abcdef` (p-examplepolicyid111, Sid \"GRRESTRICTROOTUSER\") denies root sessions what audits and deletions do, in `ou-aaaa-11111111` (ou-aaaa-11111111): enable Control Tower's control AWS-GR_RESTRICT_ROOT_USER again with its parameter ExemptAssumeRoot; do not edit the policy, which Control Tower puts back"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn resource_control_policies_are_read_for_unlock_requests_alone() {
    let mut document = denying_root();
    document["Statement"][0]["Principal"] = json!("*");
    let world = || {
        let policy = OrganizationPolicy::resource_control(POLICY, document.clone()).name("perimeter");
        world().policy(policy.attached_to("ou-aaaa-11111111"))
    };
    assert_eq!(lines_of(world()).await, [] as [String; 0]);
    assert_eq!(
        lines(&deployed(world(), true)).await,
        [
            "resource_control_policies found resource control policy `perimeter` (p-examplepolicyid111, Sid \"DenyRoot\") denies root sessions what unlock requests do, in `ou-aaaa-11111111` (ou-aaaa-11111111): exempt root sessions with the condition \"Null\": {\"aws:AssumedRoot\": \"true\"} (docs/scp.md)"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn root_sessions_that_are_off_are_told_where_unlock_requests_are_taken() {
    let world = || world().features([Feature::RootCredentialsManagement]);
    assert_eq!(lines_of(world()).await, [] as [String; 0]);
    assert_eq!(
        lines(&deployed(world(), true)).await,
        [
            "root_sessions found unlock requests are taken, and privileged root actions in member accounts are off, so each of them fails: switch them on in IAM, in the management account, or set UnlockRequests to off"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_small_quota_is_told() {
    assert_eq!(
        lines_of(world().lambda_concurrency(10)).await,
        [
            "lambda_concurrency found Lambda runs 10 functions at once in us-east-1 of this account, and a run starts 12, so batches are throttled and tried again: ask for a higher quota \"Concurrent executions\" of Lambda"
        ]
    );
    assert_eq!(lines_of(world().lambda_concurrency(12)).await, [] as [String; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_read_is_not_checked_and_the_run_goes_on() {
    let denied = |action: &str| Fault::on(action).always().denied_with(format!("not authorized to perform: {action}"));
    let advice = "(look at the policies of the function's role, and at service control policies)";
    let policy = OrganizationPolicy::service_control(POLICY, denying_root()).attached_to("ou-aaaa-11111111");
    for (action, expected) in [
        (
            "cloudtrail:DescribeTrails",
            "trail not_checked not checked: whether a trail delivers management events: cannot list the trails in us-east-1: ",
        ),
        (
            "cloudtrail:GetTrailStatus",
            "trail not_checked not checked: whether a trail delivers management events: cannot read whether trail `management-events` logs: ",
        ),
        (
            "cloudtrail:GetEventSelectors",
            "trail not_checked not checked: whether a trail delivers management events: cannot read what trail `management-events` logs: ",
        ),
        (
            "lambda:GetAccountSettings",
            "lambda_concurrency not_checked not checked: whether Lambda's concurrency is enough: cannot read Lambda's quotas: ",
        ),
        (
            "organizations:ListPolicies",
            "service_control_policies not_checked not checked: whether service control policies let root sessions through: cannot list the service control policies: ",
        ),
        (
            "organizations:DescribePolicy",
            "service_control_policies not_checked not checked: whether service control policies let root sessions through: cannot read service control policy `p-examplepolicyid111`: ",
        ),
        (
            "organizations:ListTargetsForPolicy",
            "service_control_policies not_checked not checked: whether service control policies let root sessions through: cannot list what service control policy `p-examplepolicyid111` is attached to: ",
        ),
    ] {
        let world = world().policy(policy.clone()).fault(denied(action));
        let told = lines_of(world).await;
        let line = told.iter().find(|line| line.contains("not_checked")).unwrap();
        assert_eq!(*line, format!("{expected}AccessDeniedException: not authorized to perform: {action} {advice}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_is_not_understood_is_not_checked() {
    let policy = OrganizationPolicy::service_control(POLICY, json!({"Statement": {"Effect": "Perhaps"}})).name("odd");
    let told = lines_of(world().policy(policy.attached_to("ou-aaaa-11111111"))).await;
    assert_eq!(
        told,
        [
            "service_control_policies not_checked not checked: whether service control policies let root sessions through: service control policy `odd` (p-examplepolicyid111): the policy is not understood: statement 1: its Effect is neither Allow nor Deny"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn policies_are_read_once_a_day_page_by_page_and_targets_of_those_alone_that_deny() {
    let quiet = |id: &str| {
        let document = json!({"Statement": {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}});
        OrganizationPolicy::service_control(id, document).attached_to("ou-aaaa-11111111")
    };
    let denying = OrganizationPolicy::service_control(POLICY, denying_root()).attached_to("ou-aaaa-11111111");
    let world = world().policies_page_size(1).policy(quiet("p-quietpolicyid1")).policy(denying);
    let rehearsal = deployed(world, false);
    let calls = |rehearsal: &Rehearsal| {
        ["ListPolicies", "DescribePolicy", "ListTargetsForPolicy"]
            .map(|name| rehearsal.count(&format!("organizations:{name}")))
    };
    let first = lines(&rehearsal).await;
    assert_eq!((first.len(), calls(&rehearsal)), (1, [3, 2, 1]));
    assert_eq!(lines(&rehearsal).await, first, "what was kept is told again");
    assert_eq!(calls(&rehearsal), [3, 2, 1], "the same day");
    rehearsal.simulator.advance(Duration::from_hours(24));
    assert_eq!(lines(&rehearsal).await, first);
    assert_eq!(calls(&rehearsal), [6, 4, 2], "the next one");
}

#[tokio::test(start_paused = true)]
async fn many_accounts_cost_no_more_calls() {
    let calls_of = async |members: u64| {
        let account = |number| Member::new(format!("{:012}", 500_000_000_000_u64 + number));
        let world = (0..members).fold(world(), |world, number| world.member(account(number)));
        let policy = OrganizationPolicy::service_control(POLICY, denying_root()).attached_to("ou-aaaa-11111111");
        let rehearsal = deployed(world.policy(policy), false);
        rehearsal.run(enforce_all()).await.unwrap();
        let calls = rehearsal.simulator.calls().into_iter();
        let of_preflight = |action: &str| {
            action.starts_with("cloudtrail:") || action.starts_with("lambda:") || action.contains("Polic")
        };
        calls.filter(|call| of_preflight(&call.action) && call.action.starts_with("s3:").eq(&false)).count()
    };
    // More than one chunk of 500 accounts.
    let few = calls_of(1).await;
    assert_eq!((few, calls_of(1_100).await), (7, few));
}

#[tokio::test(start_paused = true)]
async fn an_account_under_such_a_policy_is_unknown_and_counted_apart() {
    let rehearsal = deployed(world().member(Member::new("600000000001").scp(denying_root())), false);
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    let counts = finished.report.counts();
    assert_eq!((counts.clean, counts.unknown, counts.denied_by_service_control_policy), (2, 1, 1));
    let failure = &finished.status("600000000001")["unknown"];
    assert_eq!((&failure["kind"], &failure["denied_by"]), (&json!("Denied"), &json!("service_control_policy")));
    let summary = finished.output["summary"].as_str().unwrap();
    assert!(summary.contains("in 1 of the unknown ones, a service control policy denies root sessions"), "{summary}");
    // Another denial is none of these.
    let fault = Fault::on("sts:AssumeRoot").account(KEYS).always().denied();
    let rehearsal = deployed(world().fault(fault), false);
    let counts = rehearsal.run(enforce_all()).await.unwrap().report.counts();
    assert_eq!((counts.unknown, counts.denied_by_service_control_policy), (1, 0));
}

/// What `select-accounts` of a deployment in this account and Region wrote down for the first chunk of a run.
async fn selected_in(region: &'static str, account: &str, world: World) -> Vec<String> {
    let simulator = Simulator::new(world.bucket(BUCKET));
    let config = simulator.sdk_config(&Caller::role(account, "select-accounts"));
    let config = config.to_builder().region(Region::from_static(region)).build();
    let settings = Settings::of([
        ("ROOTWARDEN_BUCKET", BUCKET),
        ("ROOTWARDEN_MODE", "report"),
        ("ROOTWARDEN_ACCOUNT_ID", account),
        ("ROOTWARDEN_UNLOCK_REQUESTS", "off"),
        ("ROOTWARDEN_WORKERS", "10"),
    ]);
    let request = json!({"selection": "all"});
    let input = json!({"run": "r", "round": 0, "request": request, "previous": null, "chunk": 0, "chain": null});
    let function = SelectAccounts::new(&config, &settings).unwrap();
    Box::pin(function.handle(input, Deadline::after(Duration::from_mins(4)))).await.unwrap();
    let objects = simulator.objects(BUCKET);
    let (_, body) = objects.iter().find(|(key, _)| key == "runs/r/selection/0/0.json").unwrap();
    let selected: Value = serde_json::from_slice(body).unwrap();
    let told = selected["preflight"].as_array().cloned().unwrap_or_default();
    told.iter().map(|told| told["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_region_that_members_may_not_have_is_told() {
    assert_eq!(
        selected_in("eu-south-2", MANAGEMENT, world()).await,
        [
            "eu-south-2 is off in every account until somebody enables it there, and a root session needs it in the member: enable it in all accounts, or deploy into a Region that every account has, such as us-east-1"
        ]
    );
    assert_eq!(selected_in("eu-west-1", MANAGEMENT, world()).await, [] as [String; 0]);
}

#[tokio::test(start_paused = true)]
async fn in_govcloud_trails_are_looked_for_where_organizations_is() {
    let trail = Trail::new("west").only_in("us-gov-west-1");
    assert_eq!(selected_in("us-gov-east-1", MANAGEMENT, world().trails([trail])).await, [] as [String; 0]);
    let told = selected_in("us-gov-east-1", MANAGEMENT, world().trails([])).await;
    assert!(
        told.len() == 1 && told[0].starts_with("no trail delivers management events in us-gov-west-1,"),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn from_the_delegates_account_a_trail_of_the_management_accounts_own_is_not_seen() {
    let world = || world().delegated_administrator(CLEAN);
    assert_eq!(selected_in("us-east-1", CLEAN, world()).await, [] as [String; 0], "the organization's is");
    let own = Trail::new("own").of_management_account();
    let stopped = Trail::new("organization").stopped();
    assert_eq!(
        selected_in("us-east-1", CLEAN, world().trails([own, stopped])).await,
        [format!(
            "not checked: whether a trail delivers management events: no organization trail that account {CLEAN} sees delivers them in us-east-1; `organization` has its logging stopped: look in the management account whether one of its own does"
        )]
    );
}
