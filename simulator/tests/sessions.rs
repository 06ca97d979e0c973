//! What a root session may do, and who may open one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_sts::operation::assume_root::builders::AssumeRootFluentBuilder;
use rootwarden_simulator::{Caller, Member, RootCredentials, Simulator};
use serde_json::json;
use support::{
    AUDIT, CREATE_PASSWORD, DELETE, DIRTY, MANAGEMENT, MEMBER, MFA, code, credentials_of, iam_as_root, management,
    refusal, root_session, task_policy, with_credentials, world,
};

fn assume_root(simulator: &Simulator, caller: &Caller, account: &str, task: &str) -> AssumeRootFluentBuilder {
    let sts = aws_sdk_sts::Client::new(&simulator.sdk_config(caller));
    sts.assume_root().target_principal(account).task_policy_arn(task_policy(task))
}

#[tokio::test]
async fn audits_every_kind_of_credential() {
    let simulator = Simulator::new(world());
    let iam = iam_as_root(&simulator, DIRTY, AUDIT).await;

    let keys = iam.list_access_keys().send().await.unwrap();
    let ids: Vec<_> = keys.access_key_metadata().iter().filter_map(|key| key.access_key_id()).collect();
    assert_eq!(ids, ["AKIAROOTKEY000000001", "AKIAROOTKEY000000002"]);
    let unused = iam.get_access_key_last_used().access_key_id(ids[0]).send().await.unwrap();
    let unused = unused.access_key_last_used().unwrap();
    assert_eq!((unused.last_used_date(), unused.region(), unused.service_name()), (None, "N/A", "N/A"));
    let used = iam.get_access_key_last_used().access_key_id(ids[1]).send().await.unwrap();
    assert_eq!(used.access_key_last_used().unwrap().last_used_date().unwrap().secs(), 1_795_132_800);
    assert_eq!(used.user_name(), None);
    let certificates = iam.list_signing_certificates().send().await.unwrap();
    assert_eq!(certificates.certificates()[0].certificate_id(), "CERTIFICATE000000000000000000001");
    assert_eq!(iam.list_mfa_devices().send().await.unwrap().mfa_devices()[0].serial_number(), MFA);
    assert!(iam.get_login_profile().send().await.unwrap().login_profile().is_some());
    let summary = iam.get_account_summary().send().await.unwrap();
    let summary = summary.summary_map().unwrap();
    for present in
        ["AccountAccessKeysPresent", "AccountMFAEnabled", "AccountPasswordPresent", "AccountSigningCertificatesPresent"]
    {
        assert_eq!(summary[&present.into()], 1, "{present}");
    }
}

#[tokio::test]
async fn deletes_every_kind_of_credential() {
    let simulator = Simulator::new(world());
    let before = simulator.world();
    let iam = iam_as_root(&simulator, DIRTY, DELETE).await;
    assert_eq!(simulator.world(), before, "opening a session changes nothing");

    iam.delete_signing_certificate().certificate_id("CERTIFICATE000000000000000000001").send().await.unwrap();
    iam.delete_access_key().access_key_id("AKIAROOTKEY000000001").send().await.unwrap();
    iam.delete_access_key().access_key_id("AKIAROOTKEY000000002").send().await.unwrap();
    iam.delete_login_profile().send().await.unwrap();
    iam.deactivate_mfa_device().serial_number(MFA).send().await.unwrap();

    assert!(simulator.world().account(DIRTY).unwrap().root.is_clean());
    let mut expected = before;
    expected.account_mut(DIRTY).unwrap().root = RootCredentials::default();
    assert_eq!(simulator.world(), expected);
}

#[tokio::test]
async fn says_no_such_entity_for_what_is_gone() {
    let simulator = Simulator::new(world());
    let iam = iam_as_root(&simulator, MEMBER, DELETE).await;
    let gone = "NoSuchEntity";
    let key = iam.delete_access_key().access_key_id("AKIAROOTKEY000000001").send().await;
    let (code_of_key, status, message) = refusal(key);
    assert_eq!((code_of_key.as_str(), status), (gone, 404));
    assert_eq!(message, "The Access Key with id AKIAROOTKEY000000001 cannot be found.");
    assert_eq!(code(iam.delete_signing_certificate().certificate_id("C").send().await), gone);
    assert_eq!(code(iam.delete_login_profile().send().await), gone);
    assert_eq!(code(iam.deactivate_mfa_device().serial_number(MFA).send().await), gone);
    let unknown = iam.get_access_key_last_used().access_key_id("AKIAROOTKEY000000001").send().await;
    assert_eq!(code(unknown), "AccessDenied");
}

