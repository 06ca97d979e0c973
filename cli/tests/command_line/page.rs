//! `audit --html`: the page of a run's report, and what it does not know.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::{CLEAN, EVERYTHING, KEYS, Organization, world};

#[test]
fn the_page_says_what_was_read_and_what_is_not_known() {
    let organization = Organization::new(world());
    organization.run(&["audit", "--html", "audit.html"]).ends_with(1);
    let path = organization.home.join("audit.html");
    let page = fs::read_to_string(&path).unwrap();
    for text in [
        "AKIAROOTKEY000000001",
        KEYS,
        EVERYTHING,
        ", the whole organization",
        "remembers no earlier run: what is new, gone or unchanged is not known",
        "What this page does not know",
        "This page is all that there is of this report",
        &format!("rootwarden delete {KEYS} {EVERYTHING}"),
    ] {
        assert!(page.contains(text) || page.contains(&text.replace("&#39;", "'")), "{text}");
    }
    // What only a deployment has.
    let body = page.split_once("<body>").unwrap().1;
    for text in ["report.json", "s3://", "release-key", "Since the last run", "In pictures", "rootwarden run", "WHY"] {
        assert!(!body.contains(text), "{text}");
    }
    assert!(!body.contains("Missing here"), "{body}");
    for secret in organization.secrets() {
        assert!(!page.contains(&secret), "a secret was written");
    }
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_part_of_the_organization_is_not_called_the_whole() {
    let organization = Organization::new(world());
    organization.run(&["audit", CLEAN, "--html", "audit.html"]).ends_with(0);
    let page = fs::read_to_string(organization.home.join("audit.html")).unwrap();
    assert!(page.contains("a part of the organization") && !page.contains(", the whole organization"));
}

#[test]
fn nothing_is_written_over_and_nothing_asked() {
    let organization = Organization::new(world());
    fs::write(organization.home.join("audit.html"), "mine").unwrap();
    let ran = organization.run(&["audit", "--html", "audit.html"]).ends_with(2);
    assert!(ran.err.contains("is there already") && ran.err.lines().count() == 1, "{ran:#?}");
    assert_eq!(fs::read_to_string(organization.home.join("audit.html")).unwrap(), "mine");
    assert!(organization.calls().is_empty());
}
