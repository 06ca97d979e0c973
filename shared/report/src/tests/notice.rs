//! The message of a run: what is said, what is not said again, and that no name breaks it.

use rootwarden_domain::{Mode, run::report::Status};
use serde_json::Value;

use super::fixtures::{Told, failure, hostile_report, inventory, report};
use crate::{
    document::Scope,
    history::{History, NoticeOutcome},
    notice::{Links, Notice, NoticesOfRuns, Place, notice, said as kept},
};

fn links() -> Links {
    let run = "nightly-2026-11-22".parse().unwrap();
    Links::of(&Place {
        console: "console.aws.amazon.com",
        region: "us-east-1",
        bucket: "rootwarden-bucket",
        folder: "reports/2026/11/22/nightly-2026-11-22",
        stack: "rootwarden",
        execution_arn_prefix: "arn:aws:states:us-east-1:111122223333:execution:rootwarden-secure-accounts:",
        run: &run,
    })
}

#[test]
fn a_hostile_name_in_a_link_leads_nowhere_else() {
    let run = "nightly-2026-11-22".parse().unwrap();
    for hostile in super::fixtures::hostile_names().iter().map(String::as_str).chain(["a&prefix=b#c?d=e/../f", "@evil"])
    {
        let place = Place {
            console: "console.aws.amazon.com",
            region: hostile,
            bucket: hostile,
            folder: hostile,
            stack: "other",
            execution_arn_prefix: hostile,
            run: &run,
        };
        let Links { report, command, execution } = Links::of(&place);
        for link in [&report, &execution] {
            let rest = link.strip_prefix("https://console.aws.amazon.com/").unwrap();
            assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/:?&=#%".contains(&byte)), "{link}");
        }
        assert_eq!((report.matches(['?', '&']).count(), report.matches('#').count()), (2, 0), "{report}");
        assert_eq!((execution.matches(['?', '&']).count(), execution.matches('#').count()), (1, 1), "{execution}");
        assert_eq!(command, "rootwarden report nightly-2026-11-22 --stack other");
    }
}

