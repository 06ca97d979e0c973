//! `session`: one task's root session, in the child's environment and nowhere else.

use std::{collections::BTreeMap, fs};

use rootwarden_simulator::{Member, World};
use serde_json::{Value, json};

use crate::support::{
    CALLER_KEY, CALLER_SECRET, CLEAN, KEYS, MANAGEMENT, Organization, Ran, SUSPENDED, screen::Screen, world,
};

/// Tasks of the sessions that were opened.
fn opened(organization: &Organization) -> usize {
    organization.calls().iter().filter(|call| call["action"] == "sts:AssumeRoot" && call["result"] == "Success").count()
}

#[test]
fn the_child_gets_the_session_and_its_exit_code_is_the_commands() {
    let organization = Organization::new(world());
    let ran = organization.run(&["session", CLEAN, "--task", "audit", "--", "sh", "-c", "env; exit 7"]).ends_with(7);
    let secrets = organization.secrets();
    for name in ["AWS_ACCESS_KEY_ID=ASIA", "AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN=", "AWS_REGION=us-east-1"] {
        assert!(ran.out.contains(name), "{name}");
    }
    assert!(secrets.iter().any(|secret| ran.out.contains(secret)), "the session's own");
    assert!(!ran.out.contains(CALLER_SECRET), "and not the caller's");
    assert_eq!(ran.err, "");
    assert_eq!(opened(&organization), 1);
}

#[test]
fn i9_no_secret_stands_anywhere_but_in_the_childs_environment() {
    let organization = Organization::new(world());
    let mut seen = String::new();
    let plan = organization.run(&["delete", "--plan-out", "first.json", "--output", "json"]).ends_with(1);
    let hash = plan.json()["plan_sha256"].as_str().unwrap().to_owned();
    let apply = ["apply", "first.json", "--plan-sha256", &hash, "--confirm-accounts", "2"];
    let applied = organization.run(&apply).ends_with(0);
    seen += &[plan.out, plan.err, applied.out, applied.err].concat();
    organization.put_root(KEYS, &json!({"access_keys": [{"id": "AKIAROOTKEY000000009"}], "password": {}}));
    for arguments in [
        &["check"] as &[&str],
        &["audit", "--output", "json"],
        &[
            "session",
            CLEAN,
            "--task",
            "audit",
            "--",
            "sh",
            "-c",
            "for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $file; done 2>/dev/null; true",
        ],
        &["check", "--record", "recorded.json", "--confirm-name", "recorded.json"],
        &["audit", "--html", "audit.html"],
        &["recovery", "allow", CLEAN, "--confirm-account", CLEAN],
        &["recovery", "status", CLEAN],
        &["recovery", "end", CLEAN, "--confirm-account", CLEAN],
        &["enable", "--sessions", "--confirm-account", MANAGEMENT],
        &["delete", "--plan-out", "plan.json"],
        &["delete", "--plan-out", "plan.csv", "--output", "csv"],
        &["delete", "--confirm-accounts", "1", "--output", "json"],
        &["session", KEYS, "--task", "unlock-bucket", "--confirm-account", KEYS, "--", "true"],
        &["session", KEYS, "--task", "unlock-queue", "--confirm-account", KEYS, "--", "true"],
        &["session", KEYS, "--task", "delete", "--confirm-account", KEYS, "--", "true"],
    ] {
        let ran = organization.run(arguments);
        seen += &(ran.out + &ran.err);
    }
    for (path, text) in organization.files() {
        seen += &path.to_string_lossy();
        seen += &text;
    }
    let secrets = organization.secrets();
    assert!(secrets.len() > 10, "{}", secrets.len());
    for secret in secrets {
        assert!(!seen.contains(&secret), "a secret was written");
    }
}

