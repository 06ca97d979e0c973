//! The custom resource of the management account: what it switches on, what it says, and that it switches nothing off.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use enable_root_access::EnableRootAccess;
use rootwarden_aws::{Deadline, SdkConfig};
use rootwarden_domain::ErrorKind;
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_simulator::{Caller, Fault, FaultTrigger, Feature, Member, Simulator, World};
use rootwarden_tests::MANAGEMENT;
use serde_json::{Value, json};
use std::time::Duration;

const SECURITY: &str = "222233334444";
const OTHER: &str = "222233335555";
const STACK: &str = "arn:aws:cloudformation:us-east-1:111122223333:stack/rootwarden-management-account/51af3dc0";
const HOST: &str = "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com";
const PATH: &str =
    "/arn%3Aaws%3Acloudformation%3Aus-east-1%3A111122223333%3Astack/x%7CRootAccess%7Cy?X-Amz-Signature=5ec7e7";

/// Every call that could take something away, whichever it is.
const TAKES_AWAY: [&str; 4] = ["Disable", "Deregister", "Delete", "Remove"];

/// CloudFormation's end: what it was answered, and how often it does not take an answer at first.
#[derive(Debug, Default)]
struct Ends {
    answers: Vec<(String, String)>,
    refusals_left: usize,
}

/// The HTTP client of a function: what goes to CloudFormation is kept here, and all else goes on to the simulator.
#[derive(Debug, Clone)]
struct Client {
    simulator: SharedHttpClient,
    ends: Arc<Mutex<Ends>>,
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.simulator.http_connector(settings, components);
        SharedHttpConnector::new(Connection { inner, ends: self.ends.clone() })
    }
}

#[derive(Debug)]
struct Connection {
    inner: SharedHttpConnector,
    ends: Arc<Mutex<Ends>>,
}

impl HttpConnector for Connection {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if !request.uri().starts_with(HOST) {
            return self.inner.call(request);
        }
        assert_eq!(request.method(), "PUT");
        assert!(request.headers().get("authorization").is_none(), "the address is signed, and nothing else is");
        assert!(request.headers().get("content-type").is_none());
        let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
        assert_eq!(request.headers().get("content-length"), Some(body.len().to_string().as_str()));
        let mut ends = self.ends.lock().unwrap();
        let status = if ends.refusals_left > 0 {
            ends.refusals_left -= 1;
            503
        } else {
            ends.answers.push((request.uri().to_owned(), body));
            200
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::empty())))
    }
}

/// The stack in the management account.
struct ManagementAccount {
    simulator: Simulator,
    config: SdkConfig,
    ends: Arc<Mutex<Ends>>,
    account: &'static str,
}

impl ManagementAccount {
    fn new(world: World) -> Self {
        let simulator = Simulator::new(world);
        let config = simulator.sdk_config(&Caller::management_role("enable-root-access"));
        let ends = Arc::<Mutex<Ends>>::default();
        let client = Client { simulator: config.http_client().unwrap(), ends: ends.clone() };
        let config = config.to_builder().http_client(SharedHttpClient::new(client)).build();
        Self { simulator, config, ends, account: MANAGEMENT }
    }

    async fn invoke(&self, request: Value, seconds: u64) -> Result<Value, FunctionError> {
        let settings = Settings::of([("ROOTWARDEN_ACCOUNT_ID", self.account)]);
        let function = EnableRootAccess::new(&self.config, &settings)?;
        let told = Box::pin(function.handle(request, Deadline::after(Duration::from_secs(seconds)))).await?;
        Ok(serde_json::to_value(told).unwrap())
    }

    /// What CloudFormation is answered to a request, with the calls that it took.
    async fn asked(&self, kind: &str, properties: Value) -> (Value, Vec<String>) {
        let before = self.simulator.calls().len();
        let told = self.invoke(request(kind, properties), 300).await.unwrap();
        let answer = self.last_answer();
        assert_eq!(told["status"], answer["Status"]);
        let calls: Vec<String> = self.simulator.calls_since(before).into_iter().map(|call| call.action).collect();
        assert!(!calls.iter().any(|call| TAKES_AWAY.iter().any(|verb| call.contains(verb))), "{calls:?}");
        (answer, calls)
    }

