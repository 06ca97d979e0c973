//! What is kept from run to run: of credentials, how they stand; of runs, whether anybody was told of them.

use rootwarden_domain::{
    AccountId, Inventory,
    aws::credential::{AccessKey, LastUsed, LoginProfile, MfaDevice},
    run::report::Status,
};
use serde_json::json;

use super::fixtures::{Told, inventory, pin, protected, report};
use crate::{
    document::{Change, Scope},
    history::{History, NoticeOutcome},
    notice::{Links, NoticesOfRuns, notice, said},
};

fn id(number: u64) -> AccountId {
    format!("{number:012}").parse().unwrap()
}

fn with(inventory: Inventory) -> Status {
    Status::Found { inventory, protected: vec![] }
}

fn found() -> Status {
    with(inventory())
}

fn night(number: u32, accounts: Vec<(u64, Status)>, history: History) -> Told {
    let accounts = accounts.into_iter().map(|(id, status)| (id, Some(format!("account {id}")), status));
    let planned_at = format!("2026-11-{number}T02:00:00Z").parse().unwrap();
    Told { planned_at, history, ..Told::of(report(&format!("nightly-2026-11-{number}"), accounts)) }
}

/// What is kept of a run of which a round says that another one follows.
fn stopped(told: &Told) -> History {
    let document = told.document();
    let written = pin(&format!("reports/2026/11/22/{}/report.json", told.report.run));
    document.remembered(&told.history, Some(&written), said(&document, NoticeOutcome::Later))
}

fn is_told(told: &Told) -> Option<String> {
    let links = Links { report: String::new(), command: String::new(), execution: String::new() };
    let document = told.document();
    notice(&document, NoticesOfRuns::Problems, &told.history, None, &links).map(|notice| notice.text)
}

#[test]
fn what_a_run_found_that_was_stopped_between_its_rounds_is_new_in_the_next_one() {
    let first = night(21, vec![(1, found())], History::default());
    let second = night(22, vec![(1, found()), (2, found()), (3, Status::Clean)], first.remembered());
    let third = night(23, vec![(1, found()), (2, found()), (3, found())], stopped(&second));
    let document = third.document();
    assert_eq!((&document.changes.new, &document.changes.unchanged), (&vec![id(2), id(3)], &vec![id(1)]));
    assert_eq!(document.compared_with.as_ref().unwrap().run, first.report.run);
    assert_eq!(document.stopped, [&second.report.run]);
    // Since when it is there does not depend on who was told, nor does the chain of evidence.
    let since: Vec<_> = document.accounts.iter().map(|account| account.since.unwrap()).collect();
    assert_eq!(since, [first.planned_at, second.planned_at, third.planned_at]);
    assert_eq!(document.previous_report.unwrap().key, "reports/2026/11/22/nightly-2026-11-22/report.json");
    let text = is_told(&third).unwrap();
    assert!(text.contains("account 2") && text.contains("account 3") && !text.contains("account 1"), "{text}");

    // Its own later round is held against the same run, and what comes after it against this one.
    let again = night(23, vec![(1, found()), (2, found()), (3, Status::Clean)], stopped(&third));
    let document = again.document();
    assert_eq!((&document.changes.new, &document.stopped), (&vec![id(2)], &vec![&second.report.run]));
    assert_eq!(document.compared_with.as_ref().unwrap().run, first.report.run);
    assert_eq!(document.previous_report.unwrap().key, "reports/2026/11/22/nightly-2026-11-22/report.json");
    let fourth = night(24, vec![(1, found()), (2, found())], again.remembered());
    let document = fourth.document();
    assert_eq!(document.compared_with.as_ref().unwrap().run, again.report.run);
    assert!(document.changes.new.is_empty() && document.stopped.is_empty(), "{:?}", document.changes);
    assert_eq!(is_told(&fourth), None);
}

#[test]
fn of_several_runs_that_were_stopped_the_next_one_tells_everything() {
    let first = night(21, vec![(1, found())], History::default());
    let history = stopped(&first);
    let second = night(22, vec![(1, found()), (2, found())], history);
    let third = night(23, vec![(1, found()), (2, found())], stopped(&second));
    let document = third.document();
    assert_eq!((&document.changes.new, &document.compared_with), (&vec![id(1), id(2)], &None));
    assert_eq!(document.stopped, [&first.report.run, &second.report.run]);
    let part = Told { scope: Scope::Selection, ..night(24, vec![(2, found())], stopped(&second)) };
    assert_eq!(part.document().changes.new, [id(2)], "held against the last run that was told");
    assert_eq!(night(24, vec![], third.remembered()).document().stopped, Vec::<&rootwarden_domain::RunId>::new());
}

