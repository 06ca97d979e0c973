//! What recovery windows do to a plan.

use serde_json::json;

use super::{
    tests::{finding, present, result, selected},
    *,
};
use crate::{aws::credential::LastUsed, recovery::WindowObject, text::input::parse};

const ACCOUNT: &str = "300000000001";
const FROM: &str = "2026-11-22T02:00:00Z";
const UNTIL: &str = "2026-11-23T02:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn window(from: &str, until: &str) -> RecoveryWindow {
    let person = |name: &str| format!("arn:aws:sts::111122223333:assumed-role/Operators/{name}@example.com");
    let window = json!({
        "recovery": format!("recovery-{ACCOUNT}-20261122T0200Z-{}", "a".repeat(32)), "account": ACCOUNT,
        "requested_by": person("jane"), "approved_by": person("joe"), "reason": "close it", "ticket": "CHG-1",
        "from": from, "until": until, "closed": null, "settled": null,
    });
    parse("window", window).unwrap()
}

/// Two keys in use: one from before the window, one that was made in it.
fn keys() -> Vec<AccessKey> {
    let key = |id: &str, created: &str| AccessKey {
        id: id.parse().unwrap(),
        status: "Active".into(),
        created_at: Some(at(created)),
        last_used: LastUsed::At(at("2026-11-22T12:00:00Z")),
    };
    vec![key("AKIAFROMBEFORE000001", "2026-11-01T00:00:00Z"), key("AKIAOFTHEWINDOW00001", "2026-11-22T03:00:00Z")]
}

fn planned(object: WindowObject, exemptions: &str, outcome: AuditOutcome, now: &str) -> DeletionPlan {
    let mut recoveries = RecoveryWindows::default();
    recoveries.add(ACCOUNT.parse().unwrap(), object);
    let (exemptions, released) = (Exemptions::parse(exemptions).unwrap(), ReleasedKeys::new());
    let keys = KeyRules { protect_used_within_days: 30, released: &released };
    let rules = Rules { exemptions: &exemptions, recoveries: &recoveries, keys, now: at(now) };
    let audits = vec![result(0, vec![(ACCOUNT, outcome)])].into_iter().collect();
    DeletionPlan::plan(AuditedChunk { selected: selected(&[ACCOUNT]), audits }, vec![], rules)
}

fn of(window: RecoveryWindow) -> WindowObject {
    WindowObject::of(ACCOUNT.parse().unwrap(), window)
}

#[test]
fn an_open_window_leaves_its_account_alone_until_the_second_of_its_end() {
    let plan = |now| planned(of(window(FROM, UNTIL)), "{}", present(keys()), now);
    let before = plan("2026-11-23T01:59:59Z");
    assert_eq!((before.account_count(), before.open_recoveries.len(), before.ended_recoveries.len()), (0, 1, 0));
    let AccountFinding::Exempt { reason, .. } = finding(&before, ACCOUNT) else { panic!("{before:?}") };
    assert!(reason.contains("2026-11-23T02:00:00Z") && reason.contains("jane") && reason.contains("joe"), "{reason}");
    let after = plan(UNTIL);
    assert_eq!((after.account_count(), after.open_recoveries.len(), after.ended_recoveries.len()), (1, 0, 1));
}

#[test]
fn i10_after_the_end_keys_of_the_window_go_uncounted_and_those_from_before_stay() {
    let plan = planned(of(window(FROM, UNTIL)), "{}", present(keys()), UNTIL);
    let account = plan.accounts().next().unwrap();
    let kept: Vec<String> = account.protected.iter().map(|held| held.credential.to_string()).collect();
    assert_eq!((account.delete.len(), kept.len()), (2, 1), "the login profile and the window's key");
    assert!(kept[0].contains("AKIAFROMBEFORE000001"), "{kept:?}");
    assert!(plan.ended_recoveries.values().all(RecoveryWindow::was_ever_open), "so that the ledger does not count it");
}

#[test]
fn i10_a_window_that_was_never_open_excepts_nothing() {
    let plan = planned(of(window(FROM, FROM)), "{}", present(keys()), UNTIL);
    assert_eq!((plan.ended_recoveries.len(), plan.accounts().next().unwrap().protected.len()), (1, 2));
    assert!(!plan.ended_recoveries.values().any(RecoveryWindow::was_ever_open), "so that the ledger counts it");
}

#[test]
fn an_exemption_is_said_where_both_are_there_and_the_window_is_reported_all_the_same() {
    let exemptions = format!(r#"{{"{ACCOUNT}": "audit"}}"#);
    let plan = planned(of(window(FROM, UNTIL)), &exemptions, present(keys()), FROM);
    assert!(matches!(finding(&plan, ACCOUNT), AccountFinding::Exempt { reason, .. } if reason == "audit"));
    assert_eq!(plan.open_recoveries.len(), 1);
}

#[test]
fn a_window_that_cannot_be_read_protects_everything_and_is_neither_open_nor_ended() {
    let plan = planned(WindowObject::Unreadable("no JSON".into()), "{}", present(keys()), UNTIL);
    assert!(matches!(finding(&plan, ACCOUNT), AccountFinding::Protected { protected, .. } if protected.len() == 3));
    assert_eq!((plan.account_count(), plan.open_recoveries.len(), plan.ended_recoveries.len()), (0, 0, 0));
}

#[test]
fn a_clean_account_has_its_window_reported() {
    let plan = planned(of(window(FROM, UNTIL)), "{}", AuditOutcome::Clean, FROM);
    assert_eq!((finding(&plan, ACCOUNT), plan.open_recoveries.len()), (AccountFinding::Clean, 1));
}
