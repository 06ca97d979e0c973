//! Refusals whose texts say who was denied what, and why.

use rootwarden_aws::Organization;
use rootwarden_domain::ErrorKind;
use rootwarden_simulator::{Caller, Member, World};
use rootwarden_tests::MANAGEMENT;
use serde_json::json;

use crate::{
    check::Check,
    exchange::Exchange,
    world::{MEMBER, OTHER, why_unknown, world},
};

pub async fn check(check: &mut Check) {
    a_service_control_policy(check).await;
    no_permission(check).await;
}

async fn a_service_control_policy(check: &mut Check) {
    let answer = check.answer("any.AccessDenied.service-control-policy", "denied by a service control policy");
    let exchange = Exchange::new(world()).answering_as("iam:GetAccountSummary", &answer);
    let (code, kind, told) = why_unknown(&exchange).await;
    assert_eq!((code.as_deref(), kind), (Some("UnauthorizedOperation"), "Denied"));
    assert!(told.contains("with an explicit deny in a service control policy"), "{told}");
    // The sample is of a role's call; of a root session's the simulator's below is.
    assert!(told.contains("it has to let the function's role through"), "{told}");
    check.reader_took(&answer);

    let scp = json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}});
    let exchange = Exchange::new(World::new(MANAGEMENT).member(Member::new(MEMBER).scp(scp)));
    let (code, kind, told) = why_unknown(&exchange).await;
    assert_eq!((code.as_deref(), kind), (Some("AccessDenied"), "Denied"), "{told}");
    assert!(told.contains("it has to exempt root sessions"), "{told}");
    check.compare(&answer, &exchange.last("iam:GetAccountSummary"));
}

async fn no_permission(check: &mut Check) {
    let answer = check.answer("iam.AccessDenied.with-authorization-details", "no permission");
    let exchange = Exchange::new(world()).answering_as("iam:ListOrganizationsFeatures", &answer);
    let error = Organization::new(&exchange.config()).require_root_credentials_management().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert!(error.to_string().contains("because no identity-based policy allows the iam:GetAccountProperties action"));
    check.reader_took(&answer);

    let exchange = Exchange::new(world());
    let iam = aws_sdk_iam::Client::new(&exchange.config_of(&Caller::role(OTHER, "example-role")));
    assert!(iam.get_account_summary().send().await.is_err());
    check.compare(&answer, &exchange.last("iam:GetAccountSummary"));
}
