//! The pause and exemptions, and what is refused before anything is asked of AWS.

use serde_json::{Value, json};

use crate::support::{
    CLEAN, KEYS,
    deployed::{Deployed, Parameters},
    world,
};

#[test]
fn the_pause_is_written_and_ended() {
    let deployed = Deployed::new(world());
    let ran = deployed.run(&["pause", "--reason", "incident 42", "--output", "json"]).ends_with(0);
    assert_eq!(ran.json()["object"], "s3://rootwarden-bucket/control/paused.json");
    assert_eq!(deployed.object("control/paused.json"), json!({"paused": true, "reason": "incident 42"}));
    deployed.run(&["resume", "--reason", "it is over"]).ends_with(0);
    assert_eq!(deployed.object("control/paused.json"), json!({"paused": false, "reason": "it is over"}));
}

#[test]
fn an_exemption_has_a_reason_and_an_end() {
    let deployed = Deployed::new(world());
    let key = format!("exemptions/{KEYS}.json");
    deployed.run(&["exempt", KEYS, "--reason", "migration", "--until", "2099-01-01T00:00:00Z"]).ends_with(0);
    assert_eq!(deployed.object(&key), json!({"reason": "migration", "until": "2099-01-01T00:00:00Z"}));
    deployed.run(&["exempt", KEYS, "--end", "--reason", "migrated"]).ends_with(0);
    let ended: jiff::Timestamp = deployed.object(&key)["until"].as_str().unwrap().parse().unwrap();
    assert!(ended <= jiff::Timestamp::now());
}

const BUCKET: &str = "rootwarden-bucket";

/// Refused in one line, with nothing written.
#[track_caller]
fn is_refused(deployed: &Deployed, arguments: &[&str], code: i32, why: &str) {
    let (before, changes) = (deployed.simulator.objects(BUCKET), deployed.changes());
    let ran = deployed.run(arguments).ends_with(code);
    assert!(ran.err.contains(why) && ran.out.is_empty(), "{ran:#?}");
    assert_eq!(ran.err.lines().count(), 1, "{ran:#?}");
    assert_eq!((deployed.simulator.objects(BUCKET), deployed.changes()), (before, changes));
}

#[test]
fn an_account_that_was_mistyped_is_not_exempted() {
    let deployed = Deployed::new(world());
    let exempt = ["exempt", "999900000001", "--reason", "migration"];
    is_refused(&deployed, &exempt, 2, "account `999900000001` is not in the organization: nothing was written");
    deployed.inject(json!([{"on": "organizations:DescribeAccount", "times": "always", "effect": "denied"}]));
    let ran = deployed.run(&exempt).ends_with(0);
    assert!(ran.err.contains("it was not checked that account 999900000001 is in the organization"), "{ran:#?}");
}

#[test]
fn what_cannot_be_read_is_written_over_only_where_that_is_typed() {
    let deployed = Deployed::new(world());
    let key = format!("exemptions/{KEYS}.json");
    let (exempt, end) = (["exempt", KEYS, "--reason", "migration"], ["exempt", KEYS, "--end", "--reason", "over"]);
    deployed.put_object(BUCKET, &key, "{\"reason\": 1}");
    for arguments in [&exempt[..], &end] {
        is_refused(&deployed, arguments, 2, "cannot be read, so nothing was written");
    }
    deployed.run(&[&exempt[..], &["--write-over-unreadable"]].concat()).ends_with(0);
    assert_eq!(deployed.object(&key), json!({"reason": "migration"}));
    deployed.inject(json!([{"on": "s3:GetObject", "times": "always", "effect": "internal_error"}]));
    is_refused(&deployed, &exempt, 3, "in the deployment's bucket `rootwarden-bucket`: cannot read");
}