#[tokio::test]
async fn refuses_to_delete_with_an_audit_session() {
    let simulator = Simulator::new(world());
    let before = simulator.world();
    let iam = iam_as_root(&simulator, DIRTY, AUDIT).await;
    let (code_of_key, status, message) =
        refusal(iam.delete_access_key().access_key_id("AKIAROOTKEY000000001").send().await);
    assert_eq!((code_of_key.as_str(), status), ("AccessDenied", 403));
    assert!(message.starts_with(
        "User: arn:aws:iam::444444444444:root is not authorized to perform: iam:DeleteAccessKey \
         on resource: arn:aws:iam::444444444444:root"
    ));
    assert_eq!(code(iam.delete_signing_certificate().certificate_id("C").send().await), "AccessDenied");
    assert_eq!(code(iam.delete_login_profile().send().await), "AccessDenied");
    assert_eq!(code(iam.deactivate_mfa_device().serial_number(MFA).send().await), "AccessDenied");
    assert_eq!(code(iam.create_login_profile().send().await), "AccessDenied");
    assert_eq!(simulator.world(), before);
}

#[tokio::test]
async fn refuses_the_account_summary_to_a_delete_session() {
    let simulator = Simulator::new(world());
    let iam = iam_as_root(&simulator, DIRTY, DELETE).await;
    assert_eq!(code(iam.get_account_summary().send().await), "AccessDenied");
    assert!(iam.list_access_keys().send().await.is_ok());
}

#[tokio::test]
async fn lets_a_password_session_only_make_and_read_the_login_profile() {
    let simulator = Simulator::new(world());
    let iam = iam_as_root(&simulator, MEMBER, CREATE_PASSWORD).await;
    iam.create_login_profile().send().await.unwrap();
    assert!(simulator.world().account(MEMBER).unwrap().root.password.is_some());
    assert!(iam.get_login_profile().send().await.is_ok());
    assert_eq!(code(iam.delete_login_profile().send().await), "AccessDenied");
    assert_eq!(code(iam.list_access_keys().send().await), "AccessDenied");
}

#[tokio::test]
async fn never_reaches_beyond_the_root_user() {
    let simulator = Simulator::new(world());
    let config = root_session(&simulator, DIRTY, DELETE).await;
    let iam = aws_sdk_iam::Client::new(&config);
    assert_eq!(code(iam.list_access_keys().user_name("alice").send().await), "AccessDenied");
    assert_eq!(code(iam.list_organizations_features().send().await), "AccessDenied");
    let organizations = aws_sdk_organizations::Client::new(&config);
    assert_eq!(code(organizations.describe_organization().send().await), "AccessDeniedException");
    let sts = aws_sdk_sts::Client::new(&config);
    let again = sts.assume_root().target_principal(MEMBER).task_policy_arn(task_policy(AUDIT)).send().await;
    assert_eq!(code(again), "AccessDenied");
    let identity = sts.get_caller_identity().send().await.unwrap();
    assert_eq!(identity.arn(), Some("arn:aws:iam::444444444444:root"));
}

#[tokio::test]
async fn keeps_the_session_of_one_account_out_of_another() {
    let simulator = Simulator::new(world());
    let iam = iam_as_root(&simulator, MEMBER, DELETE).await;
    assert!(iam.list_access_keys().send().await.unwrap().access_key_metadata().is_empty());
    assert_eq!(code(iam.delete_access_key().access_key_id("AKIAROOTKEY000000001").send().await), "NoSuchEntity");
    assert_eq!(simulator.world().account(DIRTY).unwrap().root.access_keys.len(), 2);
    let sessions: Vec<_> = simulator.calls().into_iter().filter_map(|call| call.session).collect();
    assert!(sessions.iter().all(|session| session.account == MEMBER));
}

#[tokio::test]
async fn refuses_an_expired_session() {
    let simulator = Simulator::new(world());
    let iam = iam_as_root(&simulator, DIRTY, AUDIT).await;
    simulator.advance(Duration::from_secs(899));
    assert!(iam.get_user().send().await.is_ok());
    simulator.advance(Duration::from_secs(1));
    let (code, status, _) = refusal(iam.get_user().send().await);
    assert_eq!((code.as_str(), status), ("ExpiredToken", 403));
}

