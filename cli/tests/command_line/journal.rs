//! The journal: what a command that was stopped leaves, for whom, and for how long.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::support::{CALLER_SECRET, CLEAN, EVERYTHING, KEYS, MANAGEMENT, Organization, Ran, world};

fn expired() -> Value {
    json!({"error": {"code": "ExpiredToken", "status": 403, "message": "The security token included in the request is expired"}})
}

/// An organization in which a command was stopped that had begun with two accounts before it came to the last one.
fn stopped(command: &[&str]) -> Organization {
    let organization = Organization::new(world());
    organization.inject(json!([
        {"on": "sts:AssumeRoot", "account": EVERYTHING, "effect": expired()},
        {"on": "sts:GetCallerIdentity", "nth": 2, "effect": expired()},
    ]));
    let ran = organization.run(command).ends_with(3);
    assert!(ran.err.contains("AWS no longer takes your credentials"), "{ran:#?}");
    assert!(ran.err.contains("1 unknown"), "the others were in hand: {ran:#?}");
    assert_eq!(organization.changes(), Vec::<String>::new());
    organization
}

fn journal(organization: &Organization) -> PathBuf {
    let files = organization.files().into_iter().map(|(path, _)| path);
    let mut journals = files.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    let found = journals.next().unwrap();
    assert_eq!(journals.next(), None);
    found
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

const GOES_ON: &str = "going on where the last `rootwarden audit` was stopped";

#[test]
fn what_a_stopped_audit_read_is_not_read_again() {
    let organization = stopped(&["audit"]);
    let (read, journal) = (organization.calls_in(KEYS).len(), journal(&organization));
    assert_eq!((mode(&journal), mode(journal.parent().unwrap())), (0o600, 0o700));
    let ran = organization.run(&["audit", "--output", "json"]).ends_with(1);
    assert!(ran.err.contains(GOES_ON) && ran.err.contains("2 accounts were read; --fresh begins anew"), "{ran:#?}");
    assert_eq!(ran.account(EVERYTHING)["status"], "found");
    assert_eq!(organization.calls_in(KEYS).len(), read, "it was read before");
    assert!(organization.files().is_empty(), "nothing is left to go on with");
}

#[test]
fn i2_an_audit_that_ended_leaves_no_answers() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:GetAccountSummary", "account": CLEAN, "effect": "denied"}]));
    organization.run(&["audit"]).ends_with(3);
    assert!(organization.files().is_empty(), "{:?}", organization.files());
    let before = organization.calls_in(EVERYTHING).len();
    let ran = organization.run(&["audit", "--output", "json"]).ends_with(1);
    assert!(!ran.err.contains("going on"), "{ran:#?}");
    assert_eq!(ran.account(CLEAN)["status"], "clean");
    assert_eq!(organization.calls_in(EVERYTHING).len(), 2 * before, "each account is read by each command");
}

