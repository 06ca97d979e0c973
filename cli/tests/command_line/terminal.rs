//! On a terminal of its own: progress, prompts and wrong answers, width, colours.

use serde_json::{Value, json};

use crate::support::{CLEAN, KEYS, Organization, screen::Screen, world};

const QUESTION: &str = "Type the number of accounts (2) to delete these root credentials:";

#[test]
fn shows_progress_and_asks_once() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:GetAccountSummary", "account": CLEAN, "effect": {"slow": 2}}]));
    let mut screen = Screen::start(&organization, &["delete"], 120);
    screen.wait_for("of 3 accounts audited");
    screen.wait_for("in hand longest: 222200000001");
    screen.wait_for("5 root credentials in 2 accounts");
    screen.wait_for(QUESTION);
    assert_eq!(organization.changes(), Vec::<String>::new(), "nothing is deleted before the answer");
    screen.type_line("2");
    let (code, text) = screen.end();
    assert_eq!(code, 0, "{text}");
    assert_eq!(text.matches("Type the number").count(), 1);
    assert_eq!(organization.root(KEYS), Value::Null);
}

#[test]
fn a_wrong_answer_deletes_nothing() {
    for answer in ["", "yes", "1", "3", "2 accounts", "02"] {
        let organization = Organization::new(world());
        let before = organization.world();
        let mut screen = Screen::start(&organization, &["delete"], 120);
        screen.wait_for(QUESTION);
        screen.type_line(answer);
        let (code, text) = screen.end();
        assert_eq!(code, 3, "{answer}: {text}");
        assert!(text.contains("the answer is not 2, the number of accounts: nothing is deleted"), "{text}");
        assert_eq!((organization.world(), organization.changes()), (before, Vec::new()), "{answer}");
    }
}

#[test]
fn what_was_typed_before_the_question_is_no_answer() {
    let organization = Organization::new(world());
    let before = organization.world();
    organization.inject(json!([{"on": "iam:GetAccountSummary", "account": CLEAN, "effect": {"slow": 2}}]));
    let mut screen = Screen::start(&organization, &["delete"], 120);
    screen.wait_for("in hand longest: 222200000001");
    screen.type_line("2");
    screen.wait_for(QUESTION);
    screen.type_line("1");
    let (code, text) = screen.end();
    assert!(code == 3 && text.contains("the answer is not 2"), "{code} {text}");
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}

#[test]
fn the_end_of_the_input_is_no_answer_either() {
    for typed in ["\u{4}", "2\u{4}\u{4}"] {
        let organization = Organization::new(world());
        let before = organization.world();
        let mut screen = Screen::start(&organization, &["delete"], 120);
        screen.wait_for(QUESTION);
        screen.type_keys(typed);
        let (code, text) = screen.end();
        assert!(code == 3 && text.contains("the answer is not 2"), "{typed:?}: {code} {text}");
        assert_eq!((organization.world(), organization.changes()), (before, Vec::new()), "{typed:?}");
    }
    let organization = Organization::new(world());
    let mut screen = Screen::start(&organization, &["session", KEYS, "--task", "delete", "--", "true"], 120);
    screen.wait_for("Type the account's id:");
    screen.type_keys("\u{4}");
    let (code, text) = screen.end();
    assert!(code == 2 && text.contains("no session was opened"), "{text}");
    assert!(organization.calls().is_empty());
}