    fn last_answer(&self) -> Value {
        let ends = self.ends.lock().unwrap();
        let (to, body) = ends.answers.last().unwrap();
        assert_eq!(*to, format!("{HOST}{PATH}"), "to the letter");
        assert!(body.len() <= 4096, "{} bytes", body.len());
        serde_json::from_str(body).unwrap()
    }

    fn inject(&self, fault: Fault) {
        self.simulator.inject(fault);
    }
}

fn request(kind: &str, properties: Value) -> Value {
    let mut request = json!({
        "RequestType": kind, "ResponseURL": format!("{HOST}{PATH}"), "StackId": STACK, "RequestId": "request-1",
        "ResourceType": "Custom::RootAccess", "LogicalResourceId": "RootAccess", "ResourceProperties": properties,
    });
    if kind != "Create" {
        request["PhysicalResourceId"] = json!("centralized-root-access");
    }
    request
}

fn properties(root_sessions: &str, delegate: &str) -> Value {
    json!({
        "ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:enable-root-access", "ServiceTimeout": "300",
        "RootSessions": root_sessions, "DelegatedAdministrator": delegate, "RunAgain": "",
    })
}

/// An organization in which nobody has switched anything on.
fn empty() -> World {
    World::new(MANAGEMENT)
        .member(Member::new(SECURITY))
        .member(Member::new(OTHER))
        .without_trusted_access()
        .features([])
}

/// The same with all on that can be.
fn all_on() -> World {
    let world = World::new(MANAGEMENT).member(Member::new(SECURITY)).member(Member::new(OTHER));
    world.delegated_administrator(SECURITY)
}