/// The inventory of the fixtures with one key, which stands and was used as said.
fn key(status: &str, last_used: LastUsed) -> Inventory {
    let mut inventory = inventory();
    let AccessKey { id, created_at, .. } = inventory.access_keys.remove(0);
    inventory.access_keys.push(AccessKey { id, created_at, status: status.into(), last_used });
    inventory
}

fn used() -> LastUsed {
    LastUsed::At("2026-11-20T10:00:00Z".parse().unwrap())
}

#[test]
fn a_credential_that_is_more_in_use_makes_an_old_finding_a_changed_one() {
    let later = Some("2026-11-22T01:00:00Z".parse().unwrap());
    let new_password = Inventory { login_profile: Some(LoginProfile { created_at: later }), ..inventory() };
    let MfaDevice { serial_number, .. } = inventory().mfa_devices.remove(0);
    let new_device = Inventory { mfa_devices: vec![MfaDevice { serial_number, enabled_at: later }], ..inventory() };
    let (news, nothing) = (Some(Change::Changed), Some(Change::Unchanged));
    for (before, after, change, why) in [
        (key("Inactive", used()), key("Active", used()), news, "made active"),
        (key("Active", LastUsed::Never), key("Active", used()), news, "used for the first time"),
        (inventory(), new_password.clone(), news, "a password that was set anew"),
        (inventory(), new_device, news, "another device of the same name"),
        (key("Active", used()), key("Inactive", used()), nothing, "made inactive"),
        (key("Active", LastUsed::Unread), key("Active", used()), nothing, "it was not read whether it was used"),
        (new_password, inventory(), nothing, "an older one"),
        (inventory(), inventory(), nothing, "as it was"),
    ] {
        let first = night(21, vec![(1, with(before))], History::default());
        let second = night(22, vec![(1, with(after))], first.remembered());
        assert_eq!(second.document().accounts[0].change, change, "{why}");
        assert_eq!(is_told(&second).is_some(), change == news, "{why}");
    }
}

#[test]
fn how_a_protected_key_stands_is_kept_where_the_audit_was_read() {
    let status = || Status::Protected { protected: vec![protected()], steps: vec![] };
    let audited = |inventory: Inventory| {
        let audited = crate::document::Audited { found: Some(inventory), calls: vec![] };
        [(id(1), audited)].into()
    };
    let first = Told { audits: audited(key("Inactive", used())), ..night(21, vec![(1, status())], History::default()) };
    let second = Told { audits: audited(key("Active", used())), ..night(22, vec![(1, status())], first.remembered()) };
    assert_eq!(second.document().accounts[0].change, Some(Change::Changed));
}

#[test]
fn what_was_kept_before_states_and_stopped_runs_were_is_read_as_it_was_meant() {
    let first = night(21, vec![(1, found())], History::default());
    let mut kept = serde_json::to_value(first.remembered()).unwrap();
    // In the order of the credentials, and no more than there is to say.
    let since = "2021-03-04T05:06:07Z";
    assert_eq!(kept["latest"]["000000000001"]["credentials"][1], "access key AKIAIOSFODNN7EXAMPLE");
    assert_eq!(
        kept["latest"]["000000000001"]["states"],
        json!([{"since": since}, {"active": true, "since": since, "used": true}, {"since": since}])
    );
    kept["latest"]["000000000001"].as_object_mut().unwrap().remove("states");
    assert_eq!(kept.get("stopped"), None);
    let history: History = serde_json::from_value::<History>(kept).unwrap();
    let second = night(22, vec![(1, found())], history);
    assert_eq!(second.document().changes.unchanged, [id(1)]);

    let third = night(23, vec![(1, found())], second.remembered());
    let again = night(23, vec![(1, found())], third.remembered());
    assert_eq!(again.document().compared_with.as_ref().unwrap().run, second.report.run);
    assert!(again.document().stopped.is_empty());
}
