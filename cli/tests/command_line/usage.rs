//! What is refused before anything is asked of AWS: one line, exit code 2.

use std::fs;

use crate::support::{Organization, world};

#[track_caller]
fn is_refused(organization: &Organization, arguments: &[&str], why: &str) {
    let ran = organization.run(arguments).ends_with(2);
    assert!(ran.err.contains(why), "{arguments:?}: {ran:#?}");
    assert_eq!(ran.err.lines().count(), 1, "{arguments:?}: {ran:#?}");
    assert!(ran.err.starts_with("rootwarden: ") && ran.out.is_empty(), "{arguments:?}: {ran:#?}");
    assert_eq!(organization.calls(), Vec::<serde_json::Value>::new(), "{arguments:?}");
}

#[test]
fn wrong_usage_is_one_line_and_no_call() {
    let organization = Organization::new(world());
    fs::write(organization.home.join("broken.json"), "{").unwrap();
    fs::write(organization.home.join("there.json"), "{}").unwrap();
    for (arguments, why) in [
        (&["audit", "12"] as &[&str], "`12` is not an account id (12 digits)"),
        (&["audit", "--ou", "ou-1"], "is not an organizational unit id"),
        (&["audit", "--exclude", "prod"], "`prod` is not an account id (12 digits), nor an organizational unit's"),
        (&["audit", "111122223333", "--ou", "ou-ab12-11111111"], "cannot be used with"),
        (&["audit", "--output", "yaml"], "invalid value 'yaml'"),
        (&["audit", "--dry-run"], "unexpected argument '--dry-run'"),
        (&["audit", "--exempt", "nowhere.json"], "exemptions in `nowhere.json`"),
        (&["audit", "--exempt", "broken.json"], "exemptions in `broken.json`"),
        (&["audit", "--endpoint-url", "https://sts.amazonaws.com"], "is the global endpoint of STS"),
        (&["delete"], "there is no terminal to ask on: say --confirm-accounts N"),
        (&["delete", "--yes"], "unexpected argument '--yes'"),
        (&["delete", "--plan-out", "there.json"], "`there.json` is there already"),
        (&["delete", "--plan-out", "a.json", "--confirm-accounts", "1"], "cannot be used with"),
        (&["delete", "--max-accounts", "many"], "invalid value 'many'"),
        (&["apply", "nowhere.json"], "plan in `nowhere.json`"),
        (&["apply", "there.json"], "missing field `plan_sha256`"),
        (&["enable"], "say --confirm-account"),
        (&["session", "222200000001", "--", "true"], "--task"),
        (&["session", "222200000001", "--task", "audit"], "COMMAND"),
        (&["session", "222200000001", "--task", "delete", "--", "true"], "say --confirm-account"),
        (
            &["session", "222200000001", "--task", "delete", "--confirm-account", "111122223333", "--", "true"],
            "no session was opened",
        ),
        (&["session", "222200000001", "--task", "delete", "--credential-process"], "serves the audit task alone"),
        (&["recovery", "allow", "12"], "`12` is not an account id (12 digits)"),
        (&["recovery", "allow", "222200000001"], "say --confirm-account"),
        (&["recovery", "end", "222200000001"], "say --confirm-account"),
        (&["recovery", "extend", "222200000001"], "--request"),
        (&["recovery", "status"], "ACCOUNT"),
        (&["audit", "--html", "there.json"], "`there.json` is there already"),
        (&["check", "--record", "there.json", "--confirm-name", "there.json"], "`there.json` is there already"),
        (&["check", "--confirm-name", "a.json"], "--record"),
        (&["unlock", "bucket", "payroll", "--account", "222200000001", "--apply"], "say --confirm-name"),
        (&["unlock", "queue", "payroll"], "payroll"),
        (
            &[
                "unlock",
                "bucket",
                "payroll",
                "--account",
                "222200000001",
                "--restore",
                "nowhere.json",
                "--confirm-name",
                "payroll",
            ],
            "nowhere.json",
        ),
        (&["frobnicate"], "unrecognized subcommand"),
        (&["audti"], "unrecognized subcommand 'audti'; a similar subcommand exists: 'audit'"),
        (&["audit", "--exemt", "a"], "unexpected argument '--exemt' found; a similar argument exists: '--exempt'"),
        (&["check", "--prob", "222200000001"], "a similar argument exists: '--probe'"),
        (
            &["unlock", "bucket", "payroll", "--account", "2222-0000-001"],
            "`2222-0000-001` is not an account id (12 digits)",
        ),
        (
            &["unlock", "bucket", "payroll", "--account", "222200000001", "--restore", "a", "--change", "drop"],
            "cannot be used with",
        ),
        (&["unlock", "bucket", "payroll", "--account", "222200000001", "--store", "s3://x"], "names no object"),
        (&["completions"], "SHELL"),
        (&["completions", "smallsh"], "invalid value 'smallsh'"),
        (&["man"], "DIRECTORY"),
        (&[], "no command was given"),
    ] {
        is_refused(&organization, arguments, why);
    }
}

