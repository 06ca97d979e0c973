//! `recovery` on the simulated organization: nothing is allowed or deleted but what was asked for and confirmed.

use rootwarden_simulator::{Member, World};
use serde_json::{Value, json};

use crate::support::{CLEAN, EVERYTHING, MANAGEMENT, Organization, SUSPENDED, screen::Screen, snapshot, steady, world};

const ALLOW: [&str; 5] = ["recovery", "allow", CLEAN, "--confirm-account", CLEAN];
const END: [&str; 5] = ["recovery", "end", CLEAN, "--confirm-account", CLEAN];

fn opened(organization: &Organization) -> usize {
    organization.calls().iter().filter(|call| call["action"] == "sts:AssumeRoot" && call["result"] == "Success").count()
}

/// What is printed, without the day it was printed on.
fn undated(text: &str) -> String {
    let mut words: Vec<String> = text.split_inclusive([' ', '\n', ',', '"']).map(str::to_owned).collect();
    for word in &mut words {
        let bare = word.trim_end_matches([' ', '\n', ',', '"']);
        if bare.parse::<jiff::Timestamp>().is_ok() {
            *word = word.replace(bare, "TIME");
        }
    }
    words.concat()
}

#[test]
fn it_is_allowed_read_and_ended_and_only_one_thing_changes_each_time() {
    let organization = Organization::new(world());
    organization.run(&["recovery", "status", CLEAN]).ends_with(0);
    let ran = organization.run(&ALLOW).ends_with(0);
    assert!(ran.out.contains(&format!("what ends it, and nothing else does: rootwarden recovery end {CLEAN}")));
    assert_eq!(organization.changes(), ["iam:CreateLoginProfile"]);
    assert!(organization.root(CLEAN)["password"].is_object(), "{:#}", organization.root(CLEAN));
    let ran = organization.run(&["recovery", "status", CLEAN]).ends_with(1);
    assert!(ran.out.contains("a root password, or recovery is allowed"), "{ran:#?}");
    let ran = organization.run(&END).ends_with(0);
    assert!(ran.out.contains("a fresh read shows it gone"), "{ran:#?}");
    assert_eq!(organization.changes(), ["iam:CreateLoginProfile", "iam:DeleteLoginProfile"]);
    assert_eq!(organization.root(CLEAN), Value::Null);
    let after_the_deletion =
        organization.calls_in(CLEAN).into_iter().rev().take_while(|action| action != "iam:DeleteLoginProfile");
    assert!(after_the_deletion.into_iter().any(|action| action == "iam:GetLoginProfile"), "a fresh read");
}

#[test]
fn the_output_in_every_format() {
    let organization = Organization::new(world());
    let mut text = String::new();
    for format in ["table", "json", "csv"] {
        for arguments in [&ALLOW[..], &["recovery", "status", CLEAN], &END, &END] {
            let ran = organization.run(&[arguments, &["--output", format]].concat());
            text += &["$ ", &arguments.join(" "), " --output ", format, "\n", &undated(&ran.out)].concat();
        }
    }
    snapshot("recovery.txt", &steady(&text));
}

#[test]
fn twice_allowed_is_allowed_once() {
    let organization = Organization::new(world());
    organization.run(&ALLOW).ends_with(0);
    let before = organization.world();
    let ran = organization.run(&ALLOW).ends_with(0);
    assert!(ran.out.contains("it may have been before"), "{ran:#?}");
    assert_eq!(organization.world(), before);
}

#[test]
fn nobody_to_ask_another_answer_and_another_account_change_nothing() {
    let organization = Organization::new(world());
    for command in ["allow", "end"] {
        let ran = organization.run(&["recovery", command, CLEAN]).ends_with(2);
        assert!(ran.err.contains("say --confirm-account") && ran.err.lines().count() == 1, "{ran:#?}");
        let ran = organization.run(&["recovery", command, CLEAN, "--confirm-account", MANAGEMENT]).ends_with(2);
        assert!(ran.err.contains(&format!("is {MANAGEMENT}, and not {CLEAN}")), "{ran:#?}");
    }
    assert!(organization.calls().is_empty());
    let before = organization.world();
    for (command, account) in [("allow", CLEAN), ("end", EVERYTHING)] {
        for answer in ["", "yes", MANAGEMENT] {
            let mut screen = Screen::start(&organization, &["recovery", command, account], 160);
            screen.wait_for(&format!("Type the account's id ({account})"));
            assert_eq!(organization.changes(), Vec::<String>::new());
            screen.type_line(answer);
            let (code, text) = screen.end();
            assert!(code == 2 && text.contains("nothing was changed"), "{command} {answer}: {text}");
        }
        let mut screen = Screen::start(&organization, &["recovery", command, account], 160);
        screen.wait_for("Type the account's id");
        screen.press_control_c();
        assert_eq!(screen.end().0, 130, "Ctrl-C at the question");
    }
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}

#[test]
fn the_right_answer_on_a_terminal_allows_it() {
    let organization = Organization::new(world());
    let mut screen = Screen::start(&organization, &["recovery", "allow", CLEAN], 200);
    screen.wait_for("nothing ends that but");
    screen.wait_for("Type the account's id");
    screen.type_line(CLEAN);
    assert_eq!(screen.end().0, 0);
    assert_eq!(organization.changes(), ["iam:CreateLoginProfile"]);
}