/// Runs the same audit in another way: it reads for itself, and the journal is as it was.
#[track_caller]
fn reads_for_itself(organization: &Organization, arguments: &[&str], environment: &[(&str, &str)]) {
    let (read, path) = (organization.calls_in(KEYS).len(), journal(organization));
    let before = fs::read(&path).unwrap();
    let mut command = organization.command(&[&["audit"], arguments].concat());
    let ran = Ran::of(command.envs(environment.iter().copied()).output().unwrap()).ends_with(1);
    assert!(!ran.err.contains("going on"), "{ran:#?}");
    assert!(organization.calls_in(KEYS).len() > read, "{arguments:?} {environment:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn another_identity_endpoint_region_or_option_reads_for_itself() {
    let organization = stopped(&["audit"]);
    organization.register("AKIASOMEBODYELSE0001", &json!({"arn": format!("arn:aws:iam::{MANAGEMENT}:user/else")}));
    let alias = organization.url.replace("127.0.0.1", "localhost");
    reads_for_itself(&organization, &[], &[("AWS_ACCESS_KEY_ID", "AKIASOMEBODYELSE0001")]);
    reads_for_itself(&organization, &[], &[("AWS_ENDPOINT_URL", &alias)]);
    reads_for_itself(&organization, &[], &[("AWS_ENDPOINT_URL_IAM", &alias)]);
    reads_for_itself(&organization, &["--region", "eu-west-1"], &[]);
    reads_for_itself(&organization, &["--protect-keys-used-within-days", "5"], &[]);
    reads_for_itself(&organization, &[CLEAN, EVERYTHING, KEYS], &[]);
    let ran = organization.run(&["audit"]).ends_with(1);
    assert!(ran.err.contains(GOES_ON), "{ran:#?}");
}

#[test]
fn fresh_begins_anew() {
    let organization = stopped(&["audit"]);
    let read = organization.calls_in(KEYS).len();
    let ran = organization.run(&["audit", "--fresh"]).ends_with(1);
    assert!(organization.calls_in(KEYS).len() > read && !ran.err.contains("going on"), "{ran:#?}");
}

#[track_caller]
fn is_refused(organization: &Organization, why: &str) {
    let calls = organization.calls_in(EVERYTHING).len();
    let ran = organization.run(&["audit"]).ends_with(2);
    assert!(ran.err.contains(why) && ran.err.lines().count() == 1, "{why}: {ran:#?}");
    assert_eq!(organization.calls_in(EVERYTHING).len(), calls, "nothing was read");
}

#[test]
fn a_journal_that_is_not_the_callers_alone_is_refused() {
    let organization = stopped(&["audit"]);
    let path = journal(&organization);
    set_mode(&path, 0o640);
    is_refused(&organization, "its mode is 640, so that others may read or change it");
    assert_eq!(mode(&path), 0o640, "and it is not made to look well");
    set_mode(&path, 0o600);
    set_mode(path.parent().unwrap(), 0o770);
    is_refused(&organization, "its mode is 770");
    set_mode(path.parent().unwrap(), 0o700);
    let elsewhere = organization.home.join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    let before = fs::read(&elsewhere).unwrap();
    is_refused(&organization, "it is a symbolic link");
    assert_eq!(fs::read(&elsewhere).unwrap(), before);
    fs::remove_file(&path).unwrap();
    fs::rename(&elsewhere, &path).unwrap();
    // Only root may give a file away.
    if chown(&path, Some(12345), None).is_ok() {
        is_refused(&organization, "it belongs to user 12345");
        chown(&path, Some(0), None).unwrap();
    }
    let ran = organization.run(&["audit"]).ends_with(1);
    assert!(ran.err.contains(GOES_ON), "{ran:#?}");
}

#[test]
fn a_line_that_was_cut_off_is_ignored_and_any_other_has_to_be_read() {
    let organization = stopped(&["audit"]);
    let path = journal(&organization);
    let whole = fs::read(&path).unwrap();
    // In the middle of a character.
    fs::write(&path, [&whole[..], b"{\"audited\":{\"account\":{\"name\":\"caf\xc3"].concat()).unwrap();
    let read = organization.calls_in(KEYS).len();
    organization.inject(json!([
        {"on": "sts:AssumeRoot", "account": EVERYTHING, "effect": expired()},
        {"on": "sts:GetCallerIdentity", "nth": 2, "effect": expired()},
    ]));
    let ran = organization.run(&["audit"]).ends_with(3);
    assert!(ran.err.contains(GOES_ON), "{ran:#?}");
    assert_eq!(organization.calls_in(KEYS).len(), read);
    let text = fs::read_to_string(&path).unwrap();
    for line in text.lines() {
        drop(serde_json::from_str::<Value>(line).unwrap());
    }
    assert!(!text.contains(CALLER_SECRET));
    fs::write(&path, text.replacen("{\"audited\"", "{\"audit\"", 1)).unwrap();
    is_refused(&organization, "line 2 cannot be read");
    fs::write(&path, text.replacen("user/operator", "user/another", 1)).unwrap();
    is_refused(&organization, "the journal was made by");
}

#[test]
fn i3_where_something_is_to_be_deleted_every_command_reads_for_itself() {
    let delete = ["delete", "--confirm-accounts", "1", "--output", "json"];
    let organization = stopped(&delete);
    let (clean, keys) = (organization.calls_in(CLEAN).len(), organization.calls_in(KEYS).len());
    organization.put_root(KEYS, &json!({}));
    let ran = organization.run(&delete).ends_with(0);
    assert!(ran.err.contains("1 account was read; --fresh begins anew"), "{ran:#?}");
    assert_eq!(
        (ran.account(KEYS)["status"].clone(), ran.account(EVERYTHING)["status"].clone()),
        (json!("clean"), json!("cleaned"))
    );
    assert_eq!(organization.calls_in(CLEAN).len(), clean, "it was called clean by the command that was stopped");
    assert!(organization.calls_in(KEYS).len() > keys);
    assert!(!organization.calls_in(KEYS).iter().any(|action| action.contains(":Delete")), "nothing is sent there");
}

/// An organization in which a deletion was stopped that was done with the account with keys.
fn half_deleted(command: &[&str]) -> Organization {
    let organization = Organization::new(world());
    organization.inject(json!([
        {"on": "organizations:DescribeAccount", "account": EVERYTHING, "effect": expired()},
        {"on": "sts:GetCallerIdentity", "nth": 2, "effect": expired()},
    ]));
    let ran = organization.run(command).ends_with(3);
    assert_eq!(
        (ran.account(KEYS)["status"].clone(), organization.root(KEYS)),
        (json!("cleaned"), Value::Null),
        "{ran:#?}"
    );
    assert_ne!(organization.root(EVERYTHING), Value::Null);
    organization
}

const DELETE: [&str; 5] = ["delete", "--confirm-accounts", "2", "--output", "json"];

#[test]
fn the_same_deletion_goes_on_and_tells_of_both_accounts() {
    let organization = half_deleted(&DELETE);
    let changes = organization.changes().len();
    let ran = organization.run(&DELETE).ends_with(0);
    for account in [KEYS, EVERYTHING] {
        assert_eq!(ran.account(account)["status"], "cleaned", "{ran:#?}");
        assert_eq!(ran.account(account)["credentials"][0]["note"], "deleted", "{ran:#?}");
        assert_eq!(organization.root(account), Value::Null);
    }
    assert!(organization.changes()[changes..].iter().filter(|action| *action == "iam:DeleteAccessKey").count() == 1);
    let files = organization.files();
    assert!(files.len() == 1 && files[0].0.to_string_lossy().ends_with(".done.jsonl"), "{files:?}");
    assert!(ran.err.contains("what was done is kept in"), "{ran:#?}");
}

#[test]
fn i3_an_account_that_was_done_is_read_again_and_what_is_new_there_is_asked_about() {
    let organization = half_deleted(&DELETE);
    organization.put_root(KEYS, &json!({"access_keys": [{"id": "AKIAROOTKEY000000009"}]}));
    let ran = organization.run(&DELETE).ends_with(0);
    assert!(ran.err.contains("AKIAROOTKEY000000009"), "it is shown: {ran:#?}");
    let credentials = ran.account(KEYS)["credentials"].to_string();
    for key in ["AKIAROOTKEY000000001", "AKIAROOTKEY000000009"] {
        assert!(credentials.contains(key), "{ran:#?}");
    }
    assert_eq!((ran.account(KEYS)["status"].clone(), organization.root(KEYS)), (json!("cleaned"), Value::Null));
}

#[test]
fn what_was_deleted_stays_to_be_read_where_the_command_begins_anew() {
    let organization = half_deleted(&DELETE);
    let fresh = [&DELETE[..2], &["1", "--fresh", "--output", "json"]].concat();
    let ran = organization.run(&fresh).ends_with(0);
    assert_eq!(ran.account(KEYS)["status"], "clean", "by another command: {ran:#?}");
    let files = organization.files();
    let aside = files.iter().find(|(path, _)| path.to_string_lossy().ends_with(".stopped.jsonl")).unwrap();
    assert!(aside.1.contains("AKIAROOTKEY000000001"), "{files:?}");
    let name = aside.0.file_name().unwrap().to_string_lossy();
    assert!(
        ran.err.contains("what a command before this one deleted is kept in") && ran.err.contains(&*name),
        "{ran:#?}"
    );
}

#[test]
fn a_plan_that_was_stopped_goes_on_and_reads_what_was_done() {
    let organization = Organization::new(world());
    let out = organization.run(&["delete", "--plan-out", "plan.json"]).ends_with(1).out;
    let hash = out.split_once("plan SHA-256: ").unwrap().1.trim();
    organization.inject(json!([
        {"on": "organizations:DescribeAccount", "account": EVERYTHING, "effect": expired()},
        {"on": "sts:GetCallerIdentity", "nth": 2, "effect": expired()},
    ]));
    let apply = ["apply", "plan.json", "--plan-sha256", hash, "--confirm-accounts", "2", "--output", "json"];
    let ran = organization.run(&apply).ends_with(3);
    assert_eq!(ran.account(KEYS)["status"], "cleaned", "{ran:#?}");
    let read = organization.calls_in(KEYS).len();
    let ran = organization.run(&apply).ends_with(0);
    for account in [KEYS, EVERYTHING] {
        assert_eq!(ran.account(account)["status"], "cleaned", "{ran:#?}");
        assert_eq!(organization.root(account), Value::Null);
    }
    assert!(organization.calls_in(KEYS).len() > read, "it was read again");
}