#[tokio::test(start_paused = true)]
async fn everything_is_switched_on_in_an_organization_that_has_nothing() {
    let account = ManagementAccount::new(empty());
    let (answer, calls) = account.asked("Create", properties("on", SECURITY)).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert_eq!(account.simulator.world(), all_on());
    assert_eq!(
        answer["Data"],
        json!({
            "TrustedAccess": "switched on now", "RootCredentialsManagement": "switched on now",
            "RootSessions": "switched on now", "DelegatedAdministrator": "switched on now",
            "OtherDelegatedAdministrators": "none",
        })
    );
    for (field, value) in [
        ("StackId", STACK),
        ("RequestId", "request-1"),
        ("LogicalResourceId", "RootAccess"),
        ("PhysicalResourceId", "centralized-root-access"),
    ] {
        assert_eq!(answer[field], value);
    }
    assert_eq!(
        calls,
        [
            "organizations:DescribeOrganization",
            "iam:ListOrganizationsFeatures",
            "organizations:EnableAWSServiceAccess",
            "iam:ListOrganizationsFeatures",
            "iam:EnableOrganizationsRootCredentialsManagement",
            "iam:EnableOrganizationsRootSessions",
            "organizations:ListDelegatedAdministrators",
            "organizations:RegisterDelegatedAdministrator",
            "organizations:ListDelegatedAdministrators",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn created_updated_deleted_and_created_again_it_leaves_everything_on() {
    let account = ManagementAccount::new(empty());
    let (answer, _) = account.asked("Create", properties("leave", "")).await;
    assert_eq!((&answer["Status"], &answer["Data"]["RootSessions"]), (&json!("SUCCESS"), &json!("left off")));
    assert_eq!(answer["Data"]["DelegatedAdministrator"], "not asked for");
    let (answer, _) = account.asked("Update", properties("on", SECURITY)).await;
    assert_eq!(answer["Data"]["RootSessions"], "switched on now");
    assert_eq!(answer["Data"]["RootCredentialsManagement"], "was on already");
    assert_eq!(account.simulator.world(), all_on());

    let (answer, calls) = account.asked("Delete", properties("on", SECURITY)).await;
    assert_eq!(answer["Status"], "SUCCESS");
    assert_eq!(answer["PhysicalResourceId"], "centralized-root-access");
    assert_eq!((calls.len(), account.simulator.world()), (0, all_on()), "not even a look");

    let (answer, calls) = account.asked("Create", properties("on", SECURITY)).await;
    assert_eq!(answer["Status"], "SUCCESS");
    for step in ["TrustedAccess", "RootCredentialsManagement", "RootSessions", "DelegatedAdministrator"] {
        assert_eq!(answer["Data"][step], "was on already", "{step}");
    }
    assert!(calls.iter().all(|call| call.contains(":List") || call.contains(":Describe")), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_longer_asked_for_stays_on_and_is_named() {
    let account = ManagementAccount::new(all_on().delegated_administrator(OTHER));
    let (answer, calls) = account.asked("Update", properties("leave", "")).await;
    assert_eq!(answer["Data"]["RootSessions"], "left on");
    assert_eq!(answer["Data"]["OtherDelegatedAdministrators"], format!("{SECURITY}, {OTHER}"));
    assert_eq!(account.simulator.world(), all_on().delegated_administrator(OTHER));
    assert_eq!(calls.len(), 3, "{calls:?}");
    let (answer, _) = account.asked("Update", properties("leave", OTHER)).await;
    assert_eq!(answer["Data"]["OtherDelegatedAdministrators"], SECURITY);
    assert!(
        answer["Reason"].as_str().unwrap().contains(&format!("able to open root sessions: {SECURITY}")),
        "{answer}"
    );
}

/// The calls of a first creation in their order, and which of the four steps are done when one fails: trusted access, root credentials
/// management, root sessions, the delegation.
const CALLS: [(&str, u64, usize, &str); 9] = [
    ("organizations:DescribeOrganization", 1, 0, "describe the organization"),
    ("iam:ListOrganizationsFeatures", 1, 0, "read which root access features are on"),
    ("organizations:EnableAWSServiceAccess", 1, 0, "enable trusted access"),
    ("iam:ListOrganizationsFeatures", 2, 0, "read which root access features are on"),
    ("iam:EnableOrganizationsRootCredentialsManagement", 1, 1, "enable root credentials management"),
    ("iam:EnableOrganizationsRootSessions", 1, 2, "enable root sessions"),
    ("organizations:ListDelegatedAdministrators", 1, 3, "list the delegated administrators"),
    ("organizations:RegisterDelegatedAdministrator", 1, 3, "register account `222233334444`"),
    ("organizations:ListDelegatedAdministrators", 2, 3, "list the delegated administrators"),
];

type Failure = fn(FaultTrigger) -> Fault;

#[tokio::test(start_paused = true)]
async fn a_failure_at_each_call_leaves_a_state_that_is_named_and_that_a_second_try_mends() {
    let failures: [(&str, Failure); 3] =
        [("denied", FaultTrigger::denied), ("broken", FaultTrigger::internal_error), ("silent", FaultTrigger::timeout)];
    for (kind, failure) in failures {
        for (action, nth, done, named) in CALLS {
            let case = format!("{action}, call {nth}, {kind}");
            let account = ManagementAccount::new(empty());
            // The SDK tries five times: all of them fail, and the next request finds AWS well again.
            let times = if kind == "denied" { 1 } else { 5 };
            account.inject(failure(Fault::on(action).nth(nth).times(times)));
            let (answer, _) = account.asked("Create", properties("on", SECURITY)).await;
            assert_eq!(answer["Status"], "FAILED", "{case}");
            let reason = answer["Reason"].as_str().unwrap();
            assert!(reason.contains(named), "{case}: {reason}");
            assert!(reason.contains("Nothing was switched off. Try again: what is on stays on"), "{case}: {reason}");
            assert!(!reason.contains('\n') && !reason.contains("5ec7e7"), "{case}: {reason}");

            let steps = [
                "trusted access for iam.amazonaws.com",
                "root credentials management",
                "root sessions",
                "delegated administrator",
            ];
            for (number, step) in steps.into_iter().enumerate() {
                let outcome = if number < done { "switched on now" } else { "not reached" };
                assert!(reason.contains(&format!("{step}: {outcome}")), "{case}: {reason}");
            }
            let (sessions, management) = (Feature::RootSessions, Feature::RootCredentialsManagement);
            let world = account.simulator.world();
            let is_on = [world.features.contains(&management), world.features.contains(&sessions)];
            assert_eq!(is_on, [done > 1, done > 2], "{case}: what it says is so");

            let (answer, _) = account.asked("Create", properties("on", SECURITY)).await;
            assert_eq!(answer["Status"], "SUCCESS", "{case}: {answer}");
            assert_eq!(account.simulator.world(), all_on(), "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_took_effect_without_an_answer_is_no_failure() {
    for (action, nth, ..) in CALLS {
        let account = ManagementAccount::new(empty());
        account.inject(Fault::on(action).nth(nth).lost_response());
        let (answer, _) = account.asked("Create", properties("on", SECURITY)).await;
        assert_eq!((&answer["Status"], account.simulator.world()), (&json!("SUCCESS"), all_on()), "{action}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_service_does_not_know_yet_is_waited_for() {
    let early = "Trusted Access for IAM not enabled by organization of input account 111122223333.";
    let unknown = "You must enable service access before you delegate an administrator for this service. \
                   Call the AWS API EnableAWSServiceAccess first.";
    for (fault, code, message) in [
        (Fault::on("iam:ListOrganizationsFeatures").nth(2), "ServiceAccessNotEnabledException", early),
        (Fault::on("iam:EnableOrganizationsRootSessions"), "ServiceAccessNotEnabledException", early),
        (Fault::on("organizations:RegisterDelegatedAdministrator"), "ConstraintViolationException", unknown),
    ] {
        let account = ManagementAccount::new(empty());
        account.inject(fault.times(3).error(code, 400, message));
        let (answer, _) = account.asked("Create", properties("on", SECURITY)).await;
        assert_eq!((&answer["Status"], account.simulator.world()), (&json!("SUCCESS"), all_on()), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_feature_that_the_answer_does_not_show_is_not_called_on() {
    let account = ManagementAccount::new(empty());
    let body = "<EnableOrganizationsRootSessionsResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
        <EnableOrganizationsRootSessionsResult><EnabledFeatures><member>RootCredentialsManagement</member></EnabledFeatures>\
        </EnableOrganizationsRootSessionsResult></EnableOrganizationsRootSessionsResponse>";
    account.inject(Fault::on("iam:EnableOrganizationsRootSessions").answered(200, "text/xml", body));
    let (answer, _) = account.asked("Create", properties("on", SECURITY)).await;
    assert_eq!(answer["Status"], "FAILED", "{answer}");
    assert!(answer["Reason"].as_str().unwrap().contains("root sessions: not reached"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_refused_with_what_to_do_and_without_a_change() {
    let elsewhere = ManagementAccount { account: SECURITY, ..ManagementAccount::new(empty()) };
    let (answer, _) = elsewhere.asked("Create", properties("on", "")).await;
    let reason = answer["Reason"].as_str().unwrap();
    assert!(
        reason.contains("only the management account `111122223333` switches root access on: deploy it there"),
        "{reason}"
    );
    assert_eq!(elsewhere.simulator.world(), empty());

    for (wrong, named) in [
        (properties("on", MANAGEMENT), "the management account needs no delegation: leave it out"),
        (properties("off", SECURITY), "`RootSessions`"),
        (properties("on", "22223333444"), "`DelegatedAdministrator`"),
        (
            json!({"RootSessions": "on", "DelegatedAdministrator": "", "DisableEverything": "yes"}),
            "`DisableEverything`",
        ),
        (json!({"RootSessions": "on"}), "`DelegatedAdministrator`"),
        (json!("all"), "`RootSessions`"),
    ] {
        let account = ManagementAccount::new(empty());
        let (answer, calls) = account.asked("Create", wrong).await;
        let reason = answer["Reason"].as_str().unwrap();
        assert_eq!(answer["Status"], "FAILED", "{reason}");
        assert!(reason.contains(named), "{reason}");
        assert_eq!(calls, Vec::<String>::new(), "{reason}");
    }

    let account = ManagementAccount::new(empty());
    let (answer, calls) = account.asked("Import", properties("on", SECURITY)).await;
    assert!(answer["Reason"].as_str().unwrap().starts_with("request type `Import` is not known"), "{answer}");
    assert_eq!((calls.len(), &answer["Status"]), (0, &json!("FAILED")));

    let account = ManagementAccount::new(empty());
    let (answer, _) = account.asked("Create", properties("on", "999999999999")).await;
    let reason = answer["Reason"].as_str().unwrap();
    assert!(
        reason.contains("register account `999999999999`") && reason.contains("AccountNotFoundException"),
        "{reason}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_resource_whose_properties_nobody_understands_can_be_deleted() {
    let account = ManagementAccount::new(all_on());
    let (answer, calls) = account.asked("Delete", json!({"Strange": true})).await;
    assert_eq!((&answer["Status"], calls.len()), (&json!("SUCCESS"), 0));
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_is_missing_is_answered_as_well() {
    let account = ManagementAccount { account: "", ..ManagementAccount::new(empty()) };
    let (answer, calls) = account.asked("Create", properties("on", SECURITY)).await;
    assert!(answer["Reason"].as_str().unwrap().contains("`ROOTWARDEN_ACCOUNT_ID`: it is not set"), "{answer}");
    assert_eq!((calls.len(), &answer["Status"]), (0, &json!("FAILED")));
}

#[tokio::test(start_paused = true)]
async fn it_answers_before_its_time_is_over() {
    let account = ManagementAccount::new(empty());
    account.inject(Fault::on("iam:EnableOrganizationsRootSessions").slow(600));
    account.invoke(request("Create", properties("on", SECURITY)), 60).await.unwrap();
    let answer = account.last_answer();
    let reason = answer["Reason"].as_str().unwrap();
    assert_eq!(answer["Status"], "FAILED");
    assert!(reason.contains("root credentials management: switched on now; root sessions: not reached"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_taken_is_sent_again_and_in_the_end_a_failure() {
    let account = ManagementAccount::new(empty());
    account.ends.lock().unwrap().refusals_left = 3;
    let (answer, _) = account.asked("Create", properties("on", SECURITY)).await;
    assert_eq!(answer["Status"], "SUCCESS");
    account.ends.lock().unwrap().refusals_left = 100;
    let error = account.invoke(request("Delete", properties("on", SECURITY)), 300).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot answer CloudFormation: HTTP status 503", "Lambda then tries the event again");
    assert_eq!(error.kind(), ErrorKind::Transient);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_for_whom_nobody_would_be_answered() {
    for (field, value) in [
        ("ResponseURL", json!("https://example.com/?X-Amz-Signature=5ec7e7")),
        ("ResponseURL", json!("http://169.254.169.254/5ec7e7")),
        ("ResponseURL", json!("https://somebodys-bucket.s3.amazonaws.com/5ec7e7")),
        ("ResponseURL", Value::Null),
        ("StackId", Value::Null),
        ("RequestType", json!(7)),
    ] {
        let account = ManagementAccount::new(empty());
        let mut request = request("Create", properties("on", SECURITY));
        request[field] = value;
        let error = account.invoke(request, 300).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(!error.to_string().contains("5ec7e7"), "{error}");
        assert_eq!((account.simulator.calls().len(), account.simulator.world()), (0, empty()));
        assert!(account.ends.lock().unwrap().answers.is_empty());
    }
}
