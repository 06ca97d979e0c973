//! IAM as root of a member: the summary, the lists, and the login profile.

use aws_sdk_iam::types::FeatureType;
use rootwarden_aws::{Organization, RecoveryAllowed, allow_recovery};
use rootwarden_domain::{ErrorKind, Inventory, run::audit::AuditOutcome};
use rootwarden_simulator::{Caller, Member, World};
use rootwarden_tests::MANAGEMENT;
use serde_json::{Value, json};

use crate::{
    check::Check,
    exchange::Exchange,
    sample::Answer,
    world::{MEMBER, OTHER, audited, confirmed, sessions, why_unknown, world},
};

pub async fn check(check: &mut Check) {
    a_clean_account(check).await;
    empty_lists(check).await;
    no_login_profile(check).await;
    recovery(check).await;
    a_device_of_another_name(check).await;
    features(check).await;
}

async fn a_clean_account(check: &mut Check) {
    let answer = check.answer("iam.GetAccountSummary.clean-root-session", "a clean account");
    // In the simulated account there is a password, so that only the sample can make it clean.
    let exchange = Exchange::new(world_of(Member::new(MEMBER).password())).answering(&answer);
    assert_eq!(audited(&exchange).await, AuditOutcome::Clean);
    check.reader_took(&answer);
    let exchange = Exchange::new(world());
    assert_eq!(audited(&exchange).await, AuditOutcome::Clean);
    check.compare(&answer, &exchange.last("iam:GetAccountSummary"));
}

/// A list that AWS gives as empty is read as empty: here the summary says otherwise, and nothing is called clean.
async fn empty_lists(check: &mut Check) {
    let members = [
        ("no access keys", Member::new(MEMBER).access_key("AKIAIOSFODNN7EXAMPLE")),
        ("no signing certificates", Member::new(MEMBER).signing_certificate("CERTIFICATE0000000000001")),
        ("no MFA devices", Member::new(MEMBER).mfa_device("arn:aws:iam::444455556666:mfa/device")),
    ];
    for (case, member) in members {
        let answer = check.answer("iam.root-session.lists-empty", case);
        let found = inventory(&Exchange::new(world_of(member.clone()))).await;
        assert_eq!(found.credentials().len(), 1, "{case}");
        not_found(&answer, member).await;
        check.reader_took(&answer);
        // Another kind of credential, so that the lists are read at all.
        let exchange = Exchange::new(world_of(Member::new(MEMBER).password()));
        inventory(&exchange).await;
        check.compare(&answer, &exchange.last(&answer.operation));
    }
}

async fn no_login_profile(check: &mut Check) {
    let answer = check.answer("iam.GetLoginProfile.root-none", "no password");
    not_found(&answer, Member::new(MEMBER).password()).await;
    check.reader_took(&answer);
    let exchange = Exchange::new(world_of(Member::new(MEMBER).access_key("AKIAIOSFODNN7EXAMPLE")));
    assert_eq!(inventory(&exchange).await.login_profile, None);
    check.compare(&answer, &exchange.last("iam:GetLoginProfile"));
}

async fn recovery(check: &mut Check) {
    let answer = check.answer("iam.CreateLoginProfile.root-recovery", "recovery is allowed");
    let profile = answer.of_operation("iam:GetLoginProfile");
    let exchange = Exchange::new(world_of(Member::new(MEMBER).password())).answering(&profile);
    let found = inventory(&exchange).await.login_profile.unwrap();
    assert_eq!(found.created_at, Some("2026-09-12T01:41:52Z".parse().unwrap()));
    check.reader_took(&answer);

    // In the simulated account there is a password, so that only the sample can allow it.
    let exchange = Exchange::new(world_of(Member::new(MEMBER).password())).answering(&answer);
    assert_eq!(recovery_allowed(&exchange).await, RecoveryAllowed::Now);
    let exchange = Exchange::new(world());
    assert_eq!(recovery_allowed(&exchange).await, RecoveryAllowed::Now);
    check.compare(&answer, &exchange.last("iam:CreateLoginProfile"));

    let already =
        check.answer("iam.CreateLoginProfile.root-recovery", "recovery is allowed already, or there is a password");
    let exchange = Exchange::new(world()).answering(&already);
    assert_eq!(recovery_allowed(&exchange).await, RecoveryAllowed::Already);
    check.reader_took(&already);
    let exchange = Exchange::new(world_of(Member::new(MEMBER).password()));
    assert_eq!(recovery_allowed(&exchange).await, RecoveryAllowed::Already);
    check.compare(&already, &exchange.last("iam:CreateLoginProfile"));
}

