//! Organizations: who is in it, in which state, and what became of a creation.

use rootwarden_aws::{Creation, MemberAccount, MembershipError, Organization, OrganizationLists};
use rootwarden_domain::{ErrorKind, run::selection::CreateAccountRequestId};
use rootwarden_simulator::{CreateAccountRequest, Fault, Member, World};
use rootwarden_tests::MANAGEMENT;
use serde_json::{Value, json};

use crate::{
    check::Check,
    exchange::Exchange,
    sample::Stand,
    world::{MEMBER, world},
};

const REQUEST: &str = "car-11112222333344445555666677778888";

pub async fn check(check: &mut Check) {
    one_account(check).await;
    the_list(check).await;
    the_organization(check).await;
    a_creation(check).await;
    a_conflict(check).await;
    the_model(check).await;
}

async fn one_account(check: &mut Check) {
    let answer = check.answer("organizations.DescribeAccount.active", "an active account");
    let exchange = Exchange::new(world()).answering(&answer);
    let found = Organization::new(&exchange.config()).account(MEMBER.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((found.candidate.id.to_string().as_str(), found.candidate.name.as_str()), (MEMBER, "MEMBER"));
    assert_eq!(found.candidate.joined_at, Some("2026-08-24T17:36:51Z".parse().unwrap()), "in UTC");
    assert_eq!(member(&exchange).await.unwrap().account().id.to_string(), MEMBER, "its state was read, and lets it in");
    assert_eq!(found.managed_by, Some(MANAGEMENT.parse().unwrap()));
    check.reader_took(&answer);

    // AWS retired Status after the capture; the world can still have it.
    let exchange = Exchange::new(world().retired_status());
    Organization::new(&exchange.config()).account(MEMBER.parse().unwrap()).await.unwrap().unwrap();
    check.compare(&answer, &exchange.last("organizations:DescribeAccount"));
}

/// An account of before `State` and `Paths` existed: nothing is known of either, and nothing is guessed.
async fn the_list(check: &mut Check) {
    let answer = check.answer("organizations.ListAccounts.one", "one account");
    let exchange = Exchange::new(world()).answering(&answer);
    let found = OrganizationLists::new(&exchange.config()).accounts().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].candidate.id.to_string().as_str(), found[0].candidate.name.as_str()), (MANAGEMENT, "sandbox"));
    assert_eq!(found[0].candidate.joined_at, Some("2021-08-10T13:24:25Z".parse().unwrap()));
    // The same account, described alone: its state is not known, so it is no member to do anything in.
    let mut described = answer.of_operation("organizations:DescribeAccount");
    described.body = json!({"Account": answer.body["Accounts"][0]});
    described.body["Account"]["Id"] = json!(MEMBER);
    assert!(member(&Exchange::new(world()).answering(&described)).await.is_err(), "nothing is guessed");
    check.reader_took(&answer);

    let exchange = Exchange::new(World::new(MANAGEMENT).retired_status());
    OrganizationLists::new(&exchange.config()).accounts().await.unwrap();
    check.compare(&answer, &exchange.last("organizations:ListAccounts"));
}

async fn the_organization(check: &mut Check) {
    let answer = check.answer("organizations.DescribeOrganization.management", "asked by the management account");
    let another = World::new("999999999999");
    let exchange = Exchange::new(another).answering(&answer);
    let management = Organization::new(&exchange.config()).management_account().await.unwrap();
    assert_eq!(management.to_string(), MANAGEMENT);
    check.reader_took(&answer);

    let exchange = Exchange::new(world());
    Organization::new(&exchange.config()).management_account().await.unwrap();
    check.compare(&answer, &exchange.last("organizations:DescribeOrganization"));
}

