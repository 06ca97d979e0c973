//! Replays everything that real AWS was seen to answer, request by request, on the wire.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use rootwarden_simulator::{Feature, LoginProfile, Member, RegisteredCaller, Simulator, World};
use serde::Deserialize;
use serde_json::{Value, json};
use support::{DELEGATE, DIRTY, MANAGEMENT, MEMBER, xml};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Observations {
    #[serde(rename = "about")]
    _about: String,
    #[serde(rename = "source")]
    _source: String,
    clean_account_summary: BTreeMap<String, i64>,
    #[serde(rename = "observations")]
    rows: Vec<Observation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Observation {
    case: String,
    caller: String,
    trusted_access: Value,
    features: BTreeSet<Feature>,
    delegate: Value,
    #[serde(default)]
    given: Given,
    #[serde(default = "later")]
    now: Timestamp,
    #[serde(default)]
    host: Option<String>,
    call: String,
    #[serde(default)]
    input: BTreeMap<String, String>,
    code: String,
    status: Option<u16>,
    message: Option<String>,
    output: Option<Value>,
    summary_differs: Option<BTreeMap<String, i64>>,
    expires_in_seconds: Option<i64>,
}

/// What earlier calls of the same capture had left behind.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    password: Option<Timestamp>,
}

fn later() -> Timestamp {
    "2026-09-13T00:00:00Z".parse().unwrap()
}

/// Who signs, with the ARN that AWS would name.
struct Signer {
    access_key: String,
    token: String,
    arn: String,
}

struct Answer {
    code: String,
    status: u16,
    message: Option<String>,
    output: Value,
}

#[test]
fn answers_as_aws_was_seen_to_answer() {
    let observations: Observations = serde_json::from_str(include_str!("observations.json")).unwrap();
    let mut replayed = 0;
    for row in &observations.rows {
        replay(row, &observations.clean_account_summary);
        replayed += 1;
    }
    assert_eq!(replayed, 55);
}

fn replay(row: &Observation, clean_summary: &BTreeMap<String, i64>) {
    let case = &row.case;
    let simulator = Simulator::new(world(row));
    let signer = signer(&simulator, &row.caller);
    bring_about(&simulator, row);
    let answer = call(&simulator, &signer, row.host.as_deref(), &row.call, &row.input);
    assert_eq!(answer.code, row.code, "{case}: {:?}", answer.message);
    let succeeded = row.code == "Success";
    assert_eq!(answer.status == 200, succeeded, "{case}: status");
    if let Some(status) = row.status {
        assert_eq!(answer.status, status, "{case}: status");
    }
    let message = row.message.as_ref().map(|message| message.replace("CALLER_ARN", &signer.arn));
    assert_eq!(answer.message, message, "{case}: message");
    if let Some(output) = &row.output {
        assert_eq!(comparable(&answer.output), comparable(output), "{case}: output");
    }
    if let Some(changes) = &row.summary_differs {
        let mut summary = clean_summary.clone();
        summary.extend(changes.clone());
        let expected = json!({"SummaryMap": summary});
        assert_eq!(comparable(&answer.output), comparable(&expected), "{case}: summary");
    }
    if let Some(seconds) = row.expires_in_seconds {
        let expiration: Timestamp = answer.output["Credentials"]["Expiration"].as_str().unwrap().parse().unwrap();
        assert_eq!(expiration.duration_since(row.now).as_secs(), seconds, "{case}: expiry");
        assert!(answer.output["Credentials"]["SessionToken"].is_string(), "{case}: token");
    }
}

/// The world right before what a row says was taken away: everything is on.
fn world(row: &Observation) -> World {
    let target = Member::new(MEMBER).joined("2025-08-25T13:49:23Z");
    let mut world = World::new(MANAGEMENT).member(Member::new(DELEGATE)).member(target).member(Member::new(DIRTY));
    world.starts_at = row.now;
    world.delegated_administrator(DELEGATE)
}

fn signer(simulator: &Simulator, caller: &str) -> Signer {
    let role = |account: &str| format!("arn:aws:sts::{account}:assumed-role/OrganizationAccountAccessRole/SESSION");
    let user = "arn:aws:iam::111111111111:user/someone".to_owned();
    let (arn, statements) = match caller {
        "management" => (role(MANAGEMENT), None),
        "delegated_admin" | "former_delegate" => (role(DELEGATE), None),
        "member" => (role(DIRTY), None),
        "iam_user_without_permission" => (user, Some(Vec::new())),
        caller => return open_session(simulator, caller.strip_prefix("root_session:").expect("a known caller")),
    };
    let access_key = "AKIAOBSERVATION00001";
    simulator.register(access_key, RegisteredCaller { arn: arn.clone(), statements, function: None });
    Signer { access_key: access_key.to_owned(), token: String::new(), arn }
}

fn open_session(simulator: &Simulator, task: &str) -> Signer {
    let input = BTreeMap::from([
        ("TargetPrincipal".to_owned(), MEMBER.to_owned()),
        ("TaskPolicyArn.arn".to_owned(), format!("arn:aws:iam::aws:policy/root-task/{task}")),
    ]);
    let answer = call(simulator, &signer(simulator, "management"), None, "sts:AssumeRoot", &input);
    let credentials = &answer.output["Credentials"];
    let text = |name: &str| credentials[name].as_str().expect("credentials").to_owned();
    Signer { access_key: text("AccessKeyId"), token: text("SessionToken"), arn: format!("arn:aws:iam::{MEMBER}:root") }
}

