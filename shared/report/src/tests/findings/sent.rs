//! Which findings are sent, and what is kept of that.

use super::*;
use crate::document::Scope;

#[test]
fn a_finding_is_sent_once_again_when_it_changes_and_after_60_days() {
    let (first, kept) = sent(&night(1, vec![(1, found()), (2, Status::Clean)]), &Sent::default(), Wanted::NotPassed);
    assert_eq!(statuses(&first), ["FAILED"]);
    let (second, kept) = sent(&night(2, vec![(1, found()), (2, Status::Clean)]), &kept, Wanted::NotPassed);
    assert!(second.is_empty(), "{second:#?}");
    let (late, kept) = sent(&night(62, vec![(1, found()), (2, Status::Clean)]), &kept, Wanted::NotPassed);
    assert_eq!(statuses(&late), ["FAILED"]);
    assert_eq!((&late[0]["CreatedAt"], &late[0]["Id"]), (&first[0]["CreatedAt"], &first[0]["Id"]));
    assert_eq!(late[0]["FirstObservedAt"], first[0]["FirstObservedAt"]);
    assert_ne!(late[0]["UpdatedAt"], first[0]["UpdatedAt"]);
    let (passed, kept) = sent(&night(63, vec![(1, Status::Clean), (2, Status::Clean)]), &kept, Wanted::NotPassed);
    assert_eq!(statuses(&passed), ["PASSED"]);
    assert_eq!(passed[0]["CreatedAt"], first[0]["CreatedAt"]);
    // What passed is not renewed for ever.
    assert!(sent(&night(180, vec![(1, Status::Clean)]), &kept, Wanted::NotPassed).0.is_empty());
}

#[test]
fn clean_accounts_have_findings_only_where_all_are_wanted() {
    let told = night(1, vec![(1, Status::Clean), (2, Status::Clean)]);
    assert!(sent(&told, &Sent::default(), Wanted::NotPassed).0.is_empty());
    assert_eq!(statuses(&sent(&told, &Sent::default(), Wanted::All).0), ["PASSED", "PASSED"]);
}

#[test]
fn an_account_that_left_is_archived_and_only_by_a_run_over_the_whole_organization() {
    let (_, kept) = sent(&night(1, vec![(1, found()), (2, found())]), &Sent::default(), Wanted::NotPassed);
    let mut part = night(2, vec![(2, found())]);
    part.scope = Scope::Selection;
    assert!(sent(&part, &kept, Wanted::NotPassed).0.is_empty());
    assert!(sent(&night(2, vec![]), &kept, Wanted::NotPassed).0.is_empty(), "nobody is no organization");
    let (archived, kept) = sent(&night(2, vec![(2, found())]), &kept, Wanted::NotPassed);
    let [finding] = archived.as_slice() else { panic!("{archived:#?}") };
    assert_eq!(
        (&finding["RecordState"], &finding["Resources"][0]["Id"]),
        (&"ARCHIVED".into(), &"AWS::::Account:000000000001".into())
    );
    assert!(sent(&night(3, vec![(2, found())]), &kept, Wanted::NotPassed).0.is_empty(), "once");
}

#[test]
fn what_was_not_sent_is_sent_the_next_night_and_so_is_everything_where_nothing_is_known() {
    let told = night(1, vec![(1, found()), (2, found())]);
    let document = told.document();
    let to_send = Sent::default().to_send(&document, Wanted::NotPassed);
    let kept = Sent::default().after(to_send.into_iter().take(1), []);
    assert_eq!(sent(&night(2, vec![(1, found()), (2, found())]), &kept, Wanted::NotPassed).0.len(), 1);
    assert_eq!(sent(&told, &Sent::default(), Wanted::NotPassed).0.len(), 2);
}

/// Security Hub may have taken what it did not answer, and what it is told then must not be left out as known.
#[test]
fn a_finding_of_which_the_answer_was_lost_is_sent_again_though_it_is_as_it_was_before() {
    let (first, kept) = sent(&night(1, vec![(1, found()), (2, found())]), &Sent::default(), Wanted::NotPassed);
    let clean = night(2, vec![(1, Status::Clean)]);
    let document = clean.document();
    let kept = kept.clone().after([], kept.to_send(&document, Wanted::NotPassed));
    let (again, kept) = sent(&night(3, vec![(1, found()), (2, found())]), &kept, Wanted::NotPassed);
    assert_eq!(statuses(&again), ["FAILED", "FAILED"], "one may have passed there, one may be archived");
    assert_eq!(again[0]["CreatedAt"], first[0]["CreatedAt"]);
    assert!(sent(&night(4, vec![(1, found()), (2, found())]), &kept, Wanted::NotPassed).0.is_empty());
    let left = night(2, vec![(1, found())]);
    let document = left.document();
    let kept = kept.clone().after([], kept.to_send(&document, Wanted::NotPassed));
    assert_eq!(sent(&night(5, vec![(1, found())]), &kept, Wanted::NotPassed).0[0]["RecordState"], "ARCHIVED");
}

#[test]
fn what_is_kept_is_read_as_it_was_written_by_earlier_versions() {
    let (_, kept) = sent(&night(1, vec![(1, found())]), &Sent::default(), Wanted::NotPassed);
    let text = serde_json::to_string(&kept).unwrap();
    assert!(text.contains(r#""said":""#), "{text}");
    assert_eq!(serde_json::from_str::<Sent>(&text).unwrap(), kept);
}

/// 50,000 accounts: were anything quadratic, this test would not end.
#[test]
fn the_largest_organization_is_sent_in_one_order_and_archived_once() {
    let all = |status: fn() -> Status| (1..=50_000).map(|id| (id, status())).collect::<Vec<_>>();
    let (first, kept) = sent(&night(1, all(|| Status::Clean)), &Sent::default(), Wanted::All);
    let ids: Vec<&str> = first.iter().map(|finding| finding["Id"].as_str().unwrap()).collect();
    assert!(ids.len() == 50_000 && ids.is_sorted());
    assert!(sent(&night(2, all(|| Status::Clean)), &kept, Wanted::All).0.is_empty());
    let (archived, kept) = sent(&night(3, vec![(1, Status::Clean)]), &kept, Wanted::All);
    assert_eq!(archived.len(), 49_999);
    assert!(archived.iter().all(|finding| finding["RecordState"] == "ARCHIVED"));
    assert!(sent(&night(4, vec![(1, Status::Clean)]), &kept, Wanted::All).0.is_empty(), "forgotten");
}