#[tokio::test]
async fn refuses_a_root_key_with_another_token_and_an_unknown_key() {
    let simulator = Simulator::new(world());
    let config = root_session(&simulator, DIRTY, AUDIT).await;
    let issued = credentials_of(&config).await;
    let key = issued.access_key_id();
    for credentials in [
        Credentials::new(key, issued.secret_access_key(), Some("another".to_owned()), None, "test"),
        Credentials::new(key, issued.secret_access_key(), None, None, "test"),
        Credentials::new("ASIAUNKNOWN000000001", "secret", None, None, "test"),
    ] {
        let iam = aws_sdk_iam::Client::new(&with_credentials(&config, credentials));
        let (code, status, _) = refusal(iam.get_user().send().await);
        assert_eq!((code.as_str(), status), ("InvalidClientTokenId", 403));
    }
}

#[tokio::test]
async fn evaluates_the_callers_statements_by_task_policy() {
    let simulator = Simulator::new(world());
    let auditor = Caller::role(MANAGEMENT, "audit-accounts").with_statements(json!([{
        "Effect": "Allow",
        "Action": "sts:AssumeRoot",
        "Resource": "arn:aws:iam::*:root",
        "Condition": {"StringEquals": {
            "sts:TaskPolicyArn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
        }},
    }]));
    assert!(assume_root(&simulator, &auditor, DIRTY, AUDIT).send().await.is_ok());
    let (code, status, message) = refusal(assume_root(&simulator, &auditor, DIRTY, DELETE).send().await);
    assert_eq!((code.as_str(), status), ("AccessDenied", 403));
    assert_eq!(
        message,
        "User: arn:aws:sts::111111111111:assumed-role/audit-accounts/session is not authorized to perform: \
         sts:AssumeRoot on resource: arn:aws:iam::444444444444:root"
    );
}

#[tokio::test]
async fn holds_callers_of_organizations_and_of_features_against_their_statements() {
    let simulator = Simulator::new(world());
    let allow = |action: &str| json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]);
    for (action, organizations, features) in [
        ("organizations:DescribeOrganization", None, Some("AccessDenied")),
        ("organizations:ListAccounts", Some("AccessDeniedException"), Some("AccessDenied")),
        ("iam:ListOrganizationsFeatures", Some("AccessDeniedException"), None),
    ] {
        let config = simulator.sdk_config(&Caller::role(MANAGEMENT, "reader").with_statements(allow(action)));
        let described = aws_sdk_organizations::Client::new(&config).describe_organization().send().await;
        let listed = aws_sdk_iam::Client::new(&config).list_organizations_features().send().await;
        assert_eq!(described.err().map(|error| code(Err::<(), _>(error))).as_deref(), organizations, "{action}");
        assert_eq!(listed.err().map(|error| code(Err::<(), _>(error))).as_deref(), features, "{action}");
    }
}

#[tokio::test]
async fn a_role_that_is_bound_to_its_function_opens_nothing_for_anybody_else() {
    let simulator = Simulator::new(world());
    let own = "arn:aws:lambda:us-east-1:111111111111:function:audit-accounts";
    let bound = Caller::role(MANAGEMENT, "audit-accounts").with_statements(json!([{
        "Effect": "Allow",
        "Action": "sts:AssumeRoot",
        "Resource": "arn:aws:iam::*:root",
        "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": own}},
    }]));
    assert!(assume_root(&simulator, &bound.clone().of_function(own), DIRTY, AUDIT).send().await.is_ok());
    let other = bound.clone().of_function(format!("{own}-2"));
    for elsewhere in [bound, other] {
        assert_eq!(code(assume_root(&simulator, &elsewhere, DIRTY, AUDIT).send().await), "AccessDenied");
    }
}

#[tokio::test]
async fn fails_closed_on_statements_that_it_cannot_read() {
    let simulator = Simulator::new(world());
    let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    for unreadable in [
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"NumericEquals": {"a:b": "1"}}}),
        json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"DateGreaterThan": {"a:b": "1"}}}),
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condtion": {}}),
    ] {
        let alone = Caller::role(MANAGEMENT, "role").with_statements(json!([unreadable]));
        assert_eq!(code(assume_root(&simulator, &alone, DIRTY, AUDIT).send().await), "AccessDenied");
    }
    let denied = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"a": "b"}}});
    let caller = Caller::role(MANAGEMENT, "role").with_statements(json!([allow, denied]));
    assert_eq!(code(assume_root(&simulator, &caller, DIRTY, AUDIT).send().await), "AccessDenied");
}