#[test]
fn what_somebody_else_wrote_meanwhile_is_not_written_over() {
    let deployed = Deployed::new(world());
    deployed.run(&["exempt", KEYS, "--reason", "migration"]).ends_with(0);
    let key = format!("exemptions/{KEYS}.json");
    deployed.set_meanwhile(&key, r#"{"reason": "break-glass"}"#);
    let late = deployed.run(&["exempt", KEYS, "--end", "--reason", "late"]).ends_with(3);
    assert!(late.err.contains("it was written meanwhile") && late.out.is_empty(), "{late:#?}");
    assert_eq!(deployed.object(&key), json!({"reason": "break-glass"}));
}

#[test]
fn an_exemption_that_is_not_in_the_bucket_is_not_ended_there() {
    let deployed = Deployed::new(world());
    let end = |account| ["exempt", account, "--end", "--reason", "over"];
    let ran = deployed.run(&end(CLEAN)).ends_with(0);
    assert!(ran.err.contains("has no exemption in the bucket that could be ended"), "{ran:#?}");
    assert_eq!(deployed.object(&format!("exemptions/{CLEAN}.json")), Value::Null);
    deployed.set_parameters(Parameters {
        exempt_accounts: r#"{"333300000001": "break-glass"}"#,
        protect_keys_used_within_days: "30",
    });
    is_refused(
        &deployed,
        &end(KEYS),
        2,
        "is exempt by the parameter ExemptAccounts of the stack `rootwarden` (break-glass)",
    );
}

#[test]
fn account_ids_are_typed_in_groups_as_well() {
    let deployed = Deployed::new(world());
    deployed.run(&["exempt", "3333-0000-0001", "--reason", "migration"]).ends_with(0);
    assert_eq!(deployed.object(&format!("exemptions/{KEYS}.json"))["reason"], "migration");
    let ran =
        deployed.run(&["audit", "3333-0000-0001", "--exclude", "2222-0000-0001", "--output", "json"]).ends_with(1);
    assert_eq!(ran.account(KEYS)["status"], "found", "{ran:#?}");
    let ran = deployed.run(&["recovery", "status", "2222-0000-0001"]).ends_with(0);
    assert!(ran.out.contains(CLEAN), "{ran:#?}");
    deployed.run(&["run", "3333-0000-0001", "--reason", "CHG-1"]).ends_with(0);
    let request = ["recovery", "allow", "2222-0000-0001", "--request", "--reason", "x", "--ticket", "y"];
    deployed.run(&request).ends_with(0);
    deployed.run(&["session", "2222-0000-0001", "--task", "audit", "--", "true"]).ends_with(0);
    deployed.run(&["unlock", "bucket", "nothing-there", "--account", "2222-0000-0001"]).ends_with(2);
    deployed.run(&["check", "--probe", "2222-0000-0001"]).ends_with(0);
}

#[test]
fn a_bucket_that_takes_nothing_leaves_everything_as_it_was() {
    let deployed = Deployed::new(world());
    deployed.inject(json!([{"on": "s3:Put*", "times": "always", "effect": "denied"}]));
    let ran = deployed.run(&["pause", "--reason", "incident 42"]).ends_with(2);
    assert!(ran.err.contains("in the deployment's bucket `rootwarden-bucket`: cannot write"), "{ran:#?}");
    assert_eq!(deployed.object("control/paused.json"), Value::Null);
}

#[test]
fn wrong_usage_is_one_line_and_no_call() {
    let deployed = Deployed::new(world());
    let hash = "0".repeat(64);
    for (arguments, why) in [
        (&["run"] as &[&str], "--reason"),
        (&["run", "12", "--reason", "x"], "is not an account id"),
        (&["run", "--reason", " "], "a reason is needed"),
        (&["run", "--reason", "a\u{1b}[2J"], "control characters"),
        (&["run", "--mode", "delete", "--reason", "x"], "invalid value 'delete'"),
        (&["runs", "--last", "0"], "--last"),
        (&["report", "no such/run"], "no such/run"),
        (&["show", "nothing"], "nothing"),
        (&["approve", "nightly-2026-11-22.0", "--reason", "x"], "say --plan-sha256 HASH"),
        (&["approve", "nightly-2026-11-22.0", "--reason", "x", "--plan-sha256", "abc"], "abc"),
        (&["approve", "nightly-2026-11-22.0", "--plan-sha256", &hash], "--reason"),
        (&["reject", "nightly-2026-11-22.0", "--reason", "x"], "say --plan-sha256 HASH"),
        (&["release-key", KEYS, "key", "--reason", "x", "--ticket", "y"], "key"),
        (&["release-key", KEYS, "AKIAROOTKEY000000001", "--reason", "x"], "--ticket"),
        (&["recovery", "allow", KEYS, "--request", "--reason", "x"], "--ticket"),
        (&["recovery", "allow", KEYS, "--request", "--reason", "x", "--ticket", "y", "--duration", "soon"], "soon"),
        (&["recovery", "allow", KEYS, "--duration", "PT2H"], "--request"),
        (
            &["recovery", "allow", KEYS, "--request", "--reason", "x", "--ticket", "y", "--confirm-account", KEYS],
            "cannot be used with",
        ),
        (&["recovery", "allow", KEYS, "--reason", "x", "--ticket", "y"], "--request"),
        (&["recovery", "extend", KEYS, "--reason", "x", "--ticket", "y"], "--request"),
        (&["recovery", "end", KEYS, "--request", "--ticket", "y"], "--reason"),
        (
            &["recovery", "end", KEYS, "--request", "--reason", "x", "--ticket", "y", "--ignore-deployment"],
            "cannot be used with",
        ),
        (&["request", "recovery", "allow", KEYS, "--reason", "x", "--ticket", "y"], "unrecognized subcommand"),
        (&["exempt", KEYS], "--reason"),
        (&["exempt", "33330000001", "--reason", "x"], "`33330000001` is not an account id (12 digits)"),
        (&["exempt", "3333-0000-001", "--reason", "x"], "`3333-0000-001` is not an account id (12 digits)"),
        (&["exempt", KEYS, "--reason", "x", "--until", "2020-01-01T00:00:00Z"], "has passed"),
        (&["exempt", KEYS, "--reason", "x", "--until", "2099-01-01T00:00:00Z", "--end"], "cannot be used with"),
        (&["pause"], "--reason"),
        (&["status", "--stack", "-x"], "unexpected argument '-x'"),
        (&["status", "--stack=a b"], "is not the name of a stack"),
        (&["unlock", "bucket", "payroll", "--account", KEYS, "--request"], "a request needs --reason"),
        (&["unlock", "bucket", "Payroll!", "--account", KEYS, "--request", "--reason", "x", "--ticket", "y"], "bucket"),
        (
            &["unlock", "bucket", "payroll", "--account", KEYS, "--request", "--ignore-deployment"],
            "cannot be used with",
        ),
        (&["delete", "--deployment-bucket", "b", "--ignore-deployment"], "cannot be used with"),
    ] {
        let ran = deployed.run(arguments).ends_with(2);
        assert!(ran.err.contains(why), "{arguments:?}: {ran:#?}");
        assert_eq!(ran.err.lines().count(), 1, "{arguments:?}: {ran:#?}");
        assert!(ran.err.starts_with("rootwarden: ") && ran.out.is_empty(), "{arguments:?}: {ran:#?}");
    }
    assert_eq!(deployed.calls(), Vec::<Value>::new());
}
