use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::{
    aws::credential::{AccessKey, LastUsed},
    people::Person,
    text::input::parse,
};

const NOW: &str = "2026-11-22T02:00:00Z";
const JANE: &str = "arn:aws:sts::111122223333:assumed-role/Operators/jane@example.com";
const JOE: &str = "arn:aws:sts::111122223333:assumed-role/Operators/joe@example.com";
const ACCOUNT: &str = "300000000001";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn signed(digit: char, action: &Value) -> SignedRecovery {
    let digest = digit.to_string().repeat(32);
    parse(
        "request",
        json!({
            "recovery": format!("recovery-{ACCOUNT}-20261122T0200Z-{digest}"),
            "request": {"account": ACCOUNT, "action": action, "reason": "close the account", "ticket": "CHG-1"},
            "requested_by": JANE, "requested_at": NOW,
        }),
    )
    .unwrap()
}

fn allow(digit: char, duration: &str) -> SignedRecovery {
    signed(digit, &json!({"allow": {"duration": duration}}))
}

fn extend(digit: char, duration: &str) -> SignedRecovery {
    signed(digit, &json!({"extend": {"duration": duration}}))
}

fn opened(signed: &SignedRecovery, current: Option<&RecoveryWindow>, now: &str) -> Result<Opening, OpeningError> {
    Opening::of(signed, &JOE.parse::<Person>().unwrap(), current, at(now))
}

fn window() -> RecoveryWindow {
    opened(&allow('a', "PT24H"), None, NOW).unwrap().window
}

#[test]
fn a_duration_is_iso_8601_and_has_an_end() {
    for (text, hours) in [("PT24H", 24), ("P1D", 24), ("P1W", 168), ("PT90M", 0), ("P1DT12H", 36)] {
        let duration: WindowDuration = text.parse().unwrap();
        if hours > 0 {
            assert_eq!(duration.length(), SignedDuration::from_hours(hours), "{text}");
        }
        assert_eq!(duration.to_string().parse::<WindowDuration>().unwrap(), duration);
    }
    for wrong in
        ["", "24h", "24 hours", "PT0S", "-PT1H", "P1M", "P1Y", "P8D", "PT169H", "P", "PT", "tomorrow", "PT24H ago"]
    {
        let error = wrong.parse::<WindowDuration>().unwrap_err().to_string();
        assert!(error.contains("ISO 8601"), "{error}");
    }
}

#[test]
fn a_deployment_says_what_is_the_least_and_the_most() {
    let duration = |text: &str| text.parse::<WindowDuration>().unwrap();
    let limits = DurationLimits::new(duration("PT1H"), duration("P3D")).unwrap();
    assert!(limits.check(duration("PT1H")).is_ok() && limits.check(duration("PT72H")).is_ok());
    for wrong in ["PT59M59S", "PT72H1S"] {
        let error = limits.check(duration(wrong)).unwrap_err().to_string();
        assert!(error.contains("from PT1H to PT72H"), "{error}");
    }
    assert!(DurationLimits::new(duration("P3D"), duration("PT1H")).is_err());
}

#[test]
fn a_window_ends_whatever_happens() {
    let window = window();
    assert!(window.is_open(at("2026-11-23T01:59:59Z")) && !window.is_open(at("2026-11-23T02:00:00Z")));
    assert!(!window.is_to_settle(at(NOW)) && window.is_to_settle(at("2026-11-23T02:00:00Z")));
    let mut closed = window.clone();
    closed.closed = Some(Closing { at: at("2026-11-22T03:00:00Z"), because: "done".into() });
    assert!(closed.is_open(at("2026-11-22T02:59:59Z")) && !closed.is_open(at("2026-11-22T03:00:00Z")));
    // A closing that says a later time moves no end.
    closed.closed = Some(Closing { at: at("2027-01-01T00:00:00Z"), because: "late".into() });
    assert_eq!(closed.end(), window.until);
}

#[test]
fn of_two_requests_for_one_account_one_opens_a_window() {
    let (now, later) = (at(NOW), "2026-11-22T04:00:00Z");
    let open = window();
    let other = allow('b', "PT48H");
    assert!(matches!(opened(&other, Some(&open), later), Err(OpeningError::AlreadyOpen { .. })));
    assert!(matches!(may_be_asked(&other.request, Some(&open), now), Err(OpeningError::AlreadyOpen { .. })));
    assert!(opened(&other, Some(&open), "2026-11-23T02:00:00Z").is_ok(), "it has ended");
}

#[test]
fn extending_needs_an_open_window_and_moves_its_end_on() {
    let open = window();
    assert_eq!(opened(&extend('b', "PT48H"), None, NOW).unwrap_err(), OpeningError::NothingToExtend);
    assert!(matches!(
        opened(&extend('b', "PT1H"), Some(&open), "2026-11-22T03:00:00Z"),
        Err(OpeningError::NotLonger { .. })
    ));
    let extended = opened(&extend('b', "PT24H"), Some(&open), "2026-11-22T12:00:00Z").unwrap().window;
    assert_eq!((extended.from, extended.until), (open.from, at("2026-11-23T12:00:00Z")));
    let end = signed('c', &json!("end"));
    assert_eq!(opened(&end, Some(&open), NOW).unwrap_err(), OpeningError::NotAnOpening);
}

