//! Reading the organization, and its settings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{AccountState, CreateAccountState};
use rootwarden_simulator::{Caller, CreateAccountRequest, Fault, Member, Simulator, World};
use support::{DELEGATE, DIRTY, MANAGEMENT, MEMBER, code, management, refusal, world};

fn organization_of(members: u64) -> World {
    (0..members).fold(World::new(MANAGEMENT), |world, number| {
        world.member(Member::new(format!("{:012}", 500_000_000_000 + number)))
    })
}

#[tokio::test]
async fn lists_accounts_in_pages_of_twenty() {
    let simulator = Simulator::new(organization_of(44));
    let client = Client::new(&management(&simulator));
    let mut pages = client.list_accounts().into_paginator().send();
    let mut sizes = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.accounts().len());
        ids.extend(page.accounts().iter().map(|account| account.id().unwrap().to_owned()));
    }
    assert_eq!(sizes, [20, 20, 5]);
    assert_eq!(ids.len(), 45);
    let small = client.list_accounts().max_results(3).send().await.unwrap();
    assert_eq!(small.accounts().len(), 3);
    assert_eq!(client.list_accounts().max_results(50).send().await.unwrap().accounts().len(), 20);
    assert_eq!(code(client.list_accounts().next_token("nonsense").send().await), "InvalidInputException");
}

#[tokio::test]
async fn puts_empty_pages_that_carry_a_token_between_full_ones() {
    let simulator = Simulator::new(organization_of(24).empty_account_pages());
    let client = Client::new(&management(&simulator));
    let mut token = None;
    let mut sizes = Vec::new();
    loop {
        let page = client.list_accounts().set_next_token(token).send().await.unwrap();
        sizes.push(page.accounts().len());
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [20, 0, 5]);
}

#[tokio::test]
async fn describes_an_account_by_state_and_leaves_the_retired_status_out() {
    let suspended = Member::new("555555555555").state("SUSPENDED").joined("2026-11-22T00:00:00Z").name("Payments");
    let simulator = Simulator::new(world().member(suspended.clone()));
    let client = Client::new(&management(&simulator));
    let account = client.describe_account().account_id("555555555555").send().await.unwrap().account.unwrap();
    assert_eq!(account.state(), Some(&AccountState::Suspended));
    assert_eq!(account.status(), None);
    assert_eq!(account.name(), Some("Payments"));
    assert_eq!(account.joined_timestamp().unwrap().secs(), 1_795_305_600);
    assert_eq!(account.arn(), Some("arn:aws:organizations::111111111111:account/o-aaaaaaaaaa/555555555555"));
    assert_eq!(account.paths(), ["o-aaaaaaaaaa/r-aaaa/555555555555/"]);
    let (code, status, _) = refusal(client.describe_account().account_id("999999999999").send().await);
    assert_eq!((code.as_str(), status), ("AccountNotFoundException", 400));
}

#[tokio::test]
async fn names_the_management_account() {
    let simulator = Simulator::new(world());
    let client = Client::new(&management(&simulator));
    let organization = client.describe_organization().send().await.unwrap().organization.unwrap();
    assert_eq!(organization.master_account_id(), Some(MANAGEMENT));
    assert_eq!(organization.id(), Some("o-aaaaaaaaaa"));
}

#[tokio::test]
async fn lets_delegates_read_and_ordinary_members_not() {
    let simulator = Simulator::new(world().delegated_administrator(DELEGATE));
    let delegate = Client::new(&simulator.sdk_config(&Caller::role(DELEGATE, "security")));
    assert_eq!(delegate.list_accounts().send().await.unwrap().accounts().len(), 4);
    let delegates = delegate.list_delegated_administrators().service_principal("iam.amazonaws.com").send().await;
    assert_eq!(delegates.unwrap().delegated_administrators()[0].id(), Some(DELEGATE));
    let trust = delegate.enable_aws_service_access().service_principal("iam.amazonaws.com").send().await;
    assert_eq!(code(trust), "AccessDeniedException");
    let member = Client::new(&simulator.sdk_config(&Caller::role(DIRTY, "security")));
    assert!(member.describe_organization().send().await.is_ok());
    assert_eq!(code(member.list_accounts().send().await), "AccessDeniedException");
    assert_eq!(code(member.describe_account().account_id(MEMBER).send().await), "AccessDeniedException");
}

#[tokio::test]
async fn turns_centralized_root_access_on_step_by_step() {
    let simulator = Simulator::new(world().without_trusted_access().features([]));
    let config = management(&simulator);
    let (client, iam) = (Client::new(&config), aws_sdk_iam::Client::new(&config));
    let principal = "iam.amazonaws.com";
    let early = iam.enable_organizations_root_sessions().send().await;
    assert_eq!(code(early), "ServiceAccessNotEnabledException");
    let delegate = client.register_delegated_administrator().account_id(DELEGATE).service_principal(principal);
    assert_eq!(code(delegate.clone().send().await), "ConstraintViolationException");
    client.enable_aws_service_access().service_principal(principal).send().await.unwrap();
    iam.enable_organizations_root_credentials_management().send().await.unwrap();
    iam.enable_organizations_root_sessions().send().await.unwrap();
    delegate.clone().send().await.unwrap();
    assert_eq!(code(delegate.send().await), "AccountAlreadyRegisteredException");
    assert_eq!(simulator.world(), world().delegated_administrator(DELEGATE));
}

