//! What a deployment leaves alone, `delete`, `apply`, `session --task delete` and `recovery end` leave alone as well.

use serde_json::{Value, json};

use crate::support::{
    CLEAN, EVERYTHING, KEYS, Ran,
    deployed::{Deployed, Parameters, Stack},
    screen::Screen,
    world,
};

const EXEMPT: Parameters =
    Parameters { exempt_accounts: r#"{"333300000002": "break-glass & more"}"#, protect_keys_used_within_days: "30" };
const PROTECTED: Parameters = Parameters { exempt_accounts: "{}", protect_keys_used_within_days: "3650" };

fn delete(deployed: &Deployed, accounts: &str) -> Ran {
    deployed.run(&["delete", "--output", "json", "--confirm-accounts", accounts])
}

/// A plan that was made with no deployment to be found, and its hash.
fn planned(deployed: &Deployed) -> String {
    deployed.set_stack(Stack::Gone);
    deployed.run(&["delete", "--plan-out", "plan.json"]).ends_with(1);
    deployed.set_stack(Stack::There);
    let plan = std::fs::read_to_string(deployed.home.join("plan.json")).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    plan["plan_sha256"].as_str().unwrap().to_owned()
}

fn apply(deployed: &Deployed, hash: &str) -> Ran {
    deployed.run(&["apply", "plan.json", "--output", "json", "--confirm-accounts", "2", "--plan-sha256", hash])
}

fn session(deployed: &Deployed, account: &str) -> Ran {
    deployed.run(&["session", account, "--task", "delete", "--confirm-account", account, "--", "true"])
}

fn end(deployed: &Deployed, more: &[&str]) -> Ran {
    deployed.run(&[&["recovery", "end", EVERYTHING, "--confirm-account", EVERYTHING], more].concat())
}

/// Sessions of the task by which root credentials are deleted.
fn sessions_that_delete(deployed: &Deployed) -> usize {
    let calls = deployed.calls();
    calls
        .iter()
        .filter(|call| call["action"] == "sts:AssumeRoot" && call.to_string().contains("DeleteRootUser"))
        .count()
}

#[test]
fn i1_what_the_stack_exempts_keeps_everything() {
    let deployed = Deployed::new(world());
    let hash = planned(&deployed);
    deployed.set_parameters(EXEMPT);
    let before = deployed.root(EVERYTHING);
    for ran in [session(&deployed, EVERYTHING).ends_with(2), end(&deployed, &[]).ends_with(2)] {
        assert!(ran.err.contains("is exempt: break-glass & more; --ignore-deployment decides alone"), "{ran:#?}");
    }
    assert_eq!(sessions_that_delete(&deployed), 0);
    let ran = apply(&deployed, &hash).ends_with(0);
    assert_eq!(ran.account(EVERYTHING)["status"], "exempt", "{ran:#?}");
    assert_eq!((deployed.root(EVERYTHING), deployed.root(KEYS)), (before.clone(), Value::Null));
    let ran = delete(&deployed, "0").ends_with(0);
    assert_eq!(ran.account(EVERYTHING)["reason"], "break-glass & more", "{ran:#?}");
    assert!(ran.err.is_empty() || ran.err.contains("1 exempt"), "{ran:#?}");
    assert_eq!(deployed.root(EVERYTHING), before);
    end(&deployed, &["--ignore-deployment"]).ends_with(0);
    assert_eq!(deployed.root(EVERYTHING)["password"], Value::Null);
}

#[test]
fn keys_are_protected_for_as_long_as_the_deployment_protects_them() {
    let deployed = Deployed::new(world());
    let hash = planned(&deployed);
    deployed.set_parameters(PROTECTED);
    let ran = apply(&deployed, &hash);
    assert!(ran.err.contains("used within 3650 days are protected"), "{ran:#?}");
    assert_ne!(ran.account(KEYS)["status"], "cleaned", "{ran:#?}");
    assert_eq!(deployed.root(EVERYTHING), Value::Null);
    assert!(deployed.root(KEYS)["access_keys"].is_array(), "{ran:#?}");
    let ran = delete(&deployed, "0").ends_with(0);
    assert_eq!(ran.account(KEYS)["status"], "protected", "{ran:#?}");
    let own = ["delete", KEYS, "--protect-keys-used-within-days", "0", "--confirm-accounts", "1"];
    deployed.run(&own).ends_with(0);
    assert!(deployed.root(KEYS)["access_keys"].is_array(), "one's own rule protects more, and never less");
    deployed.run(&[&own[..], &["--ignore-deployment"]].concat()).ends_with(0);
    assert_eq!(deployed.root(KEYS), Value::Null);
}

#[test]
fn i13_nothing_is_deleted_while_the_deployment_is_paused() {
    let deployed = Deployed::new(world());
    let hash = planned(&deployed);
    deployed.run(&["pause", "--reason", "incident 42"]).ends_with(0);
    let before = deployed.world()["accounts"].clone();
    for ran in [session(&deployed, EVERYTHING).ends_with(3), end(&deployed, &[]).ends_with(3)] {
        assert!(ran.err.contains("the deployment is paused: incident 42"), "{ran:#?}");
    }
    assert_eq!(apply(&deployed, &hash).ends_with(3).account(KEYS)["status"], "paused");
    assert_eq!(delete(&deployed, "2").ends_with(3).account(KEYS)["status"], "paused");
    assert_eq!((deployed.world()["accounts"].clone(), sessions_that_delete(&deployed)), (before, 0));
}

#[test]
fn i13_a_pause_that_comes_while_the_question_stands_counts() {
    let deployed = Deployed::new(world());
    let before = deployed.root(EVERYTHING);
    let mut screen = Screen::start(&deployed, &["recovery", "end", EVERYTHING], 120);
    screen.wait_for("to delete it, which cannot be undone:");
    deployed.run(&["pause", "--reason", "incident 42"]).ends_with(0);
    screen.type_line(EVERYTHING);
    let (code, text) = screen.end();
    assert!(code == 3 && text.contains("the deployment is paused: incident 42"), "{text}");
    assert_eq!((deployed.root(EVERYTHING), sessions_that_delete(&deployed)), (before, 0));
}

#[test]
fn an_open_recovery_window_keeps_its_account_and_is_ended_by_a_request() {
    let deployed = Deployed::new(world());
    let hash = planned(&deployed);
    deployed.opens_window(EVERYTHING);
    let before = deployed.root(EVERYTHING);
    session(&deployed, EVERYTHING).ends_with(2);
    let ran = end(&deployed, &[]).ends_with(2);
    let request = format!("`rootwarden recovery end {EVERYTHING} --request --reason TEXT --ticket TEXT` asks it");
    assert!(ran.err.contains(&request), "{ran:#?}");
    assert_eq!(apply(&deployed, &hash).ends_with(0).account(EVERYTHING)["status"], "exempt");
    assert_eq!(delete(&deployed, "0").ends_with(0).account(EVERYTHING)["status"], "exempt");
    assert_eq!(deployed.root(EVERYTHING), before);
    let request = ["recovery", "end", EVERYTHING, "--request", "--reason", "done", "--ticket", "CHG-7"];
    deployed.run(&request).ends_with(0);
}

#[test]
fn a_rule_that_cannot_be_read_is_not_taken_for_none() {
    let wrong = [
        Parameters { exempt_accounts: r#"{"3333": "short"}"#, ..PROTECTED },
        Parameters { protect_keys_used_within_days: "soon", ..EXEMPT },
    ];
    for parameters in wrong {
        let deployed = Deployed::new(world());
        deployed.set_parameters(parameters);
        let before = deployed.world()["accounts"].clone();
        for ran in [delete(&deployed, "2"), session(&deployed, KEYS), end(&deployed, &[])] {
            let ran = ran.ends_with(2);
            assert!(ran.err.contains("of the stack `rootwarden` cannot be read, so nothing is deleted"), "{ran:#?}");
        }
        assert_eq!(deployed.world()["accounts"], before);
    }
}

#[test]
fn a_bucket_that_cannot_be_read_keeps_everything_and_says_whether_that_may_pass() {
    for (effect, code) in [("denied", 2), ("internal_error", 3)] {
        let deployed = Deployed::new(world());
        let hash = planned(&deployed);
        deployed.inject(json!([{"on": "s3:*", "times": "always", "effect": effect}]));
        let before = deployed.world()["accounts"].clone();
        for ran in [delete(&deployed, "2"), session(&deployed, KEYS), end(&deployed, &[])] {
            let ran = ran.ends_with(code);
            assert!(ran.err.contains("deployment not checked, so nothing is deleted"), "{ran:#?}");
        }
        apply(&deployed, &hash).ends_with(3);
        assert_eq!((deployed.world()["accounts"].clone(), sessions_that_delete(&deployed)), (before, 0));
    }
}

#[test]
fn where_nobody_knows_whether_there_are_rules_nothing_is_deleted() {
    let deployed = Deployed::new(world());
    deployed.set_stack(Stack::Unavailable);
    let before = deployed.world()["accounts"].clone();
    for ran in [delete(&deployed, "2"), session(&deployed, KEYS), end(&deployed, &[])] {
        ran.ends_with(3);
    }
    assert_eq!((deployed.world()["accounts"].clone(), sessions_that_delete(&deployed)), (before, 0));
    deployed.set_stack(Stack::Denied);
    let ran = session(&deployed, KEYS).ends_with(0);
    assert!(ran.err.contains("deployment not checked"), "{ran:#?}");
}

#[test]
fn a_session_that_unlocks_is_a_second_persons_to_approve() {
    let deployed = Deployed::new(world());
    for task in ["unlock-bucket", "unlock-queue"] {
        let open = ["session", CLEAN, "--task", task, "--confirm-account", CLEAN];
        let ran = deployed.run(&[&open[..], &["--", "true"]].concat()).ends_with(2);
        assert!(ran.err.contains("`rootwarden unlock` with --request"), "{ran:#?}");
        assert!(!deployed.calls().iter().any(|call| call["action"] == "sts:AssumeRoot"));
    }
    let open = ["session", CLEAN, "--task", "unlock-bucket", "--confirm-account", CLEAN, "--ignore-deployment"];
    deployed.run(&[&open[..], &["--", "true"]].concat()).ends_with(0);
}