/// Brings the state of a row about; what was removed some seconds ago is removed by calls, on the world's clock.
fn bring_about(simulator: &Simulator, row: &Observation) {
    simulator.update(|world| {
        world.features.clone_from(&row.features);
        let password = row.given.password.map(|created| LoginProfile { created });
        world.account_mut(MEMBER).unwrap().root.password = password;
    });
    match &row.delegate {
        Value::Bool(true) => {}
        Value::Bool(false) => simulator.update(|world| world.delegated_administrators.clear()),
        removed => {
            let input = [("AccountId", DELEGATE), ("ServicePrincipal", "iam.amazonaws.com")];
            as_management(simulator, "organizations:DeregisterDelegatedAdministrator", &input);
            simulator.advance(seconds_ago(removed));
        }
    }
    let service = [("ServicePrincipal", "iam.amazonaws.com")];
    match row.trusted_access.as_str() {
        None if row.trusted_access == json!(true) => {}
        None => simulator.update(|world| world.trusted_services.clear()),
        Some("disabled then enabled again") => {
            as_management(simulator, "organizations:DisableAWSServiceAccess", &service);
            as_management(simulator, "organizations:EnableAWSServiceAccess", &service);
        }
        Some(_) => {
            as_management(simulator, "organizations:DisableAWSServiceAccess", &service);
            simulator.advance(seconds_ago(&row.trusted_access));
        }
    }
}

/// `removed 15 s ago`
fn seconds_ago(removed: &Value) -> Duration {
    let text = removed.as_str().and_then(|text| text.strip_prefix("removed ")?.strip_suffix(" s ago"));
    Duration::from_secs(text.expect("a removal").parse().unwrap())
}

fn as_management(simulator: &Simulator, action: &str, input: &[(&str, &str)]) {
    let arn = format!("arn:aws:iam::{MANAGEMENT}:user/operator");
    simulator.register("AKIAOPERATOR00000001", RegisteredCaller { arn: arn.clone(), statements: None, function: None });
    let signer = Signer { access_key: "AKIAOPERATOR00000001".to_owned(), token: String::new(), arn };
    let input = input.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(call(simulator, &signer, None, action, &input).code, "Success");
}

fn call(
    simulator: &Simulator,
    signer: &Signer,
    host: Option<&str>,
    action: &str,
    input: &BTreeMap<String, String>,
) -> Answer {
    let (service, operation) = action.split_once(':').unwrap();
    let host = host.map_or_else(|| format!("{service}.us-east-1.amazonaws.com"), ToOwned::to_owned);
    let scope = format!("{}/20260913/us-east-1/{service}/aws4_request", signer.access_key);
    let authorization = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    let mut request = http::Request::post(format!("https://{host}/")).header("authorization", authorization);
    if !signer.token.is_empty() {
        request = request.header("x-amz-security-token", &signer.token);
    }
    let body = match service {
        "organizations" => {
            request = request.header("x-amz-target", format!("AWSOrganizationsV20161128.{operation}"));
            json!(input).to_string()
        }
        "sts" | "iam" => {
            request = request.header("content-type", "application/x-www-form-urlencoded");
            let version = if service == "sts" { "2011-06-15" } else { "2010-05-08" };
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("Action", operation).append_pair("Version", version).extend_pairs(input);
            form.finish()
        }
        service => panic!("no replay for {service}"),
    };
    let response = simulator.handle(request.body(Bytes::from(body)).unwrap()).unwrap();
    let status = response.status().as_u16();
    if service == "organizations" { read_json(status, response.body()) } else { read_xml(status, response.body()) }
}

fn read_json(status: u16, body: &[u8]) -> Answer {
    let mut output: Value = serde_json::from_slice(body).unwrap();
    let fields = output.as_object_mut().unwrap();
    let code = fields.remove("__type").map_or("Success".to_owned(), |code| code.as_str().unwrap().to_owned());
    let message = fields.remove("message").or(fields.remove("Message"));
    let message = message.map(|message| message.as_str().unwrap().to_owned());
    Answer { code, status, message, output }
}

fn read_xml(status: u16, body: &[u8]) -> Answer {
    let document = xml::parse(body);
    let (root, content) = document.as_object().unwrap().iter().next().unwrap();
    if root == "ErrorResponse" {
        let text = |name: &str| content["Error"][name].as_str().unwrap().to_owned();
        assert!(content["RequestId"].is_string());
        return Answer { code: text("Code"), status, message: Some(text("Message")), output: Value::Null };
    }
    let operation = root.strip_suffix("Response").unwrap();
    let mut output = content[format!("{operation}Result")].clone();
    if let Some(fields) = output.as_object_mut() {
        assert_ne!(fields.remove("IsTruncated"), Some(json!("true")));
    }
    Answer { code: "Success".to_owned(), status, message: None, output }
}

/// The wire knows texts only, and no difference between empty things.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Array(entries) if entries.is_empty() => Value::Null,
        Value::Object(fields) if fields.is_empty() => Value::Null,
        Value::Array(entries) => Value::Array(entries.iter().map(comparable).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), comparable(value))).collect())
        }
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        Value::Null | Value::String(_) => value.clone(),
    }
}
