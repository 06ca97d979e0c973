//! The document: against its schema, and from night to night.

use rootwarden_domain::{AccountId, run::report::Status};
use serde_json::{Value, json};

use super::fixtures::{Told, each_status, failure, hostile_names, hostile_report, inventory, protected, report};
use crate::{
    document::{Change, Scope, StatusName},
    history::History,
    schema::schema,
};

fn id(number: u64) -> AccountId {
    format!("{number:012}").parse().unwrap()
}

fn found() -> Status {
    Status::Found { inventory: inventory(), protected: vec![] }
}

fn night(number: u32, accounts: Vec<(u64, Status)>, history: History) -> Told {
    let accounts = accounts.into_iter().map(|(id, status)| (id, Some(format!("account {id}")), status));
    Told { history, ..Told::of(report(&format!("nightly-2026-11-{number}"), accounts)) }
}

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(&schema().unwrap()).unwrap()).unwrap()
}

fn json_of(told: &Told) -> Value {
    serde_json::to_value(told.document()).unwrap()
}

#[test]
fn report_json_validates_against_its_schema() {
    let validator = validator();
    let everything = each_status().into_iter().enumerate().map(|(number, status)| (number as u64, status)).collect();
    let first = night(21, everything, History::default());
    let second = night(22, vec![(2, found()), (3, Status::Clean)], first.remembered());
    for told in [&first, &second, &Told::of(hostile_report()), &Told::full()] {
        let document = json_of(told);
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let validator = validator();
    let good = json_of(&Told::full());
    assert!(validator.is_valid(&good));
    for (pointer, wrong) in [
        ("/accounts/0/id", json!("12345")),
        ("/accounts/0/status", json!("fine")),
        ("/accounts/0/evidence/before", json!("none")),
        ("/planned_at", json!(17)),
        ("/scope", json!("some")),
        ("/mode", json!("delete")),
        ("/version", json!("1")),
        ("/counts/clean", json!(-1)),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = wrong;
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
    for field in ["version", "accounts", "changes"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&bad), "without {field}");
    }
    let mut bad = good;
    bad["surprise"] = json!(1);
    assert!(!validator.is_valid(&bad), "a field that nobody knows");
}

#[test]
fn the_schema_in_the_documents_is_the_one_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
    let schema = schema().unwrap();
    // To write it anew: UPDATE_SCHEMA=1 cargo test -p rootwarden-report
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &schema).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap() == schema,
        "docs/report.schema.json is of another version of the types"
    );
}

#[test]
fn names_go_into_json_as_they_are() {
    let told = Told::of(hostile_report());
    let document = json_of(&told);
    let names: Vec<&str> =
        document["accounts"].as_array().unwrap().iter().map(|account| account["name"].as_str().unwrap()).collect();
    for name in hostile_names() {
        assert!(names.contains(&name.as_str()), "{name:?}");
    }
}

#[test]
fn the_first_run_has_nothing_to_be_compared_with() {
    let told = night(21, vec![(1, found()), (2, Status::Clean)], History::default());
    let document = told.document();
    assert_eq!(document.compared_with, None);
    assert_eq!(document.changes.new, [id(1)]);
    assert_eq!(document.history.len(), 1);
}

#[test]
fn two_nights_say_what_is_new_gone_and_unchanged() {
    let first = night(
        21,
        vec![
            (1, found()),
            (2, found()),
            (3, found()),
            (4, Status::Clean),
            (5, Status::Unknown(failure())),
            (6, found()),
        ],
        History::default(),
    );
    let cleaned = Status::Cleaned { steps: vec![] };
    let second =
        night(22, vec![(1, found()), (2, cleaned), (4, found()), (5, found()), (6, Status::Clean)], first.remembered());
    let document = second.document();
    assert_eq!(document.compared_with.as_ref().unwrap().run.as_str(), "nightly-2026-11-21");
    assert_eq!((&document.changes.new, &document.changes.changed), (&vec![id(4)], &vec![id(5)]));
    assert_eq!(document.changes.unchanged, [id(1)]);
    let gone: Vec<_> = document.changes.gone.iter().map(|gone| (gone.id, gone.was, gone.is)).collect();
    assert_eq!(
        gone,
        [
            (id(2), StatusName::Found, Some(StatusName::Cleaned)),
            (id(3), StatusName::Found, None),
            (id(6), StatusName::Found, Some(StatusName::Clean)),
        ]
    );
}

#[test]
fn what_stays_keeps_the_night_since_which_it_is_there() {
    let first = night(21, vec![(1, found())], History::default());
    let second = Told {
        planned_at: "2026-11-23T02:00:00Z".parse().unwrap(),
        ..night(22, vec![(1, found())], first.remembered())
    };
    let [account] = &second.document().accounts[..] else { panic!() };
    assert_eq!((account.change, account.since), (Some(Change::Unchanged), Some(first.planned_at)));
}

#[test]
fn a_credential_that_came_makes_an_old_finding_a_changed_one_and_one_that_went_does_not() {
    let both = found();
    let one = Status::Found {
        inventory: rootwarden_domain::Inventory { login_profile: None, ..inventory() },
        protected: vec![],
    };
    let change = |before: &Status, after: &Status| {
        let first = night(21, vec![(1, before.clone())], History::default());
        night(22, vec![(1, after.clone())], first.remembered()).document().accounts[0].change
    };
    assert_eq!(change(&one, &both), Some(Change::Changed));
    assert_eq!(change(&both, &one), Some(Change::Unchanged));
    let protected = Status::Protected { protected: vec![protected()], steps: vec![] };
    assert_eq!(change(&both, &protected), Some(Change::Changed), "another status");
}

