//! Where an account stands and in what state it is: read as AWS answers it, and never guessed.

use rootwarden_domain::ErrorKind;
use rootwarden_simulator::{Fault, Member, World};
use rootwarden_tests::{Finished, MANAGEMENT, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

const OUTER: &str = "ou-aaaa-11111111";
const INNER: &str = "ou-aaaa-22222222";
const OTHER: &str = "ou-aaaa-33333333";
const EMPTY: &str = "ou-aaaa-44444444";
const MISTYPED: &str = "ou-aaaa-1111111l";

const INSIDE: &str = "200000000011";
const NESTED: &str = "200000000012";
const OUTSIDE: &str = "200000000013";
const AT_THE_ROOT: &str = "200000000014";
const ALL: [&str; 4] = [INSIDE, NESTED, OUTSIDE, AT_THE_ROOT];

fn members() -> [Member; 4] {
    [
        with_everything(INSIDE).organizational_unit(OUTER),
        with_everything(NESTED).organizational_unit(OUTER).organizational_unit(INNER),
        with_everything(OUTSIDE).organizational_unit(OTHER),
        with_everything(AT_THE_ROOT),
    ]
}

/// An organization with units, in which every account has root credentials; `change` is done to each member.
fn units(change: impl Fn(Member) -> Member) -> Rehearsal {
    let world = World::new(MANAGEMENT).empty_organizational_unit(EMPTY);
    rehearsal_of(members().into_iter().map(change).fold(world, World::member))
}

fn by_unit(unit: &str) -> Value {
    json!({"selection": {"organizational_units": [unit]}, "mode": "enforce"})
}

fn without_unit(unit: &str) -> Value {
    json!({"selection": "all", "mode": "enforce", "exclude": {"organizational_units": [unit]}})
}

fn cleaned(rehearsal: &Rehearsal) -> Vec<&'static str> {
    ALL.into_iter().filter(|account| is_clean(rehearsal, account)).collect()
}

fn assert_untouched(rehearsal: &Rehearsal, accounts: &[&str]) {
    for account in accounts {
        assert_eq!(rehearsal.calls_in(account), Vec::<String>::new(), "{account}");
        assert!(!is_clean(rehearsal, account), "{account}");
    }
}

/// The run ended as a failure, and its one line has all of `words`.
fn assert_fails_saying(finished: &Finished, words: &[&str]) {
    let summary = finished.output["summary"].as_str().unwrap();
    assert_eq!(finished.output["secured"], false, "{summary}");
    for word in words {
        assert!(summary.contains(word), "`{summary}` does not say `{word}`");
    }
    assert!(!summary.contains('\n'), "{summary}");
}