#[tokio::test]
async fn opens_no_session_where_aws_would_not() {
    let delegated = "222222222222";
    let simulator = Simulator::new(
        world().delegated_administrator(delegated).member(Member::new("555555555555").state("SUSPENDED")),
    );
    let security = Caller::management_role("security");
    for target in [MANAGEMENT, "555555555555", "999999999999"] {
        assert_eq!(code(assume_root(&simulator, &security, target, AUDIT).send().await), "AccessDenied", "{target}");
    }
    assert!(assume_root(&simulator, &Caller::role(delegated, "security"), DIRTY, AUDIT).send().await.is_ok());
    let member = Caller::role(MEMBER, "security");
    assert_eq!(code(assume_root(&simulator, &member, DIRTY, AUDIT).send().await), "AccessDenied");
}

#[tokio::test]
async fn applies_service_control_policies_to_root_sessions() {
    let deny_root = |condition| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
        ]})
    };
    let root = json!({"aws:PrincipalArn": ["arn:aws:iam::*:root"]});
    let exempting = deny_root(json!({"ArnLike": root, "Null": {"aws:AssumedRoot": "true"}}));
    let plain = deny_root(json!({"ArnLike": root}));
    let simulator = Simulator::new(
        world().member(Member::new("666666666666").scp(plain)).member(Member::new("777777777777").scp(exempting)),
    );
    let iam = iam_as_root(&simulator, "666666666666", AUDIT).await;
    let (code, _, message) = refusal(iam.list_access_keys().send().await);
    assert_eq!(code, "AccessDenied");
    assert!(
        message.contains("with an explicit deny in a service control policy: arn:aws:organizations::"),
        "{message}"
    );
    assert!(iam_as_root(&simulator, "777777777777", AUDIT).await.list_access_keys().send().await.is_ok());
}

#[tokio::test]
async fn pages_the_lists_of_the_root_user() {
    let simulator = Simulator::new(world().iam_page_size(1));
    let iam = iam_as_root(&simulator, DIRTY, AUDIT).await;
    let first = iam.list_access_keys().send().await.unwrap();
    assert!(first.is_truncated());
    assert_eq!(first.access_key_metadata().len(), 1);
    let second = iam.list_access_keys().set_marker(first.marker).send().await.unwrap();
    assert_eq!(second.access_key_metadata()[0].access_key_id(), Some("AKIAROOTKEY000000002"));
    assert!(!second.is_truncated());
    let bounded = Simulator::new(world());
    let iam = iam_as_root(&bounded, DIRTY, AUDIT).await;
    assert!(iam.list_access_keys().max_items(1).send().await.unwrap().is_truncated());
}

#[tokio::test]
async fn logs_who_signed_what() {
    let simulator = Simulator::new(world());
    let iam = iam_as_root(&simulator, DIRTY, DELETE).await;
    iam.delete_access_key().access_key_id("AKIAROOTKEY000000001").send().await.unwrap();
    iam.get_account_summary().send().await.unwrap_err();

    let calls = simulator.calls();
    let [assume, delete, summary] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(assume.caller, "arn:aws:sts::111111111111:assumed-role/security/session");
    assert_eq!((assume.action.as_str(), assume.account.as_deref()), ("sts:AssumeRoot", Some(DIRTY)));
    assert_eq!(assume.resource.as_deref(), Some("arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"));
    assert_eq!((&assume.session, assume.host.as_str()), (&None, "sts.us-east-1.amazonaws.com"));
    assert!(assume.agent.starts_with("aws-sdk-rust/"), "{}", assume.agent);
    assert_eq!(delete.caller, "arn:aws:iam::444444444444:root");
    let session = delete.session.as_ref().unwrap();
    assert_eq!((session.account.as_str(), session.task.as_str()), (DIRTY, DELETE));
    assert_eq!(delete.resource.as_deref(), Some("AKIAROOTKEY000000001"));
    assert_eq!((delete.result.as_str(), summary.result.as_str()), ("Success", "AccessDenied"));
    assert_eq!(delete.time, simulator.world().starts_at);
}

#[tokio::test]
async fn remembers_every_secret_that_it_issued() {
    let simulator = Simulator::new(world());
    let config = root_session(&simulator, DIRTY, AUDIT).await;
    let (role, root) = (credentials_of(&management(&simulator)).await, credentials_of(&config).await);
    let secrets = simulator.issued_secrets();
    assert!(secrets.iter().all(|secret| !format!("{config:?} {simulator:?}").contains(secret)));
    for credentials in [role, root] {
        assert!(secrets.contains(&credentials.secret_access_key().to_owned()));
        assert!(secrets.contains(&credentials.session_token().unwrap().to_owned()));
    }
}
