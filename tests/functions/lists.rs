//! Lists: of the organization, which may answer twice, differently, or without an end; and those that people write.

mod by_hand;

use rootwarden_domain::ErrorKind;
use rootwarden_simulator::{Fault, Member, World};
use rootwarden_tests::{Deployment, MANAGEMENT, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

const UNIT: &str = "ou-aaaa-11111111";
pub const LIST: &str = "organizations:ListAccounts";
const TWICE: &str = "300000000500";

fn id(number: u64) -> String {
    format!("{}", 300_000_000_000 + number)
}

/// Members with a root password each.
fn many(count: u64) -> World {
    (0..count).fold(World::new(MANAGEMENT), |world, number| world.member(Member::new(id(number)).password()))
}

/// Nobody has to approve what is many.
fn without_guard(world: World) -> Rehearsal {
    Rehearsal::deployed(world, &Deployment { max_accounts_to_clean: "1000", ..Deployment::default() })
}

/// An account as Organizations lists it; what `changed` names is different.
pub fn listed(account: &str, changed: Value) -> Value {
    let mut listed = json!({
        "Id": account,
        "Arn": format!("arn:aws:organizations::{MANAGEMENT}:account/o-aaaaaaaaaa/{account}"),
        "Name": "listed",
        "Email": "listed@example.com",
        "State": "ACTIVE",
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": 1_735_689_600,
        "Paths": [format!("o-aaaaaaaaaa/r-aaaa/{account}/")],
    });
    for (name, value) in changed.as_object().unwrap() {
        listed[name] = value.clone();
    }
    listed
}

pub fn page(accounts: &[Value], next_token: Option<&str>) -> Value {
    let mut page = json!({ "Accounts": accounts });
    if let Some(token) = next_token {
        page["NextToken"] = json!(token);
    }
    page
}

fn suspended() -> Value {
    json!({"State": "SUSPENDED"})
}

fn inside() -> Value {
    json!({"Paths": [format!("o-aaaaaaaaaa/r-aaaa/{UNIT}/{TWICE}/")]})
}

fn exclude_unit() -> Value {
    json!({"selection": "all", "mode": "enforce", "exclude": {"organizational_units": [UNIT]}})
}

/// An organization in which `TWICE` comes on two pages: as `first`, and as `second`. With `apart`, in two chunks.
fn twice(first: &Value, second: &Value, apart: bool) -> Rehearsal {
    let rehearsal = rehearsal_of(many(1).member(with_everything(TWICE)).empty_organizational_unit(UNIT));
    let pages = if apart { 26 } else { 2 };
    for number in 1..=pages {
        let account = match number {
            1 => first.clone(),
            _ if number == pages => second.clone(),
            _ => listed(MANAGEMENT, json!({})),
        };
        let other = if number == 1 { id(0) } else { MANAGEMENT.to_owned() };
        let token = (number < pages).then(|| format!("page-{}", number + 1));
        let fault = Fault::on(LIST).nth(number).answer(page(&[listed(&other, json!({})), account], token.as_deref()));
        rehearsal.simulator.inject(fault);
    }
    rehearsal
}

fn assert_untouched(rehearsal: &Rehearsal, account: &str) {
    assert!(!is_clean(rehearsal, account));
    assert!(rehearsal.calls_in(account).iter().all(|call| !call.contains("Delete")), "{account}");
}

async fn assert_run_ends(rehearsal: &Rehearsal, request: Value, says: &str) {
    let error = rehearsal.run(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transient, "{error}");
    assert!(error.to_string().contains(says), "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    assert_eq!(rehearsal.count("iam:DeleteLoginProfile"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_comes_on_two_pages_is_not_planned_twice() {
    for apart in [false, true] {
        let account = listed(TWICE, json!({}));
        let rehearsal = twice(&account, &account, apart);
        let round = rehearsal.round(0, &enforce_all(), &Value::Null).await.unwrap();
        let planned = rehearsal.batches(&round.plan["plan"]);
        let planned: Vec<&Value> = planned
            .iter()
            .flat_map(|batch| batch["accounts"].as_array().unwrap())
            .map(|it| &it["account"]["id"])
            .collect();
        assert_eq!(planned, [&json!(id(0)), &json!(TWICE)]);
        assert_eq!(round.report["counts"]["cleaned"], 2, "{}", round.report);
        assert_eq!(round.report["secured"], true, "{}", round.report);
        assert!(is_clean(&rehearsal, TWICE));
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_listed_inside_and_outside_of_an_excluded_unit_keeps_everything() {
    let (inside, outside) = (listed(TWICE, inside()), listed(TWICE, json!({})));
    for apart in [false, true] {
        for (first, second) in [(&inside, &outside), (&outside, &inside)] {
            let rehearsal = twice(first, second, apart);
            let finished = rehearsal.run(exclude_unit()).await.unwrap();
            assert_untouched(&rehearsal, TWICE);
            assert_eq!(finished.status(TWICE), json!({"ineligible": "excluded"}));
            assert!(is_clean(&rehearsal, &id(0)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_read_on_one_of_two_pages_is_not_touched() {
    let (unreadable, active) = (listed(TWICE, json!({"State": null})), listed(TWICE, json!({})));
    for apart in [false, true] {
        for (first, second) in [(&unreadable, &active), (&active, &unreadable)] {
            let rehearsal = twice(first, second, apart);
            let finished = rehearsal.run(enforce_all()).await.unwrap();
            assert_untouched(&rehearsal, TWICE);
            assert!(finished.status(TWICE)["unknown"].is_object(), "{}", finished.status(TWICE));
            assert_eq!(finished.output["secured"], false);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_of_which_two_pages_say_different_states_is_asked_about_again() {
    let (suspended, active) = (listed(TWICE, suspended()), listed(TWICE, json!({})));
    for apart in [false, true] {
        for (first, second) in [(&suspended, &active), (&active, &suspended)] {
            let rehearsal = twice(first, second, apart);
            let round = rehearsal.round(0, &enforce_all(), &Value::Null).await.unwrap();
            assert_untouched(&rehearsal, TWICE);
            assert_eq!(round.report["pending"], 1, "{}", round.report);
            let report = rehearsal.object(&round.report["report"]);
            let message = report["accounts"][TWICE]["status"]["unknown"]["message"].as_str().unwrap().to_owned();
            assert!(message.contains(TWICE) && message.contains("SUSPENDED"), "{message}");
            // The second round describes it, and the answer of that moment counts.
            let next = rehearsal.round(1, &enforce_all(), &round.report["report"]).await.unwrap();
            assert!(is_clean(&rehearsal, TWICE));
            assert_eq!(next.report["secured"], true, "{}", next.report);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_token_again_and_again_does_not_go_on_for_ever() {
    let accounts = [listed(MANAGEMENT, json!({})), listed(&id(0), json!({}))];
    let long: Vec<String> = (0..60).map(id).collect();
    let by_hand = json!({"selection": {"accounts": long}, "mode": "enforce"});
    for request in [enforce_all(), by_hand] {
        let rehearsal = rehearsal_of(many(1));
        rehearsal.simulator.inject(Fault::on(LIST).always().answer(page(&accounts, Some("again"))));
        assert_run_ends(&rehearsal, request, "the same NextToken came again").await;
        assert_eq!(rehearsal.count(LIST), 2);
    }
    // Round in a circle of three pages, in the middle of which a chunk ends.
    let rehearsal = rehearsal_of(many(1));
    for number in 1..200 {
        let token = format!("page-{}", number % 3);
        rehearsal.simulator.inject(Fault::on(LIST).nth(number).answer(page(&accounts, Some(&token))));
    }
    assert_run_ends(&rehearsal, enforce_all(), "the same NextToken came again").await;
    // Tokens that are always new: a list that is longer than any organization.
    let rehearsal = rehearsal_of(many(1));
    let pin = json!({"key": format!("runs/{RUN}/selection/0/399.json"), "version_id": "v", "sha256": "0".repeat(64)});
    let input = json!({
        "run": RUN, "round": 0, "request": enforce_all(), "previous": null, "chunk": 400, "chain": pin,
    });
    let error = rehearsal.select(input).await.unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
    assert_eq!(rehearsal.count(LIST), 0);
}

#[tokio::test(start_paused = true)]
async fn a_page_without_accounts_in_it_is_not_the_end_of_the_list() {
    let long: Vec<String> = (0..60).map(id).collect();
    let by_hand = json!({"selection": {"accounts": long}, "mode": "enforce"});
    for request in [enforce_all(), by_hand] {
        for body in [json!({}), json!({"NextToken": "on"}), json!({"Accounts": null})] {
            let rehearsal = rehearsal_of(many(49));
            rehearsal.simulator.inject(Fault::on(LIST).nth(2).answer(&body));
            assert_run_ends(&rehearsal, request.clone(), "no list of accounts").await;
            assert_eq!(rehearsal.count("sts:AssumeRoot"), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_with_a_token_is_not_the_end_and_a_list_without_anybody_is_no_list() {
    let rehearsal = without_guard(many(30).empty_account_pages());
    assert_eq!(rehearsal.run(enforce_all()).await.unwrap().report.counts().cleaned, 30);
    let rehearsal = rehearsal_of(many(30));
    rehearsal.simulator.inject(Fault::on(LIST).answer(page(&[], None)));
    assert_run_ends(&rehearsal, enforce_all(), "it is empty").await;
    // At the very end an empty page is one like any other.
    let rehearsal = rehearsal_of(many(1));
    let accounts = [listed(MANAGEMENT, json!({})), listed(&id(0), json!({}))];
    rehearsal.simulator.inject(Fault::on(LIST).nth(1).answer(page(&accounts, Some("last"))));
    rehearsal.simulator.inject(Fault::on(LIST).nth(2).answer(page(&[], None)));
    assert_eq!(rehearsal.run(enforce_all()).await.unwrap().output["secured"], true);
}

#[tokio::test(start_paused = true)]
async fn tags_that_come_without_a_list_or_without_an_end_leave_the_account_as_it_is() {
    for body in [json!({}), json!({"Tags": [], "NextToken": "again"})] {
        let rehearsal = rehearsal_of(many(1));
        rehearsal.simulator.inject(Fault::on("organizations:ListTagsForResource").always().answer(body));
        let exclude = json!({"tags": [{"key": "rootwarden", "value": "keep"}]});
        let finished = rehearsal.run(json!({"selection": "all", "mode": "enforce", "exclude": exclude})).await.unwrap();
        assert_untouched(&rehearsal, &id(0));
        assert!(finished.status(&id(0))["unknown"].is_object(), "{}", finished.status(&id(0)));
        assert_eq!(finished.output["secured"], false);
    }
}