#[test]
fn enabling_shows_what_it_changes_and_asks() {
    let off = json!({"management_account": "111122223333", "features": [], "trusted_services": [], "accounts": [{"id": CLEAN}]});
    let organization = Organization::new(serde_json::from_value(off).unwrap());
    let mut screen = Screen::start(&organization, &["enable", "--delegate", CLEAN], 120);
    screen.wait_for("will switch on trusted access for iam.amazonaws.com");
    screen.wait_for("will switch on root credentials management");
    screen.wait_for("will register account 222200000001 as a delegated administrator for IAM");
    screen.wait_for("Type the management account's id to change this:");
    screen.type_line("111122223334");
    let (code, text) = screen.end();
    assert!(code == 2 && text.contains("nothing was changed"), "{text}");
    assert_eq!(organization.changes(), Vec::<String>::new());
    let ran = organization.run(&["enable", "--delegate", CLEAN, "--confirm-account", "111122223333"]).ends_with(0);
    let world = organization.world();
    assert_eq!(world["features"], json!(["RootCredentialsManagement"]), "{ran:#?}");
    assert_eq!(world["delegated_administrators"], json!([CLEAN]));
    let changes = organization.changes();
    let again = organization.run(&["enable", "--delegate", CLEAN, "--confirm-account", "111122223333"]).ends_with(0);
    assert!(again.err.contains("nothing was changed") && organization.changes() == changes, "{again:#?}");
}

/// What is seen, line by line: without what colours it.
fn lines(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut characters = text.chars().filter(|character| *character != '\r');
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain.lines().map(str::to_owned).collect()
}

#[test]
fn a_narrow_terminal_breaks_no_id_and_gets_no_longer_lines() {
    const DEVICE: &str = "arn:aws:iam::333300000002:mfa/root-account-mfa-device";
    let organization = Organization::new(world());
    for columns in [40, 60, 80, 120, 200] {
        let plan = format!("{columns}.json");
        for (arguments, code) in [(&["audit"] as &[&str], 1), (&["delete", "--plan-out", &plan], 1), (&["check"], 0)] {
            let (ended, text) = Screen::start(&organization, arguments, columns).end();
            assert_eq!(ended, code, "{text}");
            let lines = lines(&text);
            let told = lines.iter().filter(|line| line.starts_with(' ') || line.starts_with("3333"));
            let longest = told.map(|line| line.chars().count()).max().unwrap();
            // The longest id alone is longer than 40 columns.
            let allowed = if columns == 40 { DEVICE.len() + 4 } else { usize::from(columns) };
            assert!(longest <= allowed, "{columns}: {longest}\n{text}");
            if arguments != ["check"] {
                for id in [KEYS, "AKIAROOTKEY000000001", "TA0000000000000001CERTIFICATE001", DEVICE] {
                    assert!(lines.iter().any(|line| line.contains(id)), "{columns}: {id}\n{text}");
                }
            }
        }
    }
}

#[test]
fn colours_only_where_somebody_sees_them() {
    let red = "\u{1b}[38;5;9m";
    let organization = Organization::new(world());
    let on_screen =
        |arguments: &[&str], more: &[(&str, &str)]| Screen::with(&organization, arguments, 120, more).end().1;
    assert!(on_screen(&["audit"], &[]).contains(red), "{:?}", on_screen(&["audit"], &[]));
    let narrow = Screen::start(&organization, &["audit"], 40).end().1;
    assert!(narrow.contains(red), "{narrow:?}");
    let narrow = Screen::with(&organization, &["audit"], 40, &[("NO_COLOR", "1")]).end().1;
    assert!(!narrow.contains("\u{1b}[38") && narrow.contains("status: found"), "{narrow:?}");
    for (arguments, more) in [
        (&["audit", "--color", "never"] as &[&str], &[] as &[(&str, &str)]),
        (&["audit"], &[("NO_COLOR", "1")]),
        (&["audit"], &[("TERM", "dumb")]),
        (&["audit", "--output", "json", "--color", "always"], &[]),
        (&["audit", "--output", "csv", "--color", "always"], &[]),
    ] {
        let text = on_screen(arguments, more);
        assert!(!text.contains("\u{1b}[38") && text.contains("found"), "{arguments:?} {more:?} {text:?}");
    }
    assert!(!organization.run(&["audit"]).out.contains('\u{1b}'));
    assert!(organization.run(&["audit", "--color", "always"]).out.contains(red));
}
