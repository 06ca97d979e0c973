//! Each kind of profile that the AWS CLI knows: who signs is read from the call log.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::{Value, json};

use crate::support::{CALLER_KEY, CALLER_SECRET, MANAGEMENT, Organization, Ran, world};

fn write(organization: &Organization, path: &str, text: &str) {
    let path = organization.home.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The ARN that `check` says, without keys in the environment.
fn who(organization: &Organization, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let mut command = organization.command_without_keys(&[&["check", "--output", "json"], arguments].concat());
    for (name, value) in environment {
        command.env(name, value);
    }
    let ran = Ran::of(command.output().unwrap());
    let checks = ran.json()["checks"].as_array().unwrap().clone();
    let found = checks.iter().find(|check| check["name"] == "credentials").unwrap()["found"].clone();
    found.as_str().unwrap_or_default().to_owned()
}

fn organization() -> Organization {
    let organization = Organization::new(world());
    for (key, name) in [("AKIAOFTHEPROFILE0001", "profile"), ("AKIAOFTHEPROCESS0001", "process")] {
        organization.register(key, &json!({"arn": format!("arn:aws:iam::{MANAGEMENT}:user/{name}")}));
    }
    organization
}

const KEYS_OF_PROFILE: &str = "[work]\naws_access_key_id = AKIAOFTHEPROFILE0001\naws_secret_access_key = any\n";

#[test]
fn keys_in_the_environment() {
    let organization = organization();
    let keys = [("AWS_ACCESS_KEY_ID", CALLER_KEY), ("AWS_SECRET_ACCESS_KEY", CALLER_SECRET)];
    assert!(who(&organization, &[], &keys).ends_with("user/operator"));
}

#[test]
fn keys_of_a_profile_go_before_those_of_the_environment_if_it_is_named() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    let keys = [("AWS_ACCESS_KEY_ID", CALLER_KEY), ("AWS_SECRET_ACCESS_KEY", CALLER_SECRET)];
    assert!(who(&organization, &["--profile", "work"], &keys).ends_with("user/profile"));
    assert!(who(&organization, &[], &[("AWS_PROFILE", "work")]).ends_with("user/profile"));
}

#[test]
fn a_profile_with_a_process() {
    let organization = organization();
    let script = organization.home.join("process.sh");
    let answer = r#"{"Version": 1, "AccessKeyId": "AKIAOFTHEPROCESS0001", "SecretAccessKey": "any"}"#;
    fs::write(&script, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    write(&organization, ".aws/config", &format!("[profile made]\ncredential_process = {}\n", script.display()));
    assert!(who(&organization, &["--profile", "made"], &[]).ends_with("user/process"));
}

#[test]
fn a_profile_of_its_own_command() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    let process = format!(
        "[profile root]\ncredential_process = {} session 222200000001 --task audit --credential-process --profile work\n",
        env!("CARGO_BIN_EXE_rootwarden")
    );
    write(&organization, ".aws/config", &process);
    assert!(who(&organization, &["--profile", "root"], &[]).ends_with("222200000001:root"));
}

#[test]
fn the_region_of_a_profile() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    write(&organization, ".aws/config", "[profile work]\nregion = eu-central-1\n");
    let mut command = organization.command_without_keys(&["check", "--profile", "work"]);
    let ran = Ran::of(command.env_remove("AWS_REGION").output().unwrap()).ends_with(0);
    assert!(ran.out.contains("eu-central-1, from the profile"), "{ran:#?}");
    let mut command = organization.command_without_keys(&["check", "--profile", "work", "--region", "us-gov-west-1"]);
    let ran = Ran::of(command.output().unwrap());
    assert!(ran.out.contains("us-gov-west-1, from --region; partition aws-us-gov"), "{ran:#?}");
}

#[test]
fn a_profile_of_identity_center_is_looked_up_in_its_cache() {
    let organization = organization();
    let session = "[sso-session company]\nsso_start_url = https://company.awsapps.com/start\nsso_region = us-east-1\nsso_registration_scopes = sso:account:access\n";
    let profile = format!(
        "{session}[profile people]\nsso_session = company\nsso_account_id = {MANAGEMENT}\nsso_role_name = Security\n"
    );
    write(&organization, ".aws/config", &profile);
    let found = who(&organization, &["--profile", "people"], &[]);
    assert!(found.contains("cannot find out who you are"), "nobody has signed in: {found}");
    assert!(organization.calls().is_empty(), "nothing was signed");
}

#[test]
fn a_profile_that_is_not_there() {
    let organization = organization();
    let found = who(
        &organization,
        &["--profile", "nobody"],
        &[("AWS_ACCESS_KEY_ID", CALLER_KEY), ("AWS_SECRET_ACCESS_KEY", "any")],
    );
    assert!(found.contains("cannot find out who you are"), "{found}");
    assert_eq!(organization.calls(), Vec::<Value>::new(), "keys of the environment do not stand in for it");
}
