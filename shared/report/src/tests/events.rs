//! The events of a run: which there are, against their schemas, and no more than so many.

use rootwarden_domain::run::report::Status;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

use super::fixtures::{Told, each_status, failure, hostile_report, inventory, key, report, step};
use crate::{
    events::{Event, Kind, MOST_ACCOUNTS, of_run, schema},
    history::History,
};
use rootwarden_domain::run::deletion::StepOutcome;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/events")
}

fn events(told: &Told) -> Vec<Event> {
    of_run(&told.document(), "s3://rootwarden-bucket/reports/2026/11/22/r/report.json").unwrap()
}

fn kinds(told: &Told) -> Vec<Kind> {
    events(told).into_iter().map(|event| event.kind).collect()
}

fn found() -> Status {
    Status::Found { inventory: inventory(), protected: vec![] }
}

fn cleaned() -> Status {
    Status::Cleaned { steps: vec![step(key("AKIAIOSFODNN7EXAMPLE"), StepOutcome::Deleted)] }
}

fn night(number: u32, accounts: Vec<(u64, Status)>, history: History) -> Told {
    let accounts = accounts.into_iter().map(|(id, status)| (id, Some(format!("account {id}")), status));
    Told { history, ..Told::of(report(&format!("nightly-2026-11-{number}"), accounts)) }
}

fn validator(kind: Kind) -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(&schema(kind).unwrap()).unwrap()).unwrap()
}

#[test]
fn the_schemas_in_the_documents_are_those_of_the_types() {
    for kind in Kind::ALL {
        let path = folder().join(format!("{}.schema.json", kind.file_name()));
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            fs::write(&path, schema(kind).unwrap()).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), schema(kind).unwrap(), "{}", path.display());
    }
}

#[test]
fn each_sample_is_an_event_as_its_schema_says() {
    for kind in Kind::ALL {
        let path = folder().join(format!("{}.json", kind.file_name()));
        let sample: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!((&sample["source"], &sample["detail-type"]), (&"rootwarden".into(), &kind.detail_type().into()));
        let errors: Vec<String> =
            validator(kind).iter_errors(&sample["detail"]).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        assert!(!validator(kind).is_valid(&serde_json::json!({"version": 1})), "{kind:?} takes anything");
    }
}

#[test]
fn every_event_of_a_run_is_as_its_schema_says_whatever_the_names() {
    let everything = each_status().into_iter().enumerate().map(|(number, status)| (number as u64, status)).collect();
    for told in [night(21, everything, History::default()), Told::of(hostile_report()), Told::full()] {
        let events = events(&told);
        assert!(events.len() > 2);
        for Event { kind, detail } in events {
            let detail: Value = serde_json::from_str(&detail).unwrap();
            let errors: Vec<String> = validator(kind).iter_errors(&detail).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{kind:?}: {errors:?} in {detail}");
        }
    }
}

#[test]
fn what_is_new_and_what_was_deleted_is_told_and_what_stays_is_not() {
    let first = night(21, vec![(1, found()), (2, Status::Unknown(failure())), (3, Status::Clean)], History::default());
    assert_eq!(kinds(&first), [Kind::AccountUnknown, Kind::RootCredentialsFound]);
    let same = night(22, vec![(1, found()), (2, Status::Unknown(failure())), (3, Status::Clean)], first.remembered());
    assert_eq!(kinds(&same), []);
    let deleted = night(22, vec![(1, cleaned()), (2, found()), (3, Status::Clean)], first.remembered());
    assert_eq!(kinds(&deleted), [Kind::RootCredentialsFound, Kind::RootCredentialsDeleted]);
}

#[test]
fn a_run_about_many_accounts_has_no_more_than_so_many_events_and_one_for_the_rest() {
    let many = |count: u64| events(&night(21, (1..=count).map(|id| (id, found())).collect(), History::default()));
    assert_eq!(many(100).len(), MOST_ACCOUNTS);
    let more = many(50_000);
    assert_eq!(more.len(), MOST_ACCOUNTS + 1);
    let (last, own) = more.split_last().unwrap();
    assert!(own.iter().all(|event| event.kind == Kind::RootCredentialsFound));
    assert_eq!(last.kind, Kind::FurtherAccounts);
    let last: Value = serde_json::from_str(&last.detail).unwrap();
    assert_eq!((&last["with_credentials_found"], &last["unknown"]), (&49_900.into(), &0.into()));
}

#[test]
fn credentials_are_told_by_kind_and_id() {
    let told = night(21, vec![(1, found()), (2, cleaned())], History::default());
    let credentials: Vec<Value> = events(&told)
        .into_iter()
        .map(|event| serde_json::from_str::<Value>(&event.detail).unwrap()["credentials"].clone())
        .collect();
    let key = json!({"kind": "access_key", "id": "AKIAIOSFODNN7EXAMPLE"});
    let device = json!({"kind": "mfa_device", "id": "arn:aws:iam::222200000001:mfa/root-account-mfa-device"});
    let profile = json!({"kind": "login_profile", "id": null});
    assert_eq!(credentials, [json!([device, key, profile]), json!([key])]);
}

#[test]
fn who_reads_an_event_by_its_schema_today_still_reads_one_with_a_field_more() {
    for kind in Kind::ALL {
        let path = folder().join(format!("{}.json", kind.file_name()));
        let sample: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut detail = sample["detail"].clone();
        detail["added_later"] = json!({"anything": [1]});
        if let Some(credential) = detail.pointer_mut("/credentials/0") {
            credential["added_later"] = json!(true);
        }
        assert!(validator(kind).is_valid(&detail), "{}", path.display());
    }
}
