//! What is refused, with the reason: accounts, durations, deployments.

use super::*;
use crate::access_requests::assert_refused;

#[tokio::test(start_paused = true)]
async fn i1_no_window_for_the_management_account_nor_outside_the_organization_nor_where_it_could_not_be_taken_back() {
    let rehearsal = rehearsal();
    for (account, named) in [
        (MANAGEMENT, "it is the management account"),
        ("999999999999", "it is not in the organization"),
        (SUSPENDED, "its state is SUSPENDED"),
        (EXEMPT, "the account is exempt (break-glass account)"),
    ] {
        let started = ask(&rehearsal, JANE, &about("allow-recovery", account)).await;
        let checked = rehearsal.recovery(started.step("check")).await.unwrap();
        assert_eq!(checked["outcome"], "not_possible", "{checked}");
        assert!(checked["summary"].as_str().unwrap().contains(named), "{checked}");
        // Nor if somebody approved it all the same.
        rehearsal.access_event(started.question()).await.unwrap();
        rehearsal.access_requests(JOE, &started.decision("approve")).await.unwrap();
        let opened = rehearsal.recovery(started.step("open")).await.unwrap();
        assert_eq!(opened["outcome"], "not_opened", "{opened}");
        assert_eq!(stored(&rehearsal, &format!("recoveries/{account}.json")), None);
    }
    assert_eq!(rehearsal.count("sts:AssumeRoot"), 0);
}

#[tokio::test(start_paused = true)]
async fn i13_while_changes_are_paused_no_window_opens_and_nothing_is_allowed() {
    let rehearsal = rehearsal();
    let started = opened(&rehearsal, &about("allow-recovery", OWNER)).await;
    put(&rehearsal, "control/paused.json", &json!({"paused": true, "reason": "incident 42"}));
    let allowed = rehearsal.recovery(started.step("allow")).await.unwrap();
    assert_eq!(allowed["outcome"], "not_allowed", "{allowed}");
    assert!(allowed["summary"].as_str().unwrap().contains("incident 42"), "{allowed}");
    let other = ask(&rehearsal, JANE, &about("allow-recovery", OTHER)).await;
    let checked = rehearsal.recovery(other.step("check")).await.unwrap();
    assert!(checked["summary"].as_str().unwrap().contains("incident 42"), "{checked}");
    // Ending goes on: it gives nobody anything.
    let mut close = started.step("close");
    close["cause"] = json!("not_allowed");
    let closed = rehearsal.recovery(close).await.unwrap();
    assert_eq!(closed["outcome"], "closed");
    assert_eq!(rehearsal.count("sts:AssumeRoot"), 0);
}

#[tokio::test(start_paused = true)]
async fn i5_a_request_is_read_strictly_and_a_duration_is_within_what_the_deployment_allows() {
    let rehearsal = rehearsal();
    let with = |field: &str, value: Value| {
        let mut body = about("allow-recovery", OWNER);
        body[field] = value;
        body
    };
    let mut end = about("end-recovery", OWNER);
    end["duration"] = json!("PT1H");
    for (body, named) in [
        (with("duration", json!("24h")), "ISO 8601"),
        (with("duration", json!("PT59M")), "from PT1H to PT72H"),
        (with("duration", json!("P4D")), "from PT1H to PT72H"),
        (with("account", json!("1")), "is not an account id"),
        (with("reason", json!(" ")), "a reason is needed"),
        (with("ticket", json!("")), "is not a ticket"),
        (with("force", json!(true)), "unknown field `force`"),
        (end, "unknown field `duration`"),
    ] {
        assert_refused(&rehearsal, JANE, &body, 400, named).await;
    }
    let unknown = json!({"approval_id": format!("recovery-{OWNER}-20261122T0200Z-{}", "0".repeat(32))});
    assert_refused(&rehearsal, JANE, &unknown, 404, "nothing is asked under").await;
    assert_eq!(rehearsal.simulator.executions().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn i4_a_deployment_that_only_reports_takes_no_request() {
    let rehearsal = deployed(&Deployment { mode: "report", ..deployment() });
    assert_refused(&rehearsal, JANE, &about("allow-recovery", OWNER), 409, "could not take it back").await;
}

#[tokio::test(start_paused = true)]
async fn in_govcloud_every_step_and_the_url_refuse_with_the_reason() {
    let rehearsal = rehearsal();
    let started = approved(&rehearsal, &about("allow-recovery", OWNER)).await;
    let rehearsal = rehearsal.redeployed(&Deployment { region: "us-gov-west-1", ..deployment() });
    let why = "in GovCloud no root user signs in";
    assert_refused(&rehearsal, JANE, &about("allow-recovery", OWNER), 400, why).await;
    for (step, outcome) in [("check", "not_possible"), ("open", "not_opened"), ("allow", "not_allowed")] {
        let answer = rehearsal.recovery(started.step(step)).await.unwrap();
        assert_eq!(answer["outcome"], outcome, "{answer}");
        assert!(answer["summary"].as_str().unwrap().contains(why), "{answer}");
    }
    assert_eq!((window(&rehearsal), rehearsal.count("sts:AssumeRoot")), (Value::Null, 0));
}
