//! The pause and exemptions, and what is refused before anything is asked of AWS.

use serde_json::{Value, json};

use crate::support::{KEYS, deployed::Deployed, world};

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
