//! `check --record` on the simulated organization: what was answered, and nothing that anybody would have to keep to themselves.

use std::{fs, os::unix::fs::PermissionsExt};

use rootwarden_simulator::{Member, World};
use serde_json::{Value, json};

use crate::support::{CLEAN, EVERYTHING, MANAGEMENT, Organization, Ran, screen::Screen, world};

const RECORD: [&str; 5] = ["check", "--record", "recorded.json", "--confirm-name", "recorded.json"];

fn recorded(organization: &Organization) -> Value {
    serde_json::from_str(&fs::read_to_string(organization.home.join("recorded.json")).unwrap()).unwrap()
}

fn with_documented_caller(world: World) -> Organization {
    let organization = Organization::new(world);
    let arn = format!("arn:aws:iam::{MANAGEMENT}:user/operator");
    organization.register("AKIACOMMANDLINE00001", &json!({"arn": arn}));
    organization
}

#[test]
fn it_has_the_form_of_a_sample_and_every_answer() {
    let organization = Organization::new(world());
    let ran = organization.run(&[&RECORD[..], &["--probe", EVERYTHING]].concat()).ends_with(0);
    let sample = recorded(&organization);
    assert_eq!(ran.json(), sample, "what is shown is what is written");
    assert_eq!((&sample["kind"], &sample["form"]), (&json!("capture"), &json!("wire")));
    let answers = sample["answers"].as_array().unwrap();
    for answer in answers {
        for (field, is_right) in [
            ("case", answer["case"].is_string()),
            ("operation", answer["operation"].as_str().is_some_and(|operation| !operation.contains("unknown"))),
            ("status", answer["status"].is_u64()),
            ("headers", answer["headers"].is_object()),
            ("stands", answer["stands"] == json!([])),
        ] {
            assert!(is_right, "{field}: {answer:#}");
        }
    }
    let operations: Vec<&str> = answers.iter().map(|answer| answer["operation"].as_str().unwrap()).collect();
    for operation in [
        "sts:GetCallerIdentity",
        "organizations:DescribeOrganization",
        "iam:ListOrganizationsFeatures",
        "sts:AssumeRoot",
        "iam:GetAccountSummary",
        "iam:GetLoginProfile",
        "iam:ListAccessKeys",
        "iam:GetAccessKeyLastUsed",
        "iam:ListMFADevices",
        "iam:ListSigningCertificates",
    ] {
        assert!(operations.contains(&operation), "{operation}: {operations:?}");
    }
    let calls: Vec<String> =
        organization.calls().iter().map(|call| call["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(calls.len(), answers.len(), "{calls:?}");
    assert_eq!(organization.changes(), Vec::<String>::new());
    let mode = fs::metadata(organization.home.join("recorded.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn i9_no_secret_and_no_name_of_anything_stands_in_it() {
    let odd = World::new(MANAGEMENT).member(
        Member::new(EVERYTHING)
            .name("zanzibar")
            .access_key("AKIAROOTKEY000000002")
            .signing_certificate("TA0000000000000001CERTIFICATE001")
            .password()
            .mfa_device("arn:aws:iam::333300000002:mfa/quagga"),
    );
    let organization = Organization::new(odd);
    let ran = organization.run(&RECORD).ends_with(0);
    let written = fs::read_to_string(organization.home.join("recorded.json")).unwrap();
    let secrets = organization.secrets();
    assert!(secrets.len() > 4, "{}", secrets.len());
    for text in [&written, &ran.out, &ran.err] {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "a secret was written");
        }
    }
    for original in [
        MANAGEMENT,
        EVERYTHING,
        "zanzibar",
        "quagga",
        "operator",
        "AKIAROOTKEY000000002",
        "CERTIFICATE001",
        "AWS4-HMAC",
    ] {
        assert!(!written.contains(original), "{original}: {written}");
    }
    // Replaced, and not left out.
    assert!(written.contains("<SecretAccessKey>REMOVED</SecretAccessKey>"), "{written}");
    assert!(written.contains("<AccessKeyId>AKIA00000000000"), "{written}");
}

#[test]
fn it_is_shown_and_asked_about_first() {
    let organization = Organization::new(world());
    for (answer, is_written) in [("yes", false), ("", false), ("recorded.json", true)] {
        let mut screen = Screen::start(&organization, &["check", "--record", "recorded.json"], 200);
        screen.wait_for("\"answers\"");
        screen.wait_for("Type the file's name (recorded.json) to write it:");
        assert!(!organization.home.join("recorded.json").exists());
        screen.type_line(answer);
        let (code, text) = screen.end();
        assert_eq!(code, if is_written { 0 } else { 2 }, "{answer}: {text}");
        assert_eq!(organization.home.join("recorded.json").exists(), is_written, "{answer}");
    }
    let mut screen = Screen::start(&organization, &["check", "--record", "other.json"], 200);
    screen.wait_for("Type the file's name");
    screen.press_control_c();
    assert_eq!(screen.end().0, 130);
    assert!(!organization.home.join("other.json").exists());
}

#[test]
fn nothing_is_asked_of_aws_where_it_could_not_be_written() {
    let organization = Organization::new(world());
    fs::write(organization.home.join("there.json"), "{}").unwrap();
    for (arguments, why) in [
        (&["check", "--record", "recorded.json"] as &[&str], "say --confirm-name"),
        (&["check", "--record", "there.json", "--confirm-name", "there.json"], "is there already"),
        (&["check", "--record", "recorded.json", "--confirm-name", "yes"], "and the file is recorded.json"),
        (&["check", "--simulator", "http://127.0.0.1:1"], "--record"),
    ] {
        let ran = organization.run(arguments).ends_with(2);
        assert!(ran.err.contains(why) && ran.err.lines().count() == 1, "{ran:#?}");
    }
    assert!(organization.calls().is_empty());
}

#[test]
fn a_denial_is_recorded_too() {
    let organization = Organization::new(world());
    let denial = json!({"error": {"code": "AccessDenied", "message": format!("User: arn:aws:iam::{MANAGEMENT}:user/operator is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::{CLEAN}:root with an explicit deny in a service control policy"), "status": 403}});
    organization.inject(json!([{"on": "sts:AssumeRoot", "effect": denial}]));
    organization.run(&RECORD).ends_with(0);
    let sample = recorded(&organization);
    let answers = sample["answers"].as_array().unwrap();
    let denied = answers.iter().find(|answer| answer["status"] == 403).unwrap();
    let body = denied["body"].as_str().unwrap();
    assert!(body.contains("with an explicit deny in a service control policy") && !body.contains(CLEAN), "{body}");
}

fn compared(aws: &Organization, simulated: &Organization) -> Ran {
    aws.run(&[&RECORD[..], &["--simulator", &simulated.url]].concat())
}

#[test]
fn both_forms_have_one_structure() {
    let keyed = || World::new(MANAGEMENT).member(Member::new(EVERYTHING).access_key("AKIAROOTKEY000000002").password());
    for world in [world, keyed] {
        let (aws, simulated) = (with_documented_caller(world()), with_documented_caller(world()));
        let ran = compared(&aws, &simulated).ends_with(0);
        assert!(ran.err.contains("answers in the same structure"), "{ran:#?}");
        let actions = |organization: &Organization| -> Vec<Value> {
            let mut actions: Vec<Value> = organization.calls().iter().map(|call| call["action"].clone()).collect();
            actions.sort_by_key(Value::to_string);
            actions
        };
        assert_eq!(actions(&aws), actions(&simulated), "the same calls");
        let callers = simulated.calls();
        assert!(!json!(callers).to_string().contains("AKIAOPERATOR"), "the caller's own key is not sent there");
    }
}

#[test]
fn a_difference_is_named() {
    let aws = with_documented_caller(
        World::new(MANAGEMENT).member(Member::new(EVERYTHING).access_key("AKIAROOTKEY000000002")),
    );
    let ran =
        compared(&aws, &with_documented_caller(World::new(MANAGEMENT).member(Member::new(EVERYTHING)))).ends_with(3);
    for line in ["iam:ListAccessKeys, 200: `", "AccessKeyMetadata.member", "is only in what was recorded"] {
        assert!(ran.err.contains(line), "{line}: {ran:#?}");
    }
    assert!(aws.home.join("recorded.json").exists());
}