/// What a child's environment holds, by name, whatever the caller's own does.
fn environment(
    organization: &Organization,
    arguments: &[&str],
    of_caller: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let session = ["session", CLEAN, "--task", "audit"];
    let mut command = organization.command(&[&session[..], arguments, &["--", "env"]].concat());
    let ran = Ran::of(command.envs(of_caller.iter().copied()).output().unwrap()).ends_with(0);
    let pairs = ran.out.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn i9_nothing_of_the_callers_credentials_is_left_to_the_child() {
    let organization = Organization::new(world());
    let of_caller = [
        ("AWS_SESSION_TOKEN", CALLER_SECRET),
        ("AWS_SECURITY_TOKEN", CALLER_SECRET),
        ("AWS_ACCESS_KEY", CALLER_KEY),
        ("AWS_SECRET_KEY", CALLER_SECRET),
        ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/caller"),
        ("AWS_ROLE_SESSION_NAME", "caller"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", CALLER_SECRET),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nowhere"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/caller"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/caller"),
        ("AWS_BEARER_TOKEN_BEDROCK", CALLER_SECRET),
        ("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z"),
        ("AWS_ACCOUNT_ID", MANAGEMENT),
        ("AWS_VAULT", "caller"),
        ("AMAZON_ACCESS_KEY_ID", CALLER_KEY),
        ("AMAZON_SECRET_ACCESS_KEY", CALLER_SECRET),
        ("AMAZON_SESSION_TOKEN", CALLER_SECRET),
        ("PAGER", "less"),
    ];
    let child = environment(&organization, &[], &of_caller);
    let aws: Vec<&str> = child.keys().map(String::as_str).filter(|name| name.starts_with("AWS_")).collect();
    let expected = [
        "AWS_ACCESS_KEY_ID",
        "AWS_ACCOUNT_ID",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_DEFAULT_REGION",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    assert_eq!(aws, expected);
    assert!(child.values().all(|value| !value.contains(CALLER_SECRET) && !value.contains(CALLER_KEY)));
    assert_eq!((child["AWS_ACCOUNT_ID"].as_str(), child["PAGER"].as_str()), (CLEAN, "less"));
    assert!(child["AWS_CREDENTIAL_EXPIRATION"].as_str() > "2026");
}

#[test]
fn the_child_calls_the_same_region_and_addresses() {
    let organization = Organization::new(world());
    let child = environment(&organization, &["--region", "eu-west-1"], &[("AWS_DEFAULT_REGION", "ap-south-1")]);
    assert_eq!((child["AWS_REGION"].as_str(), child["AWS_DEFAULT_REGION"].as_str()), ("eu-west-1", "eu-west-1"));
    assert_eq!(child["AWS_ENDPOINT_URL"], organization.url);
    // The option goes before the environment, for the command and so for its child.
    let nowhere = [("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:1")];
    let child = environment(&organization, &["--endpoint-url", &organization.url], &nowhere);
    assert_eq!(
        (child["AWS_ENDPOINT_URL"].as_str(), child.get("AWS_ENDPOINT_URL_IAM")),
        (organization.url.as_str(), None)
    );
}

#[test]
fn the_child_is_the_process_itself() {
    let organization = Organization::new(world());
    let child = organization.start(&["session", CLEAN, "--task", "audit", "--", "sh", "-c", "echo $$; exit 5"]);
    let id = child.id();
    let ran = Ran::of(child.wait_with_output().unwrap()).ends_with(5);
    assert_eq!(ran.out.trim(), id.to_string());
}

#[test]
fn as_credential_process_it_does_not_start_itself_for_ever() {
    let organization = Organization::new(world());
    let mut command = organization.command(&["session", CLEAN, "--task", "audit", "--credential-process"]);
    let ran = Ran::of(command.env("AWS_PROFILE", "root-of-222200000001").output().unwrap()).ends_with(2);
    assert!(ran.err.contains("say --profile") && ran.err.lines().count() == 1, "{ran:#?}");
    assert!(organization.calls().is_empty());
}

#[test]
fn as_credential_process_it_takes_no_profile_that_it_serves() {
    let organization = Organization::new(world());
    let root = "credential_process = rootwarden session 222200000001 --task audit --credential-process";
    let config = format!(
        "[default]\n{root}\n[profile root]\n{root} --profile root\n[profile role]\n\
         role_arn = arn:aws:iam::111122223333:role/security\nsource_profile = root\n"
    );
    fs::create_dir_all(organization.home.join(".aws")).unwrap();
    fs::write(organization.home.join(".aws/config"), config).unwrap();
    for (profile, named) in
        [(&[] as &[&str], "default"), (&["--profile", "root"], "root"), (&["--profile", "role"], "root")]
    {
        let session = ["session", CLEAN, "--task", "audit", "--credential-process"];
        let mut command = organization.command_without_keys(&[&session[..], profile].concat());
        let ran = Ran::of(command.output().unwrap()).ends_with(2);
        let why = format!("the profile `{named}` has a `credential_process` with --credential-process");
        assert!(ran.err.contains(&why) && ran.err.lines().count() == 1, "{ran:#?}");
    }
    assert!(organization.calls().is_empty());
    organization.run(&["session", CLEAN, "--task", "audit", "--credential-process"]).ends_with(0);
}

#[test]
fn signals_are_the_childs() {
    let organization = Organization::new(world());
    let ran = organization.run(&["session", CLEAN, "--task", "audit", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(ran.code, None, "the shell that was killed is the process itself");
}

#[test]
fn as_credential_process_it_serves_a_profile() {
    let organization = Organization::new(world());
    let ran = organization.run(&["session", CLEAN, "--task", "audit", "--credential-process"]).ends_with(0);
    let printed = ran.json();
    assert_eq!(printed["Version"], 1);
    for field in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] {
        assert!(printed[field].is_string(), "{field}");
    }
    assert!(organization.secrets().contains(&printed["SecretAccessKey"].as_str().unwrap().to_owned()));
    assert_eq!(ran.err, "");
}

#[test]
fn i9_a_terminal_never_shows_a_session() {
    let organization = Organization::new(world());
    let (code, text) =
        Screen::start(&organization, &["session", CLEAN, "--task", "audit", "--credential-process"], 120).end();
    assert!(code == 2 && text.contains("and not to a terminal"), "{text}");
    assert!(organization.calls().is_empty());
}

#[test]
fn other_tasks_than_the_audit_are_asked_about_first() {
    for (task, can) in [
        ("delete", "delete root credentials"),
        ("unlock-bucket", "policies of its buckets"),
        ("unlock-queue", "policies of its queues"),
    ] {
        let organization = Organization::new(world());
        let mut screen = Screen::start(&organization, &["session", KEYS, "--task", task, "--", "true"], 120);
        screen.wait_for(can);
        screen.wait_for("Type the account's id:");
        assert!(organization.calls().is_empty());
        screen.type_line("yes");
        let (code, text) = screen.end();
        assert!(code == 2 && text.contains("no session was opened"), "{text}");
        assert_eq!(opened(&organization), 0);
        let mut screen = Screen::start(&organization, &["session", KEYS, "--task", task, "--", "true"], 120);
        screen.wait_for("Type the account's id:");
        screen.type_line(if task == "delete" { "3333-0000-0001" } else { KEYS });
        assert_eq!(screen.end().0, 0);
        assert_eq!(opened(&organization), 1);
    }
}

#[test]
fn i1_no_session_in_the_management_account_nor_in_one_that_is_not_active() {
    let organization = Organization::new(world());
    for (account, why) in [
        (MANAGEMENT, "the management account"),
        (SUSPENDED, "in state SUSPENDED"),
        ("999900000001", "not in the organization"),
    ] {
        let ran = organization.run(&["session", account, "--task", "audit", "--", "true"]).ends_with(2);
        assert!(ran.err.contains(why), "{ran:#?}");
    }
    assert_eq!(opened(&organization), 0);
}

#[test]
fn a_command_that_is_not_there_says_so() {
    let organization = Organization::new(World::new(MANAGEMENT).member(Member::new(CLEAN)));
    let ran = organization.run(&["session", CLEAN, "--task", "audit", "--", "no-such-program"]).ends_with(2);
    assert!(ran.err.contains("cannot run `no-such-program`"), "{ran:#?}");
    for secret in organization.secrets() {
        assert!(!ran.err.contains(&secret));
    }
    assert_eq!(json!(fs::read_dir(&organization.home).unwrap().count()), Value::from(0), "nothing in ~/.aws");
}
