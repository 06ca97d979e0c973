//! STS: the sessions themselves, and why they are refused.

use aws_sdk_sts::types::PolicyDescriptorType;
use rootwarden_domain::run::audit::AuditOutcome;
use rootwarden_simulator::{Caller, Feature, Member, World};
use rootwarden_tests::MANAGEMENT;

use crate::{
    check::Check,
    exchange::Exchange,
    sample::Answer,
    world::{MEMBER, audited, bucket, opened, queue, why_unknown, world},
};

const DELEGATE: &str = "222222222222";

pub async fn check(check: &mut Check) {
    a_session_is_opened(check).await;
    refusals(check).await;
    who_is_asking(check).await;
}

async fn a_session_is_opened(check: &mut Check) {
    let answer = check.answer("sts.AssumeRoot.success", "opened");
    let summary = check.answer("iam.GetAccountSummary.clean-root-session", "a clean account");
    let exchange = Exchange::new(world()).answering(&answer).answering(&summary);
    assert_eq!(audited(&exchange).await, AuditOutcome::Clean);
    let signed = exchange.last("iam:GetAccountSummary").request;
    let credential = signed["authorization"].to_str().unwrap();
    assert!(credential.contains("Credential=ASIAIOSFODNN7EXAMPLE/"), "{credential}");
    assert_eq!(signed["x-amz-security-token"], "AQoDYXdzEPT//////////wEXAMPLE");
    check.reader_took(&answer);

    let exchange = Exchange::new(world());
    assert_eq!(audited(&exchange).await, AuditOutcome::Clean);
    check.compare(&answer, &exchange.last("sts:AssumeRoot"));
}

async fn refusals(check: &mut Check) {
    for answer in check.answers("sts.AssumeRoot.errors") {
        let exchange = Exchange::new(world()).answering(&answer);
        let (code, kind, told) = if answer.case.ends_with("S3UnlockBucketPolicy") {
            said(opened(&exchange, bucket("amzn-s3-demo-bucket")).await.unwrap_err())
        } else if answer.case.ends_with("SQSUnlockQueuePolicy") {
            said(opened(&exchange, queue()).await.unwrap_err())
        } else {
            why_unknown(&exchange).await
        };
        let (expected, what_to_do) = match answer.text("Error.Message") {
            "Root sessions feature is not enabled for your AWS Organization." => {
                ("NotEnabled", "switch on privileged root actions")
            }
            "Root credentials management feature is not enabled for your AWS Organization." => {
                ("NotEnabled", "switch on root credentials management")
            }
            _ => ("Denied", "nor delegated for iam.amazonaws.com"),
        };
        assert_eq!((code.as_deref(), kind), (Some("AccessDenied"), expected), "{}", answer.id());
        assert!(told.contains(MEMBER) && told.contains(what_to_do), "{}: {told}", answer.id());
        check.reader_took(&answer);
        check.compare(&answer, &refused(&answer).await);
    }
}

fn said(error: rootwarden_aws::AwsError) -> (Option<String>, &'static str, String) {
    let failure = rootwarden_domain::Failure::from(error);
    (failure.code, failure.kind.name(), failure.message)
}

/// The simulator in the state that the case names, asked for the task that it names.
async fn refused(answer: &Answer) -> crate::exchange::Seen {
    let world = world().member(Member::new(DELEGATE));
    let (world, task, account): (World, &str, &str) = match answer.case.as_str() {
        "former_delegate_0s_after_deregistration" => (world, "IAMAuditRootUserCredentials", DELEGATE),
        case => match case.split_once("_feature_alone_").unwrap() {
            ("credentials", task) => (world.features([Feature::RootCredentialsManagement]), task, MANAGEMENT),
            (_, task) => (world.features([Feature::RootSessions]), task, MANAGEMENT),
        },
    };
    let exchange = Exchange::new(world);
    let sts = aws_sdk_sts::Client::new(&exchange.config_of(&Caller::role(account, "example-role")));
    let policy = PolicyDescriptorType::builder().arn(format!("arn:aws:iam::aws:policy/root-task/{task}")).build();
    let call = sts.assume_root().target_principal(MEMBER).task_policy_arn(policy).duration_seconds(900);
    assert!(call.send().await.is_err(), "{}", answer.id());
    exchange.last("sts:AssumeRoot")
}

async fn who_is_asking(check: &mut Check) {
    let answer = check.answer("sts.GetCallerIdentity.user", "a user");
    let exchange = Exchange::new(world());
    let caller = Caller::principal("arn:aws:iam::111122223333:user/example");
    let sts = aws_sdk_sts::Client::new(&exchange.config_of(&caller));
    let identity = sts.get_caller_identity().send().await.unwrap();
    assert_eq!(identity.arn(), Some("arn:aws:iam::111122223333:user/example"));
    check.compare(&answer, &exchange.last("sts:GetCallerIdentity"));
}
