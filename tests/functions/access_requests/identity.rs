//! Who counts as a person: the ways in which one alone could pass for two.

use rootwarden_tests::{Deployment, Rehearsal, question, url_event_of};
use serde_json::{Value, json};

use super::*;

/// Callers of a function URL as Lambda names them, `userArn` and `userId`: everyone of them bears a name that its bearer has
/// chosen, or that a service has made up.
///
/// Sources: AWS STS API Reference, `FederatedUser` and `AssumedRoleUser`; IAM User Guide, "IAM identifiers", and "Where you
/// can use policy variables", principal key values, for EC2; the forms of `authorizer.iam` as captured from a function URL
/// (a session of a role) and from an HTTP API (a session of Identity Center).
const NOBODIES: [(&str, &str, &str); 15] = [
    ("sts:GetFederationToken", "sts::111122223333:federated-user/joe@example.com", "111122223333:joe@example.com"),
    ("sts:AssumeRole with a name of one's own", "sts::111122223333:assumed-role/Developer/joe@example.com", SESSION_ID),
    (
        "the same, of a role that is called like a person",
        "sts::111122223333:assumed-role/joe@example.com/joe@example.com",
        SESSION_ID,
    ),
    (
        "an instance profile",
        "sts::111122223333:assumed-role/web-server/i-0abcdef1234567890",
        "AROAIOSFODNN7EXAMPLE:i-0abcdef1234567890",
    ),
    (
        "a build job of CodeBuild",
        "sts::111122223333:assumed-role/build/AWSCodeBuild-2e0b6a0b-5b1a-4f5e-9b0a-0123456789ab",
        SESSION_ID,
    ),
    (
        "a pipeline's OIDC token",
        "sts::111122223333:assumed-role/deploy/GitHubActions",
        "AROAIOSFODNN7EXAMPLE:GitHubActions",
    ),
    ("the same, with a name of its own", "sts::111122223333:assumed-role/deploy/joe@example.com", SESSION_ID),
    (
        "a function of Lambda",
        "sts::111122223333:assumed-role/nightly-role/nightly-function",
        "AROAIOSFODNN7EXAMPLE:nightly-function",
    ),
    (
        "this very function's role",
        "sts::111122223333:assumed-role/rootwarden-ApprovalsRole-X/rootwarden-Approvals-X",
        SESSION_ID,
    ),
    ("an identity pool of Cognito", "sts::111122223333:assumed-role/pool/CognitoIdentityCredentials", SESSION_ID),
    (
        "a role named nearly as Identity Center would",
        "sts::111122223333:assumed-role/AWSReservedSSO_Admin/joe@example.com",
        SESSION_ID,
    ),
    (
        "the same, in other letters",
        "sts::111122223333:assumed-role/awsreservedsso_Admin_0123456789abcdef/joe@example.com",
        SESSION_ID,
    ),
    (
        "the same, with too short an end",
        "sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789/joe@example.com",
        SESSION_ID,
    ),
    (
        "Identity Center, in another account",
        "sts::444455556666:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/joe@example.com",
        SESSION_ID,
    ),
    ("a user of another account", "iam::444455556666:user/joe", "AIDAQAAAAAAAMEZHRHAHY"),
];

const SESSION_ID: &str = "AROAIOSFODNN7EXAMPLE:joe@example.com";
const OPERATORS: &str = "arn:aws:iam::111122223333:role/people/Operators";
const OPERATOR: &str = "arn:aws:sts::111122223333:assumed-role/Operators/joe@example.com";
const USER: &str = "arn:aws:iam::111122223333:user/people/joe";

/// The status, and the answer or the error, of what somebody sends who signs with `arn` and is known by `id`.
async fn sent(rehearsal: &Rehearsal, arn: &str, id: Option<&str>, body: &Value) -> (Value, String) {
    let event = url_event_of(arn, id, &body.to_string());
    let answer = if ["approve", "reject"].contains(&body["action"].as_str().unwrap_or_default()) {
        rehearsal.decision_event(event).await
    } else {
        rehearsal.access_event(event).await
    };
    let answer = answer.unwrap();
    (answer["statusCode"].clone(), answer["body"].as_str().unwrap().to_owned())
}

fn start() -> Value {
    json!({"action": "secure", "selection": "all", "mode": "enforce", "reason": "an incident"})
}

#[tokio::test(start_paused = true)]
async fn i12_a_name_that_its_bearer_chose_neither_asks_nor_approves_nor_looks() {
    let (rehearsal, plan) = asked(&json!({"person": JANE})).await;
    let calls = rehearsal.simulator.calls().len();
    for (attack, resource, id) in NOBODIES {
        let arn = format!("arn:aws:{resource}");
        for body in [
            start(),
            decision_request("approve", &plan),
            decision_request("reject", &plan),
            json!({"approval_id": REQUEST}),
        ] {
            let (status, said) = sent(&rehearsal, &arn, Some(id), &body).await;
            assert_eq!(status, 403, "{attack}: {said}");
            assert!(said.contains("sign in"), "{attack}: what to do instead: {said}");
        }
    }
    assert_eq!(rehearsal.simulator.calls().len(), calls, "nobody's word was worth a call");
    assert_eq!(stored(&rehearsal, DECISION), None);
    assert!(rehearsal.simulator.answered_tasks().is_empty() && rehearsal.simulator.executions().is_empty());
    let (status, said) = sent(&rehearsal, JOE, Some(SESSION_ID), &decision_request("approve", &plan)).await;
    assert_eq!(status, 200, "{said}");
}

