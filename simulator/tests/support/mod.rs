//! What the tests share.
#![allow(dead_code, reason = "every test file uses its own part")]

pub mod locked;
pub mod server;
pub mod xml;

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::types::PolicyDescriptorType;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_types::SdkConfig;
use rootwarden_simulator::{Caller, Member, Simulator, World};

pub const MANAGEMENT: &str = "111111111111";
pub const DELEGATE: &str = "222222222222";
pub const MEMBER: &str = "333333333333";
pub const DIRTY: &str = "444444444444";
pub const AUDIT: &str = "IAMAuditRootUserCredentials";
pub const DELETE: &str = "IAMDeleteRootUserCredentials";
pub const UNLOCK_BUCKET: &str = "S3UnlockBucketPolicy";
pub const UNLOCK_QUEUE: &str = "SQSUnlockQueuePolicy";
pub const CREATE_PASSWORD: &str = "IAMCreateRootUserPassword";
pub const MFA: &str = "arn:aws:iam::444444444444:mfa/root-account-mfa-device";

/// A clean member, and one that holds a root credential of every kind.
pub fn world() -> World {
    World::new(MANAGEMENT)
        .member(Member::new(DELEGATE))
        .member(Member::new(MEMBER))
        .member(
            Member::new(DIRTY)
                .access_key("AKIAROOTKEY000000001")
                .access_key_used("AKIAROOTKEY000000002", "2026-11-20T00:00:00Z")
                .signing_certificate("CERTIFICATE000000000000000000001")
                .password()
                .mfa_device(MFA),
        )
        .bucket("rootwarden-bucket")
}

pub fn management(simulator: &Simulator) -> SdkConfig {
    simulator.sdk_config(&Caller::management_role("security"))
}

pub fn task_policy(name: &str) -> PolicyDescriptorType {
    PolicyDescriptorType::builder().arn(format!("arn:aws:iam::aws:policy/root-task/{name}")).build()
}

/// Opens a root session and gives the configuration of its clients.
pub async fn root_session(simulator: &Simulator, account: &str, task: &str) -> SdkConfig {
    let config = management(simulator);
    let sts = aws_sdk_sts::Client::new(&config);
    let answer = sts.assume_root().target_principal(account).task_policy_arn(task_policy(task)).send().await;
    let issued = answer.expect("the session opens").credentials.expect("credentials");
    let credentials = Credentials::new(
        issued.access_key_id,
        issued.secret_access_key,
        Some(issued.session_token),
        None,
        "root session",
    );
    with_credentials(&config, credentials)
}

pub fn with_credentials(config: &SdkConfig, credentials: Credentials) -> SdkConfig {
    let provider = aws_credential_types::provider::SharedCredentialsProvider::new(credentials);
    config.clone().into_builder().credentials_provider(provider).build()
}

pub async fn iam_as_root(simulator: &Simulator, account: &str, task: &str) -> aws_sdk_iam::Client {
    aws_sdk_iam::Client::new(&root_session(simulator, account, task).await)
}

pub async fn credentials_of(config: &SdkConfig) -> Credentials {
    config.credentials_provider().expect("a provider").provide_credentials().await.expect("credentials")
}

/// Code, HTTP status and message of a refused call.
pub fn refusal<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> (String, u16, String)
where
    E: ProvideErrorMetadata,
{
    let Err(error) = answer else { panic!("the call succeeded") };
    let status = error.raw_response().expect("an answer").status().as_u16();
    (error.code().unwrap_or_default().to_owned(), status, error.message().unwrap_or_default().to_owned())
}

pub fn code<T, E: ProvideErrorMetadata>(answer: Result<T, SdkError<E, HttpResponse>>) -> String {
    refusal(answer).0
}