#[tokio::test]
async fn finishes_a_request_to_create_an_account_after_so_many_polls() {
    let simulator = Simulator::new(
        world()
            .create_account_request("car-1", CreateAccountRequest::succeeds_after_polls(2, MEMBER))
            .create_account_request("car-2", CreateAccountRequest::failed("EMAIL_ALREADY_EXISTS"))
            .create_account_request("car-3", CreateAccountRequest::in_progress()),
    );
    let client = Client::new(&management(&simulator));
    let describe = async |id: &str| {
        let answer = client.describe_create_account_status().create_account_request_id(id).send().await;
        answer.unwrap().create_account_status.unwrap()
    };
    for _ in 0..2 {
        assert_eq!(describe("car-1").await.state(), Some(&CreateAccountState::InProgress));
    }
    assert_eq!(describe("car-1").await.account_id(), Some(MEMBER));
    assert_eq!(describe("car-2").await.failure_reason().unwrap().as_str(), "EMAIL_ALREADY_EXISTS");
    assert_eq!(describe("car-3").await.state(), Some(&CreateAccountState::InProgress));
    let unknown = client.describe_create_account_status().create_account_request_id("car-9").send().await;
    assert_eq!(code(unknown), "CreateAccountStatusNotFoundException");
}

#[tokio::test]
async fn says_in_which_organizational_units_an_account_lies() {
    let nested =
        Member::new("555555555555").organizational_unit("ou-aaaa-11111111").organizational_unit("ou-aaaa-22222222");
    let simulator = Simulator::new(World::new(MANAGEMENT).member(nested));
    let client = Client::new(&management(&simulator));
    let path = "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/555555555555/";
    let described = client.describe_account().account_id("555555555555").send().await.unwrap().account.unwrap();
    assert_eq!(described.paths(), [path]);
    let listed = client.list_accounts().send().await.unwrap();
    let paths: Vec<&[String]> = listed.accounts().iter().map(aws_sdk_organizations::types::Account::paths).collect();
    assert_eq!(paths, [[format!("o-aaaaaaaaaa/r-aaaa/{MANAGEMENT}/")], [path.to_owned()]]);
}

#[tokio::test]
async fn describes_units_that_there_are_and_no_other() {
    let nested =
        Member::new("555555555555").organizational_unit("ou-aaaa-11111111").organizational_unit("ou-aaaa-22222222");
    let world = World::new(MANAGEMENT).member(nested).empty_organizational_unit("ou-aaaa-99999999");
    let simulator = Simulator::new(world);
    let client = Client::new(&management(&simulator));
    for (id, path) in [
        ("ou-aaaa-11111111", "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/"),
        ("ou-aaaa-22222222", "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/"),
        ("ou-aaaa-99999999", "o-aaaaaaaaaa/r-aaaa/ou-aaaa-99999999/"),
    ] {
        let answer = client.describe_organizational_unit().organizational_unit_id(id).send().await.unwrap();
        let unit = answer.organizational_unit.unwrap();
        assert_eq!((unit.id(), unit.path()), (Some(id), Some(path)));
        let arn = format!("arn:aws:organizations::{MANAGEMENT}:ou/o-aaaaaaaaaa/{id}");
        assert_eq!((unit.arn(), unit.name()), (Some(arn.as_str()), Some(id)));
        assert_eq!(simulator.calls().pop().unwrap().resource.as_deref(), Some(id));
    }
    let none = client.describe_organizational_unit().organizational_unit_id("ou-aaaa-1111111").send().await;
    let (code, status, _) = refusal(none);
    assert_eq!((code.as_str(), status), ("OrganizationalUnitNotFoundException", 400));
}

#[tokio::test]
async fn leaves_fields_out_and_answers_word_for_word_where_a_world_says_so() {
    let simulator =
        Simulator::new(World::new(MANAGEMENT).member(Member::new("555555555555").omit("State").omit("Paths")));
    let client = Client::new(&management(&simulator));
    let account = client.describe_account().account_id("555555555555").send().await.unwrap().account.unwrap();
    assert_eq!((account.state(), account.paths().len()), (None, 0));
    simulator.inject(Fault::on("organizations:ListAccounts").answer("{}"));
    assert_eq!(client.list_accounts().send().await.unwrap().accounts, None);
    assert_eq!(client.list_accounts().send().await.unwrap().accounts().len(), 2);
}

#[tokio::test]
async fn lists_the_tags_of_an_account_in_pages() {
    let tagged = Member::new(MEMBER).tag("team", "payments").tag("environment", "test").tag("empty", "");
    let simulator = Simulator::new(world().member(tagged).delegated_administrator(DELEGATE).tags_page_size(2));
    let client = Client::new(&simulator.sdk_config(&Caller::role(DELEGATE, "security")));
    let list = |id: &str| client.list_tags_for_resource().resource_id(id);
    let first = list(MEMBER).send().await.unwrap();
    assert_eq!(first.tags().len(), 2);
    assert!(first.next_token().is_some());
    let pages = list(MEMBER).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let tags: Vec<(&str, &str)> = pages.iter().map(|tag| (tag.key(), tag.value())).collect();
    assert_eq!(tags, [("empty", ""), ("environment", "test"), ("team", "payments")]);
    let untagged = list(DIRTY).send().await.unwrap();
    assert_eq!((untagged.tags().len(), untagged.next_token()), (0, None));
    assert_eq!(simulator.calls().pop().unwrap().account.as_deref(), Some(DIRTY));

    assert_eq!(code(list("999999999999").send().await), "TargetNotFoundException");
    assert_eq!(code(list(MEMBER).next_token("nonsense").send().await), "InvalidInputException");
    let member = Client::new(&simulator.sdk_config(&Caller::role(DIRTY, "security")));
    assert_eq!(code(member.list_tags_for_resource().resource_id(MEMBER).send().await), "AccessDeniedException");
}
