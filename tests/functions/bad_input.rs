//! Bad input gets one clear line, an error type of our own, and no AWS call.

use rootwarden_domain::ErrorKind;
use rootwarden_tests::{Answer, Deployment, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

fn assert_refused(rehearsal: &Rehearsal, answer: Answer, named: &str) {
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    let text = error.to_string();
    assert!(text.contains(named), "`{text}` does not name `{named}`");
    assert!(!text.contains('\n'), "{text}");
    assert!(rehearsal.simulator.calls().is_empty(), "{text}: {:?}", rehearsal.simulator.calls());
}

fn pin() -> Value {
    json!({"key": "runs/x/plan/0.json", "version_id": "v", "sha256": "0".repeat(64)})
}

#[tokio::test(start_paused = true)]
async fn what_is_not_an_object_is_refused_by_every_function() {
    let rehearsal = rehearsal();
    for wrong in [json!("delete everything"), json!(1), json!(null), json!([]), json!({})] {
        assert_refused(&rehearsal, rehearsal.account_joined(wrong.clone()).await, "invalid event");
        assert_refused(&rehearsal, rehearsal.select(wrong.clone()).await, "invalid input");
        assert_refused(&rehearsal, rehearsal.audit(wrong.clone()).await, "invalid input");
        assert_refused(&rehearsal, rehearsal.plan(wrong.clone()).await, "invalid input");
        assert_refused(&rehearsal, rehearsal.delete(wrong.clone()).await, "invalid input");
        assert_refused(&rehearsal, rehearsal.publish(wrong).await, "invalid input");
    }
}

#[tokio::test(start_paused = true)]
async fn i5_an_unknown_field_mode_or_selection_is_refused_by_its_name() {
    let rehearsal = rehearsal();
    let select = |request: Value| {
        rehearsal
            .select(json!({"run": RUN, "round": 0, "request": request, "previous": null, "chunk": 0, "chain": null}))
    };
    for (request, named) in [
        (json!({"selection": "all", "mode": "delete"}), "delete"),
        (json!({"selection": "all", "force": true}), "force"),
        (json!({"selection": "every"}), "every"),
        (json!({"selection": {"accounts": ["11112222333"]}}), "`11112222333` is not an account id"),
        (json!({"selection": {"accounts": "111122223333"}}), "accounts"),
        (json!({"selection": {"joined": {"create_account_request": "car-1"}}}), "car-1"),
        (json!({"mode": "enforce"}), "selection"),
    ] {
        assert_refused(&rehearsal, select(request).await, named);
    }
    let unknown = json!({"run": RUN, "round": 0, "request": {"selection": "all"}, "previous": null, "dry_run": true});
    assert_refused(&rehearsal, rehearsal.select(unknown).await, "dry_run");
    let unknown = json!({"run": RUN, "round": 0, "plan": pin(), "batch": 0, "mode": "enforce"});
    assert_refused(&rehearsal, rehearsal.delete(unknown).await, "mode");
}

#[tokio::test(start_paused = true)]
async fn a_run_cannot_be_stronger_than_its_deployment() {
    let rehearsal = Rehearsal::deployed(world(), &Deployment { mode: "report", ..Deployment::default() });
    let input = json!({"run": RUN, "round": 0, "request": enforce_all(), "previous": null, "chunk": 0, "chain": null});
    assert_refused(&rehearsal, rehearsal.select(input).await, "this deployment is in report mode");
}

#[tokio::test(start_paused = true)]
async fn a_run_id_that_leaves_its_folder_is_refused() {
    let rehearsal = rehearsal();
    let input = json!({"run": "../policies", "round": 0, "request": enforce_all(), "previous": null, "chunk": 0, "chain": null});
    assert_refused(&rehearsal, rehearsal.select(input).await, "../policies");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_lies_elsewhere_is_refused() {
    let rehearsal = rehearsal();
    let input = json!({"run": RUN, "round": 0, "plan": pin(), "batch": 0});
    assert_refused(&rehearsal, rehearsal.delete(input).await, "runs/x/plan/0.json");
}

#[tokio::test(start_paused = true)]
async fn settings_that_cannot_be_read_stop_everything() {
    for exempt_accounts in ["", "[]", r#"{"1": "x"}"#, r#"{"200000000007": ""}"#] {
        let deployment = Deployment { exempt_accounts, ..Deployment::default() };
        let rehearsal = Rehearsal::deployed(world(), &deployment);
        let input = json!({"run": RUN, "round": 0, "plan": pin(), "batch": 0});
        assert_refused(&rehearsal, rehearsal.delete(input).await, "ROOTWARDEN_EXEMPT_ACCOUNTS");
    }
    let rehearsal = Rehearsal::deployed(world(), &Deployment { mode: "on", ..Deployment::default() });
    let input = json!({"run": RUN, "round": 0, "request": enforce_all(), "previous": null, "chunk": 0, "chain": null});
    assert_refused(&rehearsal, rehearsal.select(input).await, "ROOTWARDEN_MODE");
}