/// A notice as it is sent, to the mail and to the chat, held against its file; written with `UPDATE_NOTICES=1`.
fn hold(name: &str, notice: &Notice) {
    let Notice { subject, text, chat } = notice;
    let chat: Value = serde_json::from_str(chat).unwrap();
    let told = format!("{subject}\n\n{text}\n--- chat\n{}\n", serde_json::to_string_pretty(&chat).unwrap());
    let file = format!("{}/src/tests/notices/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("UPDATE_NOTICES").is_ok_and(|value| value == "1") {
        std::fs::write(&file, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(&file).unwrap(), "{file}: read it, and write it with UPDATE_NOTICES=1");
}

#[test]
fn each_kind_of_notice_is_read_word_for_word() {
    let first = night(21, vec![(1, found()), (2, unknown("AccessDenied")), (3, Status::Clean)], History::default());
    hold("problems", &problems(&first).unwrap());
    let second = night(22, vec![(1, found()), (2, unknown("AccessDenied")), (3, found())], first.remembered());
    hold("one-more", &problems(&second).unwrap());
    let mut report_mode = night(21, vec![(1, found()), (3, Status::Clean)], History::default());
    report_mode.report.mode = Mode::Report;
    hold("report-mode", &problems(&report_mode).unwrap());
    let nothing = night(21, vec![(3, Status::Clean)], History::default());
    hold("always", &said(&nothing, NoticesOfRuns::Always).unwrap());
    let not_told = first.document().remembered(&first.history, None, kept(&first.document(), NoticeOutcome::Failed));
    hold("caught-up", &problems(&night(22, vec![(1, found()), (2, unknown("AccessDenied"))], not_told)).unwrap());
    hold("everything", &problems(&Told::full()).unwrap());
    let waits = night(21, vec![(1, Status::NotApproved { inventory: inventory() })], History::default());
    let decided = "arn:aws:iam::111122223333:user/ann has rejected nightly-2026-11-21.0: not now";
    for (name, decided) in [
        ("rejected", decided),
        ("not-answered", "nobody answered the request for approval within 24 hours, and nothing was deleted"),
    ] {
        let told = notice(&waits.document(), NoticesOfRuns::Problems, &waits.history, Some(decided), &links());
        hold(name, &told.unwrap());
    }
}

fn found() -> Status {
    Status::Found { inventory: inventory(), protected: vec![] }
}

fn unknown(code: &str) -> Status {
    Status::Unknown(rootwarden_domain::Failure { code: Some(code.into()), ..failure() })
}

fn night(number: u32, accounts: Vec<(u64, Status)>, history: History) -> Told {
    let accounts = accounts.into_iter().map(|(id, status)| (id, Some(format!("account {id}")), status));
    Told { history, ..Told::of(report(&format!("nightly-2026-11-{number}"), accounts)) }
}

fn said(told: &Told, wanted: NoticesOfRuns) -> Option<Notice> {
    notice(&told.document(), wanted, &told.history, None, &links())
}

fn problems(told: &Told) -> Option<Notice> {
    said(told, NoticesOfRuns::Problems)
}

#[test]
fn a_run_with_news_says_what_to_do_first_then_what_is_new_then_where_to_read_on() {
    let told = night(21, vec![(1, found()), (2, unknown("AccessDenied")), (3, Status::Clean)], History::default());
    let Notice { subject, text, .. } = problems(&told).unwrap();
    assert_eq!(subject, "Rootwarden: 2 accounts need a person, 2 new");
    assert_eq!(
        text,
        "What to do:\n\
         - Mend the causes that the report names beside the accounts, then look again. (unknown: 1)\n\
         - Have the root credentials deleted, or exempt the accounts. A deployment in report mode deletes nothing: deploy with \
         Mode=enforce first. (found: 1)\n\n\
         New:\n\
         - 000000000002 account 2: unknown: cannot open a root session in account `222200000003`: AccessDenied: with an explicit \
         deny in a service control policy: a service control policy of the account forbids it: it has to exempt root sessions\n\
         - 000000000001 account 1: found: 1 MFA device, 1 access key, 1 login profile\n\n\
         Accounts: 1 unknown, 1 found, 1 clean.\n\n\
         Report: https://console.aws.amazon.com/s3/object/rootwarden-bucket?region=us-east-1&prefix=reports/2026/11/22/\
         nightly-2026-11-22/report.html\n\
         rootwarden report nightly-2026-11-22\n\
         Run: https://console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn:aws:states:us-east-1:\
         111122223333:execution:rootwarden-secure-accounts:nightly-2026-11-22\n"
    );
}

#[test]
fn what_stays_is_counted_and_not_told_again() {
    let first = night(21, vec![(1, found()), (2, unknown("AccessDenied"))], History::default());
    assert!(problems(&first).is_some());
    let second = night(22, vec![(1, found()), (2, unknown("AccessDenied"))], first.remembered());
    assert_eq!(problems(&second), None, "the same finding is not told every night");
    let always = said(&second, NoticesOfRuns::Always).unwrap();
    assert!(always.text.contains("Found before and still so: 2."), "{}", always.text);
    assert!(!always.text.contains("New:"), "{}", always.text);
    let third = night(23, vec![(1, found()), (2, unknown("AccessDenied")), (3, found())], second.remembered());
    let news = problems(&third).unwrap();
    assert_eq!(news.subject, "Rootwarden: 3 accounts need a person, 1 new");
    assert!(news.text.contains("account 3") && !news.text.contains("account 1"), "{}", news.text);
}

#[test]
fn another_cause_another_status_and_another_credential_are_news() {
    let first = night(21, vec![(1, found()), (2, unknown("AccessDenied"))], History::default());
    for changed in [
        vec![(1, found()), (2, unknown("Throttling"))],
        vec![(1, unknown("AccessDenied")), (2, unknown("AccessDenied"))],
        vec![(1, found()), (2, found())],
    ] {
        assert!(problems(&night(22, changed.clone(), first.remembered())).is_some(), "{changed:?}");
    }
    let fewer = night(22, vec![(1, found()), (2, Status::Clean)], first.remembered());
    assert_eq!(problems(&fewer), None, "one that is gone needs nobody");
}

#[test]
fn what_the_run_says_of_itself_is_told_once() {
    let mut first = Told::full();
    first.report.accounts.clear();
    let text = problems(&first).unwrap().text;
    assert!(
        text.contains("the recovery window of account 000000000002 is over") && text.contains("AccessDenied <b>"),
        "{text}"
    );
    let mut second = Told::full();
    second.report.accounts.clear();
    second.report.run = "nightly-2026-11-23".parse().unwrap();
    second.history = first.remembered();
    assert_eq!(problems(&second), None);
}

#[test]
fn after_a_notice_that_could_not_be_sent_the_next_run_says_so() {
    let first = night(21, vec![(1, found())], History::default());
    let history = first.document().remembered(&first.history, None, kept(&first.document(), NoticeOutcome::Failed));
    let text = problems(&night(22, vec![(1, found())], history)).unwrap().text;
    assert!(text.contains("the notice of the run before could not be sent"), "{text}");
}

#[test]
fn a_run_without_problems_is_told_only_where_that_is_asked_for() {
    let told = night(21, vec![(1, Status::Clean)], History::default());
    assert_eq!(problems(&told), None);
    assert_eq!(said(&told, NoticesOfRuns::Never), None);
    assert_eq!(said(&told, NoticesOfRuns::Always).unwrap().subject, "Rootwarden: nothing to do");
    let bad = night(21, vec![(1, found())], History::default());
    assert_eq!(said(&bad, NoticesOfRuns::Never), None);
}

#[test]
fn a_run_over_a_part_is_held_against_the_last_one_over_everything() {
    let first = night(21, vec![(1, found()), (2, found())], History::default());
    let part = Told { scope: Scope::Selection, ..night(22, vec![(1, found())], first.remembered()) };
    assert_eq!(problems(&part), None);
}

#[test]
fn many_accounts_are_a_handful_of_lines_and_a_count() {
    let told = night(21, (1..=500).map(|id| (id, found())).collect(), History::default());
    let text = problems(&told).unwrap().text;
    assert!(text.contains("and 495 more accounts") && text.lines().count() < 25, "{text}");
}

#[test]
fn names_that_nobody_wishes_for_break_no_line_and_no_form() {
    let names: Vec<String> = super::fixtures::hostile_names();
    let each = names.into_iter().map(|name| {
        let told = Told::of(report("nightly-2026-11-22", [(1, Some(name), found())]));
        problems(&told).unwrap()
    });
    for Notice { subject, text, chat } in each.chain(problems(&Told::of(hostile_report()))) {
        assert!(subject.is_ascii() && subject.len() <= 100 && !subject.contains('\n'), "{subject}");
        assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
        assert!(!text.contains(['\u{202e}', '\u{200f}', '\u{2028}']), "{text:?}");
        assert!(text.lines().all(|line| line.chars().count() < 300), "{text}");
        let chat: Value = serde_json::from_str(&chat).unwrap();
        assert_eq!((&chat["version"], &chat["source"]), (&Value::from("1.0"), &Value::from("custom")));
        let content = &chat["content"];
        assert!(content["title"].as_str().unwrap().len() <= 100);
        let lines = content["nextSteps"].as_array().unwrap().iter().filter_map(Value::as_str);
        for line in lines.chain(content["description"].as_str().unwrap().lines()) {
            assert!(!line.contains(['<', '>', '`']) && !line.contains("]("), "{line}");
        }
    }
}

#[test]
fn what_became_of_a_request_for_approval_is_said_whatever_else_there_is() {
    let first = night(21, vec![(1, Status::NotApproved { inventory: inventory() })], History::default());
    let again = night(22, vec![(1, Status::NotApproved { inventory: inventory() })], first.remembered());
    let decided = Some("ann has rejected nightly-2026-11-22.0: <not> now");
    let said = notice(&again.document(), NoticesOfRuns::Problems, &again.history, decided, &links()).unwrap();
    assert!(said.text.contains("Also:\n- ann has rejected nightly-2026-11-22.0: <not> now\n"), "{}", said.text);
    assert_eq!(notice(&again.document(), NoticesOfRuns::Never, &again.history, decided, &links()), None);
}
