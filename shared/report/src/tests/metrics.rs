//! The numbers of a run are those of its report.

use std::collections::BTreeMap;

use super::fixtures::Told;
use crate::{
    document::{Outcome, Scope},
    metrics::{MetricUnit, metrics},
    status::StatusName,
};

fn numbers(told: &Told) -> BTreeMap<&'static str, u64> {
    let metrics = metrics(&told.document(), told.planned_at).unwrap();
    let count = metrics.len();
    let numbers: BTreeMap<_, _> = metrics.into_iter().map(|metric| (metric.name, metric.value)).collect();
    assert_eq!(numbers.len(), count, "two metrics have one name");
    numbers
}

#[test]
fn every_account_and_credential_of_the_report_is_counted_once() {
    let told = Told::full();
    let (document, numbers) = (told.document(), numbers(&told));
    let sum =
        |part: fn(&str) -> bool| numbers.iter().filter(|(name, _)| part(name)).map(|(_, value)| value).sum::<u64>();
    assert_eq!(sum(|name| name.starts_with("Accounts")), document.accounts.len() as u64);
    assert_eq!(numbers["AccountsUnknown"], 1);
    let found: usize = document.accounts.iter().map(|account| account.evidence.before.len()).sum();
    assert!(found > 0);
    assert_eq!(sum(|name| name.ends_with("Found") && name != "AccountsFound"), found as u64);
    let steps = document.accounts.iter().flat_map(|account| &account.evidence.steps);
    let deleted = steps.filter(|step| step.outcome == Outcome::Deleted).count();
    assert!(deleted > 0);
    assert_eq!(sum(|name| name.ends_with("Deleted")), deleted as u64);
    let failures = document.accounts.iter().filter(|account| account.evidence.failure.is_some()).count();
    assert!(failures > 0);
    assert_eq!(sum(|name| name.starts_with("Failures")), failures as u64);
    let calls = document.accounts.iter().flat_map(|account| &account.evidence.calls);
    let retries: u32 = calls.clone().map(|call| call.retries).sum();
    assert!(retries > 0);
    assert_eq!(numbers["Retries"], u64::from(retries));
    let sessions = calls.filter(|call| call.action == "sts:AssumeRoot").count();
    assert!(sessions > 0);
    assert_eq!(numbers["AssumeRootCalls"], sessions as u64);
}

#[test]
fn the_same_metrics_come_every_night_also_those_that_are_zero() {
    let told = Told::full();
    let mut empty = Told::full();
    empty.report.accounts.clear();
    let names = |told: &Told| numbers(told).into_keys().collect::<Vec<_>>();
    assert_eq!(names(&empty), names(&told));
    assert_eq!(names(&told).len(), StatusName::ALL.len() + 4 + 4 + 7 + 3);
}

#[test]
fn a_run_over_a_part_has_none() {
    let mut told = Told::full();
    told.scope = Scope::Selection;
    assert_eq!(metrics(&told.document(), told.planned_at), None);
}

#[test]
fn the_duration_is_from_the_first_plan_to_the_report() {
    let told = Told::full();
    let begun_at = told.planned_at - jiff::SignedDuration::from_mins(90);
    let all = metrics(&told.document(), begun_at).unwrap();
    let duration = all.iter().find(|metric| metric.name == "Duration").unwrap();
    assert_eq!((duration.value, duration.unit), (5400, MetricUnit::Seconds));
}