async fn recovery_allowed(exchange: &Exchange) -> RecoveryAllowed {
    let session = sessions(exchange).open_allow_recovery(&confirmed(exchange).await).await.unwrap();
    allow_recovery(&session).await.unwrap()
}

/// A device of root may be called anything; it is listed by `ListMFADevices`, which is what we ask.
async fn a_device_of_another_name(check: &mut Check) {
    let answer = check.answer("iam.ListVirtualMFADevices.root-custom-name", "a device of root with a name of its own");
    let devices = answer.body["VirtualMFADevices"].as_array().unwrap();
    let of_root = devices.iter().find(|device| device["User"]["Arn"] == "arn:aws:iam::111122223333:root").unwrap();
    let mut listed = answer.of_operation("iam:ListMFADevices");
    listed.body = json!({
        "MFADevices": [{"SerialNumber": of_root["SerialNumber"], "EnableDate": "2024-04-08T10:06:43Z"}],
        "IsTruncated": false,
    });
    let member = Member::new(MEMBER).mfa_device("arn:aws:iam::444455556666:mfa/root-account-mfa-device");
    let exchange = Exchange::new(world_of(member)).answering(&listed);
    let found = serde_json::to_value(inventory(&exchange).await.mfa_devices).unwrap();
    assert_eq!(found[0]["serial_number"], "arn:aws:iam::111122223333:mfa/test_mfa_device2");
    check.reader_took(&answer);
}

/// What keeps us from asking whether the features are on.
async fn features(check: &mut Check) {
    for (case, kind, told) in [
        ("trusted access is off", ErrorKind::NotEnabled, "switch on trusted access"),
        ("neither management account nor delegate", ErrorKind::Denied, "delegate this account"),
        (
            "no permission",
            ErrorKind::Denied,
            "because no identity-based policy allows the iam:ListOrganizationsFeatures action",
        ),
    ] {
        let answer = check.answer("iam.ListOrganizationsFeatures.errors", case);
        let exchange = Exchange::new(world()).answering(&answer);
        let error = Organization::new(&exchange.config()).require_root_credentials_management().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(told), "{error}");
        check.reader_took(&answer);
    }
    let asked = async |world: World, account: &str| {
        let exchange = Exchange::new(world);
        let iam = aws_sdk_iam::Client::new(&exchange.config_of(&Caller::role(account, "example-role")));
        let answer = iam.list_organizations_features().send().await;
        assert!(answer.is_err_and(|error| !format!("{error:?}").contains(FeatureType::RootSessions.as_str())));
        exchange.last("iam:ListOrganizationsFeatures")
    };
    let off = check.answer("iam.ListOrganizationsFeatures.errors", "trusted access is off");
    check.compare(&off, &asked(world().without_trusted_access(), MANAGEMENT).await);
    let stranger = check.answer("iam.ListOrganizationsFeatures.errors", "neither management account nor delegate");
    check.compare(&stranger, &asked(world(), OTHER).await);
}

fn world_of(member: Member) -> World {
    World::new(MANAGEMENT).member(member)
}

async fn inventory(exchange: &Exchange) -> Inventory {
    match audited(exchange).await {
        AuditOutcome::Present(inventory) => inventory,
        other => panic!("{other:?}"),
    }
}

/// The summary speaks of a credential, and the sample says that there is none: the audit must notice.
async fn not_found(answer: &Answer, member: Member) {
    let exchange = Exchange::new(world_of(member)).answering(answer);
    let (_, kind, told) = why_unknown(&exchange).await;
    assert_eq!(kind, "Transient", "{told}");
    assert!(told.contains("that the lists do not show"), "{}: {told}", answer.id());
    let read: Value = answer.body.clone();
    assert_ne!(read, Value::Null);
}
