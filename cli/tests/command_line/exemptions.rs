//! The file of exemptions: one that is mistyped would cost somebody what they keep, so it ends the command.

use std::fs;

use serde_json::{Value, json};

use crate::support::{EVERYTHING, KEYS, Organization, world};

const COMMANDS: [&[&str]; 2] =
    [&["audit", "--exempt", "exempt.json"], &["delete", "--exempt", "exempt.json", "--confirm-accounts", "2"]];

#[test]
fn i1_what_cannot_be_read_whole_ends_it_before_any_call() {
    let organization = Organization::new(world());
    for (text, why) in [
        ("", "EOF"),
        ("[]", "expected an object"),
        ("null", "expected an object"),
        (r#""333300000002""#, "expected an object"),
        (r#"{"33330000002": "eleven digits"}"#, "is not an account id (12 digits)"),
        (r#"{"3333-00000002": "half in groups"}"#, "is not an account id (12 digits)"),
        (r#"{"333300000002": " "}"#, "an exemption needs a reason"),
        (r#"{"333300000002": {"until": "2099-01-01T00:00:00Z"}}"#, "missing field `reason`"),
        (r#"{"333300000002": {"reason": "a", "til": "2099-01-01T00:00:00Z"}}"#, "unknown field `til`"),
        (r#"{"333300000002": "a", "333300000002": "b"}"#, "stands there twice"),
        (r#"{"333300000002": "a", "3333-0000-0002": "b"}"#, "stands there twice"),
        (r#"{"333300000002": "a"} more"#, "trailing characters"),
    ] {
        fs::write(organization.home.join("exempt.json"), text).unwrap();
        for command in COMMANDS {
            let ran = organization.run(command).ends_with(2);
            assert!(ran.err.contains("exemptions in `exempt.json`") && ran.err.contains(why), "{text}: {ran:#?}");
            assert_eq!((ran.err.lines().count(), ran.out.as_str()), (1, ""), "{text}: {ran:#?}");
        }
    }
    assert!(organization.calls().is_empty());
}

#[test]
fn i1_an_account_that_is_not_in_the_organization_ends_it_before_anything_is_looked_at() {
    let organization = Organization::new(world());
    let before = organization.world();
    fs::write(organization.home.join("exempt.json"), format!(r#"{{"{KEYS}": "kept", "333300000020": "mistyped"}}"#))
        .unwrap();
    for command in COMMANDS {
        let ran = organization.run(command).ends_with(2);
        assert!(ran.err.contains("`333300000020` is not in the organization"), "{ran:#?}");
        assert_eq!(ran.err.lines().count(), 1, "{ran:#?}");
    }
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
    assert!(organization.calls().iter().all(|call| call["action"] != "sts:AssumeRoot"));
}

#[test]
fn i1_an_id_may_be_grouped_as_the_console_shows_it() {
    let organization = Organization::new(world());
    fs::write(organization.home.join("exempt.json"), r#"{"3333-0000-0002": "break-glass"}"#).unwrap();
    let before = organization.root(EVERYTHING);
    let ran = organization
        .run(&["delete", "--exempt", "exempt.json", "--confirm-accounts", "1", "--output", "json"])
        .ends_with(0);
    assert_eq!((ran.account(EVERYTHING)["status"].clone(), organization.root(EVERYTHING)), (json!("exempt"), before));
    assert_eq!(organization.root(KEYS), Value::Null);
}

#[test]
fn i1_apply_reads_them_anew() {
    let organization = Organization::new(world());
    let out = organization.run(&["delete", "--plan-out", "plan.json"]).ends_with(1).out;
    let hash = out.split_once("plan SHA-256: ").unwrap().1.trim();
    let apply = [
        "apply",
        "plan.json",
        "--plan-sha256",
        hash,
        "--confirm-accounts",
        "2",
        "--exempt",
        "exempt.json",
        "--output",
        "json",
    ];
    let before = organization.world();
    fs::write(organization.home.join("exempt.json"), r#"{"333300000020": "mistyped"}"#).unwrap();
    organization.run(&apply).ends_with(2);
    assert_eq!(organization.world(), before);
    fs::write(organization.home.join("exempt.json"), r#"{"333300000002": "break-glass"}"#).unwrap();
    let ran = organization.run(&apply).ends_with(0);
    assert_eq!(
        (ran.account(EVERYTHING)["status"].clone(), ran.account(KEYS)["status"].clone()),
        (json!("exempt"), json!("cleaned"))
    );
    assert_ne!(organization.root(EVERYTHING), Value::Null);
}