#[test]
fn without_a_region_nothing_is_asked() {
    let organization = Organization::new(world());
    let mut command = organization.command(&["audit"]);
    let ran = crate::support::Ran::of(command.env_remove("AWS_REGION").output().unwrap()).ends_with(2);
    assert!(ran.err.contains("no Region: say --region"), "{ran:#?}");
    assert!(organization.calls().is_empty());
}

#[test]
fn help_and_version_are_no_mistake() {
    let organization = Organization::new(world());
    let help = organization.run(&["--help"]).ends_with(0);
    for command in
        ["check", "enable", "audit", "delete", "apply", "session", "recovery", "unlock", "completions", "man"]
    {
        assert!(help.out.contains(command), "{help:#?}");
    }
    assert!(organization.run(&["--version"]).ends_with(0).out.starts_with("rootwarden 0."));
    assert!(organization.run(&["completions", "bash"]).ends_with(0).out.contains("rootwarden"));
    organization.run(&["man", "pages"]).ends_with(0);
    let pages: Vec<_> =
        fs::read_dir(organization.home.join("pages")).unwrap().map(|page| page.unwrap().file_name()).collect();
    assert!(pages.contains(&"rootwarden.1".into()) && pages.contains(&"rootwarden-delete.1".into()), "{pages:?}");
    assert!(organization.calls().is_empty());
}

/// Each command that the help of another one lists, by its words.
fn commands(organization: &Organization) -> Vec<Vec<String>> {
    let (mut found, mut to_look_at) = (Vec::new(), vec![Vec::new()]);
    while let Some(words) = to_look_at.pop() {
        let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        let help = organization.run(&arguments).ends_with(0).out;
        let listed = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap());
        let names = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let names: Vec<&str> =
            names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
        if names.is_empty() {
            found.push(words);
        } else {
            to_look_at.extend(names.iter().map(|name| [&words[..], &[(*name).to_owned()]].concat()));
        }
    }
    found
}

#[test]
fn every_command_refuses_what_it_does_not_know_and_its_help_has_an_example() {
    let organization = Organization::new(world());
    let commands = commands(&organization);
    assert!(commands.len() >= 26, "{commands:?}");
    for words in commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        is_refused(&organization, &[&words[..], &["--no-such-option"]].concat(), "--no-such-option");
        let help = organization.run(&[&words[..], &["--help"]].concat()).ends_with(0).out;
        let (_, examples) = help.split_once("Example").unwrap_or_else(|| panic!("{words:?}: {help}"));
        let example = format!("  rootwarden {} ", words[0]);
        assert!(format!("{examples} ").replace('\n', " ").contains(&example), "{words:?}: {help}");
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{words:?}: {help}");
    }
}

#[test]
fn every_example_is_one_that_is_understood() {
    let organization = Organization::new(world());
    for words in commands(&organization) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let help = organization.run(&[&words[..], &["--help"]].concat()).ends_with(0).out;
        let (_, examples) = help.split_once("Example").unwrap();
        for line in examples.lines().filter_map(|line| line.strip_prefix("  rootwarden ")) {
            let typed = line.split(" > ").next().unwrap();
            let arguments = shell_words::split(typed).unwrap();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            // Without a Region nothing is asked of AWS; what is refused for its form is refused before.
            let mut command = organization.command(&arguments);
            let ran = crate::support::Ran::of(command.env_remove("AWS_REGION").output().unwrap());
            let is_understood = ran.code == Some(0)
                || [
                    "no Region",
                    "there is no profile `security`",
                    "there is no terminal to ask on",
                    "plan in `plan.json`",
                    "exemptions in `exempt.json`",
                ]
                .iter()
                .any(|why| ran.err.contains(why));
            assert!(is_understood, "{line}: {ran:#?}");
        }
    }
    assert!(organization.calls().is_empty());
}