#[test]
fn i12_a_request_opens_its_window_once() {
    let opening = opened(&allow('a', "PT24H"), None, NOW).unwrap();
    let window = opening.window.clone();
    assert_eq!(opening.clone().again(None, at("2026-11-22T02:05:00Z")).unwrap(), window, "after an interruption");
    let another = opened(&allow('b', "PT1H"), None, NOW).unwrap().window;
    for (current, now) in [(Some(&another), NOW), (Some(&window), NOW), (None, "2026-11-23T02:00:00Z")] {
        assert!(matches!(opening.clone().again(current, at(now)), Err(OpeningError::OpenedBefore(_))));
    }
}

#[test]
fn a_key_is_of_the_window_if_it_was_created_while_it_was_open() {
    let window = window();
    let key = |created: Option<&str>| AccessKey {
        id: "AKIAIOSFODNN7EXAMPLE".parse().unwrap(),
        status: "Active".into(),
        created_at: created.map(at),
        last_used: LastUsed::Never,
    };
    for (created, expected) in [
        (Some("2026-11-22T01:59:59Z"), false),
        (Some(NOW), true),
        (Some("2026-11-23T02:00:00Z"), true),
        (Some("2026-11-23T02:00:01Z"), false),
        (None, false),
    ] {
        assert_eq!(window.created(&key(created)), expected, "{created:?}");
    }
}

#[test]
fn a_window_at_another_accounts_place_is_none() {
    let mut windows = RecoveryWindows::default();
    let (own, other) = (ACCOUNT.parse().unwrap(), "300000000002".parse().unwrap());
    windows.add(own, WindowObject::of(own, window()));
    windows.add(other, WindowObject::of(other, window()));
    assert!(windows.open(own, at(NOW)).is_some() && windows.unreadable(own).is_none());
    assert!(windows.open(other, at(NOW)).is_none());
    assert!(windows.unreadable(other).unwrap().contains("end-recovery"));
    assert_eq!((windows.ended(own, at(NOW)), windows.ended(own, at("2026-11-23T02:00:00Z")).is_some()), (None, true));
}

/// A request, its approval and what it opened, as they lie in the bucket.
fn backing() -> (Backing, RecoveryWindow) {
    let signed = allow('a', "PT24H");
    let opened = opened(&signed, None, NOW).unwrap();
    let (window, sha256) = (opened.window.clone(), "ab".repeat(32));
    let decided = parse(
        "decision",
        json!({
            "approval_id": signed.recovery, "decision": "approved", "plan_sha256": sha256, "by": JOE,
            "started_by": {"person": JANE}, "reason": "so be it", "at": NOW,
        }),
    )
    .unwrap();
    let pin = parse("pin", json!({"key": signed.recovery.request_key(), "version_id": "1", "sha256": sha256})).unwrap();
    (Backing { asked: Some((pin, signed)), decided: Some(decided), opened: Some(opened) }, window)
}

#[test]
fn i12_a_window_rests_on_a_request_an_approval_and_what_was_opened() {
    let (backing, window) = backing();
    assert_eq!(backing.check(&window), Ok(()));
    let closed = RecoveryWindow { closed: Some(Closing { at: at(NOW), because: "done".into() }), ..window.clone() };
    assert_eq!(backing.check(&closed), Ok(()), "whatever became of it since");
    for (changed, expected) in [
        (Backing { asked: None, ..backing.clone() }, BackingError::NotAsked),
        (Backing { opened: None, ..backing.clone() }, BackingError::OpenedOtherwise),
    ] {
        assert_eq!(changed.check(&window), Err(expected));
    }
    let undecided = Backing { decided: None, ..backing.clone() };
    assert!(matches!(undecided.check(&window), Err(BackingError::NotApproved(_))));
    let later = RecoveryWindow { until: at("2026-11-23T03:00:01Z"), ..window.clone() };
    assert_eq!(backing.check(&later), Err(BackingError::EndsTooLate));
    let earlier = RecoveryWindow { from: at("2020-01-01T00:00:00Z"), ..window.clone() };
    assert_eq!(backing.check(&earlier), Err(BackingError::OpenedOtherwise));
    let by_another = RecoveryWindow { approved_by: JANE.parse().unwrap(), ..window };
    assert_eq!(backing.check(&by_another), Err(BackingError::ApprovedByAnother));
}

#[test]
fn i12_in_the_place_of_a_window_that_cannot_be_read_there_is_one_of_no_time() {
    let (of_allow, window) = backing();
    let end = signed('e', &json!("end"));
    let pin = of_allow.asked.map(|(pin, _)| pin).unwrap();
    let backing = Backing { asked: Some((pin, end.clone())), ..Backing::default() };
    let none =
        RecoveryWindow { recovery: end.recovery, until: window.from, approved_by: JANE.parse().unwrap(), ..window };
    assert_eq!(backing.check(&none), Ok(()));
    let some = RecoveryWindow { until: at("2999-01-01T00:00:00Z"), ..none };
    assert_eq!(backing.check(&some), Err(BackingError::OpenedOtherwise));
}