fn unknown_because(finished: &Finished, account: &str) -> String {
    let status = finished.status(account);
    assert!(status["unknown"].is_object(), "{account}: {status}");
    status["unknown"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_run_by_unit_does_not_miss_accounts_whose_path_ends_in_their_own_id() {
    let rehearsal = units(|member| member);
    let finished = rehearsal.run(by_unit(OUTER)).await.unwrap();
    assert_eq!(cleaned(&rehearsal), [INSIDE, NESTED]);
    assert_untouched(&rehearsal, &[OUTSIDE, AT_THE_ROOT]);
    assert_eq!(finished.output["secured"], true, "{}", finished.output);
}

#[tokio::test(start_paused = true)]
async fn an_exclusion_by_unit_leaves_out_nobody_who_is_not_in_it() {
    let rehearsal = units(|member| member);
    let finished = rehearsal.run(without_unit(OUTER)).await.unwrap();
    assert_eq!(cleaned(&rehearsal), [OUTSIDE, AT_THE_ROOT]);
    assert_untouched(&rehearsal, &[INSIDE, NESTED]);
    for account in [INSIDE, NESTED] {
        assert_eq!(finished.status(account), json!({"ineligible": "excluded"}));
    }
    assert_eq!(finished.output["secured"], true, "{}", finished.output);
}

#[tokio::test(start_paused = true)]
async fn i2_an_account_of_which_no_place_can_be_read_is_unknown_and_the_run_fails() {
    let unreadable = |member: Member| match member.id.as_str() {
        // Another account's id at the end: it is not said where this one stands.
        INSIDE => Member { paths: vec![format!("o-aaaaaaaaaa/r-aaaa/{OUTER}/999999999999/")], ..member },
        NESTED => member.path("o-aaaaaaaaaa/r-aaaa/"),
        OUTSIDE => member.omit("Paths"),
        _ => member,
    };
    for request in [by_unit(OUTER), without_unit(OUTER)] {
        let rehearsal = units(unreadable);
        let finished = rehearsal.run(request).await.unwrap();
        assert_untouched(&rehearsal, &[INSIDE, NESTED, OUTSIDE]);
        for (account, why) in [(INSIDE, "999999999999"), (NESTED, "2 paths"), (OUTSIDE, "no path")] {
            let message = unknown_because(&finished, account);
            assert!(message.contains(account) && message.contains(why), "{message}");
        }
        assert_fails_saying(&finished, &["3 unknown"]);
    }
    // Where the request is not about units, the place decides nothing.
    let rehearsal = units(unreadable);
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(cleaned(&rehearsal), ALL);
    assert_eq!(finished.output["secured"], true);
}

#[tokio::test(start_paused = true)]
async fn i2_an_account_whose_state_cannot_be_read_is_unknown_and_the_run_fails() {
    let rehearsal = units(|member| match member.id.as_str() {
        INSIDE => member.omit("State"),
        NESTED => member.state("FROZEN"),
        _ => member,
    });
    for request in [enforce_all(), enforce(&ALL)] {
        let finished = rehearsal.run(request).await.unwrap();
        assert_untouched(&rehearsal, &[INSIDE, NESTED]);
        assert_eq!(cleaned(&rehearsal), [OUTSIDE, AT_THE_ROOT]);
        for (account, why) in [(INSIDE, "no state"), (NESTED, "FROZEN")] {
            let message = unknown_because(&finished, account);
            assert!(message.contains(account) && message.contains(why), "{message}");
        }
        assert_fails_saying(&finished, &["2 unknown"]);
    }
}

#[tokio::test(start_paused = true)]
async fn i2_a_state_that_cannot_be_read_right_before_deleting_is_no_reason_to_call_the_account_left_out() {
    let rehearsal = units(|member| member);
    let described = json!({"Account": {
        "Id": INSIDE, "Arn": format!("arn:aws:organizations::{MANAGEMENT}:account/o-aaaaaaaaaa/{INSIDE}"),
    }});
    rehearsal.simulator.inject(Fault::on("organizations:DescribeAccount").account(INSIDE).always().answer(described));
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert!(!is_clean(&rehearsal, INSIDE));
    assert!(finished.status(INSIDE)["failed"].is_object(), "{}", finished.status(INSIDE));
    assert_fails_saying(&finished, &["1 failed"]);
}

#[tokio::test(start_paused = true)]
async fn a_field_that_organizations_no_longer_sends_does_not_make_a_night_a_success_where_it_decides() {
    let requests = [enforce_all(), by_unit(OUTER), without_unit(OTHER), enforce(&ALL)];
    for (field, decides) in [
        ("State", [true, true, true, true]),
        ("Paths", [false, true, true, false]),
        // The management account is known from DescribeOrganization, and an account without a date is taken for an old one.
        ("Arn", [false; 4]),
        ("JoinedTimestamp", [false; 4]),
        ("JoinedMethod", [false; 4]),
        ("Name", [false; 4]),
        ("Email", [false; 4]),
    ] {
        for (request, decides) in requests.iter().zip(decides) {
            let rehearsal = units(|member| member.omit(field));
            let finished = rehearsal.run(request.clone()).await.unwrap();
            assert_eq!(finished.output["secured"], !decides, "{field} {request}: {}", finished.output["summary"]);
            if decides {
                assert_untouched(&rehearsal, &ALL);
                assert_fails_saying(&finished, &["nobody was selected", "could not be read"]);
                assert!(finished.report.counts().unknown >= 2, "{}", finished.output["summary"]);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_without_an_id_are_not_left_out_of_a_list_that_counts_as_whole() {
    for request in [enforce_all(), by_unit(OUTER), without_unit(OTHER), enforce(&ALL)] {
        let rehearsal = units(|member| member.omit("Id"));
        let error = rehearsal.run(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Defect, "{error}");
        assert_untouched(&rehearsal, &ALL);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_an_account_without_a_joining_date_does_not_pass_for_a_success() {
    let rehearsal = units(|member| member.omit("JoinedTimestamp"));
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(INSIDE).always().denied());
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(finished.status(INSIDE)["unknown"]["kind"], "Denied");
    assert_fails_saying(&finished, &["1 unknown"]);
}

#[tokio::test(start_paused = true)]
async fn a_unit_that_does_not_exist_fails_the_run_by_its_name_before_anybody_is_entered() {
    for (request, role) in [(by_unit(MISTYPED), "selection"), (without_unit(MISTYPED), "exclude")] {
        let rehearsal = units(|member| member);
        let error = rehearsal.run(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        let text = error.to_string();
        for word in [MISTYPED, role, "OrganizationalUnitNotFoundException"] {
            assert!(text.contains(word), "`{text}` does not say `{word}`");
        }
        assert!(!text.contains('\n'), "{text}");
        assert_untouched(&rehearsal, &ALL);
        assert_eq!(rehearsal.count("organizations:ListAccounts"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_unit_of_which_nothing_can_be_read_is_not_taken_for_one_that_exists() {
    for (fault, kind) in [
        (Fault::on("organizations:DescribeOrganizationalUnit").always().denied(), ErrorKind::Denied),
        (Fault::on("organizations:DescribeOrganizationalUnit").always().answer("{}"), ErrorKind::Defect),
        (
            Fault::on("organizations:DescribeOrganizationalUnit")
                .always()
                .answer(json!({"OrganizationalUnit": {"Id": OTHER}})),
            ErrorKind::Defect,
        ),
    ] {
        let rehearsal = units(|member| member);
        rehearsal.simulator.inject(fault);
        let error = rehearsal.run(without_unit(OUTER)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(OUTER), "{error}");
        assert_untouched(&rehearsal, &ALL);
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_unit_is_a_success_that_says_so() {
    let rehearsal = units(|member| member);
    let finished = rehearsal.run(by_unit(EMPTY)).await.unwrap();
    assert_untouched(&rehearsal, &ALL);
    assert_eq!(finished.output["secured"], true, "{}", finished.output);
    let summary = finished.output["summary"].as_str().unwrap();
    assert!(summary.contains("nobody was selected") && summary.contains("no account stands in"), "{summary}");
}

#[tokio::test(start_paused = true)]
async fn units_are_asked_about_once_a_round_and_their_names_once_for_all_runs() {
    let rehearsal = units(|member| member);
    rehearsal.run(enforce_all()).await.unwrap();
    rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(rehearsal.count("organizations:DescribeOrganizationalUnit"), 3, "the names of the three units");
    let world = (0..1_000_u64).fold(rehearsal.simulator.world(), |world, number| {
        world.member(Member::new(format!("{}", 300_000_000_000 + number)))
    });
    let rehearsal = rehearsal_of(world);
    let mut request = without_unit(OUTER);
    request["exclude"]["organizational_units"] = json!([OUTER, OTHER, OUTER]);
    rehearsal.run(request).await.unwrap();
    let (asked, names) = (2, 3);
    let calls = rehearsal.count("organizations:DescribeOrganizationalUnit");
    assert_eq!(calls, asked + names, "of three chunks, the first one");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_selected_nobody_is_no_success_unless_everybody_was_left_out_by_what_was_read() {
    let suspended = || units(|member| member.state("SUSPENDED"));
    for (rehearsal, request, secured, says) in [
        (suspended(), enforce_all(), true, "each account was left out"),
        (units(|member| member), without(&ALL), true, "each account was left out"),
        (rehearsal_of(World::new(MANAGEMENT)), enforce_all(), false, "no member account"),
        (units(|member| member), enforce(&[MANAGEMENT]), false, "the management account"),
        (units(|member| member), enforce(&["999999999999"]), false, "999999999999"),
    ] {
        let finished = rehearsal.run(request.clone()).await.unwrap();
        let summary = finished.output["summary"].as_str().unwrap();
        assert_eq!(finished.output["secured"], secured, "{request}: {summary}");
        assert!(summary.contains("nobody was selected") && summary.contains(says), "{summary}");
        assert_eq!(rehearsal.count("sts:AssumeRoot"), 0);
    }
    for request in [json!({"selection": {"accounts": []}}), json!({"selection": {"organizational_units": []}})] {
        let rehearsal = units(|member| member);
        let error = rehearsal.run(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains("names nobody"), "{error}");
    }
}

fn without(accounts: &[&str]) -> Value {
    json!({"selection": "all", "mode": "enforce", "exclude": {"accounts": accounts}})
}

#[tokio::test(start_paused = true)]
async fn the_management_account_is_left_out_whatever_cannot_be_read_of_it() {
    let world = World::new(MANAGEMENT);
    let management = world.account(MANAGEMENT).unwrap().clone();
    let management = management.omit("State").omit("Paths").omit("Arn").access_key("AKIAMANAGEMENT000001");
    let rehearsal = rehearsal_of(members().into_iter().fold(world.member(management), World::member));
    for request in [enforce_all(), without_unit(OUTER)] {
        let finished = rehearsal.run(request).await.unwrap();
        assert_eq!(finished.status(MANAGEMENT), json!({"ineligible": "management_account"}));
        assert_eq!(finished.output["secured"], true, "{}", finished.output);
        assert_eq!(rehearsal.calls_in(MANAGEMENT), Vec::<String>::new());
    }
}