#[tokio::test(start_paused = true)]
async fn i12_a_user_who_was_renamed_or_made_anew_does_not_approve_what_they_asked_for() {
    let (one, another) = ("AIDAIOSFODNN7EXAMPLE", "AIDAQAAAAAAAMEZHRHAHY");
    let rehearsal = rehearsal();
    sent(&rehearsal, USER, Some(one), &start()).await;
    let [execution] = rehearsal.simulator.executions().try_into().unwrap();
    let input: Value = serde_json::from_str(&execution.input).unwrap();
    assert_eq!(input["started_by"], json!({"person": format!("{USER}#{one}")}), "known by the id too");

    let (rehearsal, plan) = asked(&input["started_by"]).await;
    for (arn, id) in [
        ("arn:aws:iam::111122223333:user/somebody-else", one),
        ("arn:aws:iam::111122223333:user/Joe", another),
        ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/joe", SESSION_ID),
    ] {
        let (status, said) = sent(&rehearsal, arn, Some(id), &decision_request("approve", &plan)).await;
        assert_eq!(status, 403, "{said}");
        assert!(said.contains("somebody else has to decide"), "{said}");
    }
    for id in [None, Some(""), Some("AROAIOSFODNN7EXAMPLE:ann"), Some("111122223333")] {
        let ann = "arn:aws:iam::111122223333:user/ann";
        let (status, said) = sent(&rehearsal, ann, id, &decision_request("approve", &plan)).await;
        assert_eq!(status, 403, "{id:?}: {said}");
        assert!(said.contains("the id of the IAM user"), "{said}");
    }
    assert_eq!(stored(&rehearsal, DECISION), None);
    let (status, said) =
        sent(&rehearsal, "arn:aws:iam::111122223333:user/ann", Some(another), &decision_request("approve", &plan))
            .await;
    assert_eq!(status, 200, "{said}");
    let by = format!("arn:aws:iam::111122223333:user/ann#{another}");
    assert_eq!(stored(&rehearsal, DECISION).unwrap()["by"], by);
}

#[tokio::test(start_paused = true)]
async fn i12_where_one_kind_alone_is_taken_nobody_comes_as_another() {
    for (people, roles, taken) in [
        ("identity-center-and-iam-users", "", &[JOE, USER][..]),
        ("identity-center", "", &[JOE][..]),
        ("iam-users", "", &[USER][..]),
        ("named-roles", OPERATORS, &[OPERATOR][..]),
        ("identity-center", OPERATORS, &[JOE, OPERATOR][..]),
    ] {
        let deployment = Deployment { people, person_role_arns: roles, ..Deployment::default() };
        let rehearsal = Rehearsal::deployed(world(), &deployment);
        for caller in [JOE, USER, OPERATOR] {
            let id = if caller == USER { "AIDAIOSFODNN7EXAMPLE" } else { SESSION_ID };
            let (status, said) = sent(&rehearsal, caller, Some(id), &json!({"approval_id": REQUEST})).await;
            let expected = if taken.contains(&caller) { 404 } else { 403 };
            assert_eq!(status, expected, "{people} {roles} {caller}: {said}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_of_a_named_role_is_a_person_unless_a_tool_made_its_name_up() {
    let deployment = Deployment { person_role_arns: OPERATORS, max_accounts_to_clean: "1", ..Deployment::default() };
    let rehearsal = Rehearsal::deployed(world(), &deployment);
    let request = json!({"selection": "all", "mode": "enforce", "started_by": {"person": JANE}});
    let (_, plan) = rehearsal.plan_round(&request).await.unwrap();
    rehearsal.access_event(question(&plan, &request["started_by"], TOKEN)).await.unwrap();
    let made_up = "arn:aws:sts::111122223333:assumed-role/Operators/GitHubActions";
    let (status, said) = sent(&rehearsal, made_up, Some(SESSION_ID), &decision_request("approve", &plan)).await;
    assert_eq!(status, 403, "{said}");
    assert!(said.contains("somebody else has to decide"), "{said}");
    let (status, said) = sent(&rehearsal, made_up, Some(SESSION_ID), &start()).await;
    assert_eq!(status, 403, "{said}");
    assert!(said.contains("nobody could approve"), "{said}");
    let (status, said) = sent(&rehearsal, OPERATOR, Some(SESSION_ID), &decision_request("approve", &plan)).await;
    assert_eq!(status, 200, "{said}");
}

#[tokio::test(start_paused = true)]
async fn i5_a_deployment_that_does_not_say_who_is_a_person_takes_nobody() {
    for (people, roles, named) in [
        ("", "", "`ROOTWARDEN_PEOPLE`: it is not set"),
        ("everybody", "", "`everybody` is not `identity-center-and-iam-users`"),
        ("identity-center", "Operators", "`Operators` is not the ARN of one role"),
        ("identity-center", "arn:aws:iam::111122223333:role/*", "is not the ARN of one role"),
        (
            "identity-center",
            "arn:aws:iam::444455556666:role/Operators",
            "is not a role of the deployment's own account",
        ),
    ] {
        let deployment = Deployment { people, person_role_arns: roles, ..Deployment::default() };
        let rehearsal = Rehearsal::deployed(world(), &deployment);
        let error = rehearsal.access_requests(JANE, &start()).await.unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
        assert!(rehearsal.simulator.executions().is_empty());
    }
}