async fn a_creation(check: &mut Check) {
    let request: CreateAccountRequestId = REQUEST.parse().unwrap();
    for (case, expected, simulated) in [
        ("in progress", Creation::InProgress, CreateAccountRequest::in_progress()),
        (
            "failed",
            Creation::Failed { reason: "EMAIL_ALREADY_EXISTS".to_owned() },
            CreateAccountRequest::failed("EMAIL_ALREADY_EXISTS"),
        ),
    ] {
        let answer = check.answer("organizations.CreateAccountStatus.in-progress-and-failed", case);
        let exchange = Exchange::new(world()).answering(&answer);
        assert_eq!(Organization::new(&exchange.config()).creation(&request).await.unwrap(), expected);
        check.reader_took(&answer);

        let exchange = Exchange::new(world().create_account_request(REQUEST, simulated));
        assert_eq!(Organization::new(&exchange.config()).creation(&request).await.unwrap(), expected);
        check.compare(&answer, &exchange.last("organizations:DescribeCreateAccountStatus"));
    }
}

async fn a_conflict(check: &mut Check) {
    let answer = check.answer("organizations.ConcurrentModificationException.text", "conflict");
    let exchange = Exchange::new(world()).answering_as("organizations:ListAccounts", &answer);
    let error = OrganizationLists::new(&exchange.config()).accounts().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transient, "{error}");
    check.reader_took(&answer);

    let message = answer.text("Error.Message");
    let fault = Fault::on("organizations:ListAccounts").always().error("ConcurrentModificationException", 400, message);
    let exchange = Exchange::new(world().fault(fault));
    OrganizationLists::new(&exchange.config()).accounts().await.unwrap_err();
    check.compare(&answer, &exchange.last("organizations:ListAccounts"));
}

/// The states that AWS's model knows are those that our reader and the simulator know; a path has the model's form.
async fn the_model(check: &mut Check) {
    let answer = check.answer("organizations.Account.model", "states, and where an account stands");
    let states: Vec<&str> = answer.body["AccountState"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(states.len(), 5);
    for state in &states {
        let exchange = Exchange::new(World::new(MANAGEMENT).member(Member::new(MEMBER).state(*state)));
        match member(&exchange).await {
            Ok(_) => assert_eq!(*state, "ACTIVE"),
            Err(MembershipError::Ineligible(ineligible)) => {
                assert_ne!(*state, "ACTIVE");
                let told = format!("{ineligible:?}").to_lowercase();
                assert!(told.contains(&state.replace('_', "").to_lowercase()), "{state} was read: {told}");
            }
            Err(MembershipError::Unanswered(error)) => panic!("{state}: {error}"),
        }
        let seen = exchange.last("organizations:DescribeAccount");
        let account: Value = serde_json::from_slice(seen.response.body()).unwrap();
        assert_eq!(account["Account"]["State"], *state);
        let path = account["Account"]["Paths"][0].as_str().unwrap();
        assert!(is_path(path), "{path}");
    }
    let something_new = World::new(MANAGEMENT).member(Member::new(MEMBER).state("SOMETHING_NEW"));
    assert!(member(&Exchange::new(something_new)).await.is_err());
    check.reader_took(&answer);
    // Its two facts were held above; no field of it is a field of an answer.
    check.compare_fields(&answer, Stand::Simulator, &answer.body.clone());
}

/// What decides whether anything may be done in the account.
async fn member(exchange: &Exchange) -> Result<MemberAccount, MembershipError> {
    let organization = Organization::new(&exchange.config());
    organization.member(MANAGEMENT.parse().unwrap(), MEMBER.parse().unwrap()).await
}

/// The model's pattern: an organization, a root, any units, perhaps accounts, and a slash at the end.
fn is_path(path: &str) -> bool {
    let is_text = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let Some(parts) = path.strip_suffix('/') else { return false };
    let mut parts = parts.split('/');
    let organization = parts.next().and_then(|part| part.strip_prefix("o-")).is_some_and(|part| is_text(part, 10..=32));
    let root = parts.next().and_then(|part| part.strip_prefix("r-")).is_some_and(|part| is_text(part, 4..=32));
    organization
        && root
        && parts.all(|part| match part.strip_prefix("ou-").and_then(|part| part.split_once('-')) {
            Some((root, unit)) => is_text(root, 4..=32) && is_text(unit, 8..=32),
            None => part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit()),
        })
}