#[test]
fn i1_no_session_outside_the_active_members() {
    let organization = Organization::new(world());
    let before = organization.world();
    for (account, why) in [
        (MANAGEMENT, "the management account"),
        (SUSPENDED, "in state SUSPENDED"),
        ("999900000001", "not in the organization"),
    ] {
        for (command, more) in [
            ("allow", &["--confirm-account", account] as &[&str]),
            ("status", &[]),
            ("end", &["--confirm-account", account]),
        ] {
            let ran = organization.run(&[&["recovery", command, account], more].concat()).ends_with(2);
            assert!(ran.err.contains(why), "{ran:#?}");
        }
    }
    assert_eq!((opened(&organization), organization.world()), (0, before));
}

#[test]
fn in_govcloud_it_is_refused() {
    let organization = Organization::new(world());
    let ran = organization.run(&[&ALLOW[..], &["--region", "us-gov-west-1"]].concat()).ends_with(2);
    assert!(ran.err.contains("in GovCloud no root user signs in"), "{ran:#?}");
    assert_eq!((opened(&organization), organization.changes()), (0, Vec::new()));
}

#[test]
fn ending_deletes_the_login_profile_and_nothing_else() {
    let organization = Organization::new(world());
    let ran = organization.run(&["recovery", "end", EVERYTHING, "--confirm-account", EVERYTHING]).ends_with(0);
    assert!(ran.out.contains("the root user still has") && ran.out.contains("AKIAROOTKEY000000002"), "{ran:#?}");
    assert_eq!(organization.changes(), ["iam:DeleteLoginProfile"]);
    let root = organization.root(EVERYTHING);
    assert!(root["password"].is_null() && root["access_keys"].is_array() && root["mfa_devices"].is_array());
}

#[test]
fn ending_where_there_is_nothing_says_so() {
    let organization = Organization::new(world());
    let ran = organization.run(&END).ends_with(0);
    assert!(ran.out.contains("there was nothing to end"), "{ran:#?}");
    assert_eq!(organization.changes(), Vec::<String>::new());
}

#[test]
fn a_deletion_that_fails_or_is_not_seen_is_not_called_ended() {
    for effect in [json!("denied"), json!("ignored"), json!("internal_error")] {
        let organization = Organization::new(world());
        organization.run(&ALLOW).ends_with(0);
        organization.inject(json!([{"on": "iam:DeleteLoginProfile", "times": "always", "effect": effect}]));
        let ran = organization.run(&END);
        assert_eq!(ran.code, Some(3), "{ran:#?}");
        assert!(ran.err.contains("may still be there") && !ran.out.contains("gone"), "{ran:#?}");
        assert!(organization.root(CLEAN)["password"].is_object());
    }
}

#[test]
fn an_answer_that_got_lost_still_says_what_ends_it() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:CreateLoginProfile", "effect": "lost_response"}]));
    let ran = organization.run(&ALLOW).ends_with(0);
    assert!(!ran.out.contains("nothing was changed") && ran.out.contains("rootwarden recovery end"), "{ran:#?}");
    assert!(organization.root(CLEAN)["password"].is_object());
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:CreateLoginProfile", "times": "always", "effect": "internal_error"}]));
    let ran = organization.run(&ALLOW).ends_with(3);
    assert!(ran.err.contains("if it was allowed all the same, this ends it: rootwarden recovery end"), "{ran:#?}");
}

#[test]
fn without_the_feature_nothing_is_allowed() {
    let organization = Organization::new(
        serde_json::from_value::<World>(
            json!({"management_account": MANAGEMENT, "features": [], "accounts": [{"id": CLEAN}]}),
        )
        .unwrap(),
    );
    organization.run(&ALLOW).ends_with(2);
    assert_eq!((opened(&organization), organization.changes()), (0, Vec::new()));
}

#[test]
fn a_profile_that_was_named_is_in_the_command_that_ends_it() {
    let organization = Organization::new(World::new(MANAGEMENT).member(Member::new(CLEAN)));
    let keys = "[work]\naws_access_key_id = AKIAOPERATOR00000001\naws_secret_access_key = any\n";
    std::fs::create_dir_all(organization.home.join(".aws")).unwrap();
    std::fs::write(organization.home.join(".aws/credentials"), keys).unwrap();
    let endpoint = organization.endpoint.clone();
    let access = ["--profile", "work", "--region", "us-east-1", "--endpoint-url", &endpoint, "--stack", "other"];
    let allow = [&ALLOW[..], &["--ignore-deployment"], &access].concat();
    let ran = organization.run(&[&allow[..], &["--output", "json"]].concat()).ends_with(0);
    let typed = ran.json()["ends_with"].as_str().unwrap().to_owned();
    assert!(ran.err.contains(&format!("`{typed}`")), "{ran:#?}");
    let words = shell_words::split(&typed).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(words, [&["rootwarden", "recovery", "end", CLEAN, "--ignore-deployment"][..], &access].concat());
    organization.run(&[&words[1..], &["--confirm-account", CLEAN]].concat()).ends_with(0);
    assert_eq!(organization.root(CLEAN), Value::Null);
}

#[test]
fn the_id_may_be_typed_in_groups_at_the_question() {
    let organization = Organization::new(world());
    let mut screen = Screen::start(&organization, &["recovery", "allow", "2222-0000-0001"], 200);
    screen.wait_for("Type the account's id");
    screen.type_line("2222-0000-0001");
    assert_eq!(screen.end().0, 0);
    assert_eq!(organization.changes(), ["iam:CreateLoginProfile"]);
}