#[test]
fn a_later_round_is_held_against_the_run_before_and_not_against_itself() {
    let first = night(21, vec![(1, found())], History::default());
    let round_0 = night(22, vec![(1, found()), (2, Status::Unknown(failure()))], first.remembered());
    let round_1 = night(22, vec![(1, found()), (2, Status::Clean)], round_0.remembered());
    let document = round_1.document();
    assert_eq!(document.compared_with.as_ref().unwrap().run.as_str(), "nightly-2026-11-21");
    assert!(document.changes.gone.is_empty() && document.changes.new.is_empty(), "{:?}", document.changes);
    assert_eq!(document.history.len(), 2);
    let again = night(22, vec![(1, found()), (2, Status::Clean)], round_1.remembered());
    assert_eq!(again.remembered(), round_1.remembered(), "told twice, it is the same");
}

#[test]
fn a_run_over_a_part_is_compared_and_not_remembered() {
    let first = night(21, vec![(1, found()), (2, found())], History::default());
    let part = Told { scope: Scope::Selection, ..night(22, vec![(2, Status::Clean)], first.remembered()) };
    let document = part.document();
    assert_eq!(document.changes.gone.len(), 1, "of account 1 it says nothing: {:?}", document.changes.gone);
    assert_eq!(part.remembered(), first.remembered());
}

#[test]
fn thirty_runs_are_remembered_and_no_more() {
    let mut history = History::default();
    for number in 10..50 {
        history = night(number, vec![(1, found())], history).remembered();
    }
    let document = night(60, vec![(1, found())], history.clone());
    let document = document.document();
    assert_eq!(document.history.len(), crate::history::RUNS);
    assert_eq!(document.history.last().unwrap().run.as_str(), "nightly-2026-11-60");
    let kept = serde_json::to_string(&history).unwrap();
    assert_eq!(serde_json::from_str::<History>(&kept).unwrap(), history);
}

#[test]
fn whoever_needs_a_person_comes_first_and_has_something_to_do() {
    let told = Told::full();
    let document = told.document();
    let statuses: Vec<StatusName> = document.accounts.iter().map(|account| account.status).collect();
    assert!(statuses.is_sorted() && statuses.len() >= 11, "{statuses:?}");
    for account in &document.accounts {
        assert_eq!(account.next.is_some(), account.status.is_finding(), "{account:?}");
        assert!(!account.why.is_empty(), "{account:?}");
    }
    let tasks: Vec<StatusName> = document.tasks.iter().map(|task| task.status).collect();
    assert_eq!(tasks, StatusName::ALL.into_iter().filter(|status| status.is_finding()).collect::<Vec<_>>());
}

#[test]
fn exemptions_stand_there_with_their_ends_and_ended_ones_do_not() {
    let told = Told::full();
    let document = json_of(&told);
    assert_eq!(
        document["exemptions"],
        json!([
            {"account": "000000000003", "reason": "break-glass account, reviewed every quarter", "until": null},
            {"account": "000000000004", "reason": "migration", "until": "2027-03-31T00:00:00Z"},
        ])
    );
}

#[test]
fn recovery_windows_stand_there_and_so_do_accounts_that_are_kept_open_after_theirs() {
    let told = Told::full();
    let document = json_of(&told);
    let window = &document["recovery_windows"][0];
    assert_eq!(window["account"], "000000000001");
    assert_eq!(window["until"], "2026-11-22T14:00:00Z");
    assert_eq!(window["reason"], "the owner's mail is gone <INC-42>");
    let kept_open = &document["kept_open"][0];
    assert_eq!(kept_open["account"], "000000000002");
    assert_eq!(kept_open["because"], "it is exempt: <b>");
}

#[test]
fn what_was_found_before_the_run_stands_there_with_what_was_not_checked() {
    let told = Told::full();
    let document = json_of(&told);
    let outcomes: Vec<&serde_json::Value> =
        document["preflight"].as_array().unwrap().iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, ["found", "not_checked"]);
    assert!(document["preflight"][1]["text"].as_str().unwrap().contains("AccessDenied <b>"));
}

#[test]
fn units_have_their_names_and_those_with_findings_come_first() {
    let told = Told::full();
    let document = told.document();
    let units: Vec<_> = document.units.iter().map(|unit| (unit.id, unit.name)).collect();
    assert_eq!(
        units,
        [(None, None), (Some("ou-aaaa-11111111"), Some("Workloads <prod>")), (Some("ou-aaaa-22222222"), None),]
    );
}

#[test]
fn an_account_has_its_calls_in_their_order_and_what_was_there_before_and_after() {
    let told = Told::full();
    let document = json_of(&told);
    let account = |id: &str| {
        let accounts = document["accounts"].as_array().unwrap();
        accounts.iter().find(|account| account["id"] == id).unwrap()["evidence"].clone()
    };
    let (clean, cleaned, found) = (account("000000000000"), account("000000000001"), account("000000000002"));
    let actions: Vec<&Value> = clean["calls"].as_array().unwrap().iter().map(|call| &call["action"]).collect();
    assert_eq!(actions, ["sts:AssumeRoot", "iam:GetAccountSummary"]);
    assert_eq!(clean["calls"][0]["request_id"], "5f1b3d52-0000-4111-8222-333344445555");
    assert_eq!(cleaned["before"].as_array().unwrap().len(), 3);
    assert_eq!((&cleaned["left"], &cleaned["steps"][0]["outcome"]), (&json!([]), &json!("deleted")));
    assert_eq!(found["left"].as_array().unwrap().len(), 3);
}
