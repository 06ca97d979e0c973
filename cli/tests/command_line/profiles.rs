//! Each kind of profile that the AWS CLI knows: who signs is read from the call log.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
};

use serde_json::{Value, json};

use crate::support::{CALLER_KEY, CALLER_SECRET, MANAGEMENT, Organization, Ran, world};

fn write(organization: &Organization, path: &str, text: &str) {
    let path = organization.home.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A service that the simulated organization does not have.
pub struct Fake {
    pub url: String,
}

impl Fake {
    /// Answers each request, head and body, with what `answer` makes of it.
    pub fn answering(answer: impl Fn(&str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let body = answer(&request(&mut stream));
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        Self { url }
    }
}

/// One request, as far as its length says.
fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if count == 0 || body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
    }
}

/// The ARN that `check` says, without keys in the environment.
pub fn who(organization: &Organization, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let mut command = organization.command_without_keys(&[&["check", "--output", "json"], arguments].concat());
    for (name, value) in environment {
        command.env(name, value);
    }
    let ran = Ran::of(command.output().unwrap());
    let checks = ran.json()["checks"].as_array().unwrap().clone();
    let found = checks.iter().find(|check| check["name"] == "credentials").unwrap()["found"].clone();
    found.as_str().unwrap_or_default().to_owned()
}

fn organization() -> Organization {
    let organization = Organization::new(world());
    for (key, name) in [("AKIAOFTHEPROFILE0001", "profile"), ("AKIAOFTHEPROCESS0001", "process")] {
        organization.register(key, &json!({"arn": format!("arn:aws:iam::{MANAGEMENT}:user/{name}")}));
    }
    organization
}

const KEYS_OF_PROFILE: &str = "[work]\naws_access_key_id = AKIAOFTHEPROFILE0001\naws_secret_access_key = any\n";

#[test]
fn keys_in_the_environment() {
    let organization = organization();
    let keys = [("AWS_ACCESS_KEY_ID", CALLER_KEY), ("AWS_SECRET_ACCESS_KEY", CALLER_SECRET)];
    assert!(who(&organization, &[], &keys).ends_with("user/operator"));
}

#[test]
fn keys_of_a_profile_go_before_those_of_the_environment_if_it_is_named() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    let keys = [("AWS_ACCESS_KEY_ID", CALLER_KEY), ("AWS_SECRET_ACCESS_KEY", CALLER_SECRET)];
    assert!(who(&organization, &["--profile", "work"], &keys).ends_with("user/profile"));
    assert!(who(&organization, &[], &[("AWS_PROFILE", "work")]).ends_with("user/profile"));
}

#[test]
fn a_profile_with_a_process() {
    let organization = organization();
    let script = organization.home.join("process.sh");
    let answer = r#"{"Version": 1, "AccessKeyId": "AKIAOFTHEPROCESS0001", "SecretAccessKey": "any"}"#;
    fs::write(&script, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    write(&organization, ".aws/config", &format!("[profile made]\ncredential_process = {}\n", script.display()));
    assert!(who(&organization, &["--profile", "made"], &[]).ends_with("user/process"));
}

#[test]
fn a_profile_of_its_own_command() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    let process = format!(
        "[profile root]\ncredential_process = {} session 222200000001 --task audit --credential-process --profile work\n",
        env!("CARGO_BIN_EXE_rootwarden")
    );
    write(&organization, ".aws/config", &process);
    assert!(who(&organization, &["--profile", "root"], &[]).ends_with("222200000001:root"));
}

#[test]
fn the_region_of_a_profile() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    write(&organization, ".aws/config", "[profile work]\nregion = eu-central-1\n");
    let mut command = organization.command_without_keys(&["check", "--profile", "work"]);
    let ran = Ran::of(command.env_remove("AWS_REGION").output().unwrap()).ends_with(0);
    assert!(ran.out.contains("eu-central-1, from the profile"), "{ran:#?}");
    let mut command = organization.command_without_keys(&["check", "--profile", "work", "--region", "us-gov-west-1"]);
    let ran = Ran::of(command.output().unwrap());
    assert!(ran.out.contains("us-gov-west-1, from --region; partition aws-us-gov"), "{ran:#?}");
}

const IDENTITY_CENTER: &str = "[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
[profile people]
sso_session = company
sso_account_id = 111122223333
sso_role_name = Security
[profile old]
sso_start_url = company
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = Security
";
/// The SHA-1 of `company`, under which the AWS CLI keeps the token of such a session.
const TOKEN: &str = ".aws/sso/cache/71b21161ffa1e6516bcc072aaf5ef38cbe85b511.json";

#[test]
fn a_profile_of_identity_center_without_a_token_says_that_nothing_can_be_signed() {
    let organization = organization();
    write(&organization, ".aws/config", IDENTITY_CENTER);
    let found = who(&organization, &["--profile", "people"], &[]);
    assert!(found.contains("cannot find out who you are"), "nobody has signed in: {found}");
    let ran =
        Ran::of(organization.command_without_keys(&["audit", "--profile", "people"]).output().unwrap()).ends_with(2);
    assert!(ran.err.contains("aws sso login --profile people"), "{ran:#?}");
    assert!(organization.calls().is_empty(), "nothing was signed");
}

#[test]
fn a_profile_of_identity_center_signs_with_what_its_portal_answers() {
    let organization = organization();
    write(&organization, ".aws/config", IDENTITY_CENTER);
    let token = r#"{"startUrl": "https://company.awsapps.com/start", "region": "us-east-1", "accessToken": "a-token", "expiresAt": "2099-01-01T00:00:00Z"}"#;
    write(&organization, TOKEN, token);
    // Source: IAM Identity Center Portal API Reference, `GetRoleCredentials`.
    let portal = Fake::answering(|request| {
        assert!(request.starts_with("GET /federation/credentials?"), "{request}");
        assert!(request.contains("role_name=Security") && request.contains("account_id=111122223333"), "{request}");
        r#"{"roleCredentials": {"accessKeyId": "AKIAOFTHEPROFILE0001", "secretAccessKey": "any", "sessionToken": "any", "expiration": 4070908800000}}"#.to_owned()
    });
    for profile in ["people", "old"] {
        let found = who(&organization, &["--profile", profile], &[("AWS_ENDPOINT_URL_SSO", &portal.url)]);
        assert!(found.ends_with("user/profile"), "{profile}: {found}");
    }
}

#[test]
fn a_profile_of_aws_login_signs_with_what_it_keeps() {
    let organization = organization();
    write(
        &organization,
        ".aws/config",
        "[profile signed-in]\nlogin_session = arn:aws:iam::111122223333:user/operator\n",
    );
    let kept = json!({
        "accessToken": {
            "accessKeyId": "AKIAOFTHEPROFILE0001", "secretAccessKey": "any", "sessionToken": "any",
            "accountId": MANAGEMENT, "expiresAt": "2099-01-01T00:00:00Z",
        },
        "tokenType": "aws_sigv4", "refreshToken": "any", "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": "-----BEGIN EC PRIVATE KEY-----\nany\n-----END EC PRIVATE KEY-----\n",
    });
    // The SHA-256 of the session's name.
    let path = ".aws/login/cache/4aa1d64201ecfca7a717a31171b233a70c48bf2e87372af3ec78f5c8f1cb2b27.json";
    write(&organization, path, &kept.to_string());
    let found = who(&organization, &["--profile", "signed-in"], &[]);
    assert!(found.ends_with("user/profile"), "{found}");
}

#[test]
fn a_profile_that_assumes_a_role() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    let role = "[profile assumed]\nrole_arn = arn:aws:iam::111122223333:role/security\nsource_profile = work\n";
    write(&organization, ".aws/config", role);
    // Source: AWS STS API Reference, `AssumeRole` and `GetCallerIdentity`.
    let sts = Fake::answering(|request| {
        if request.contains("Action=AssumeRole&") {
            assert!(request.contains("Credential=AKIAOFTHEPROFILE0001/"), "{request}");
            return "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAOFTHEROLE0000001</AccessKeyId>\
                <SecretAccessKey>any</SecretAccessKey><SessionToken>any</SessionToken><Expiration>2099-01-01T00:00:00Z\
                </Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/security/x</Arn>\
                </AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"
                .to_owned();
        }
        assert!(request.contains("Credential=ASIAOFTHEROLE0000001/"), "{request}");
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/security/x</Arn>\
            <UserId>AROA:x</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
            .to_owned()
    });
    let found = who(&organization, &["--profile", "assumed"], &[("AWS_ENDPOINT_URL_STS", &sts.url)]);
    assert!(found.ends_with("assumed-role/security/x"), "{found}");
}

#[test]
fn a_profile_that_is_not_there() {
    let organization = organization();
    let missing = |ran: Ran| {
        let ran = ran.ends_with(2);
        assert!(ran.err.contains("there is no profile `nobody`") && ran.err.lines().count() == 1, "{ran:#?}");
        assert_eq!(organization.calls(), Vec::<Value>::new(), "keys of the environment do not stand in for it");
    };
    missing(organization.run(&["check", "--profile", "nobody"]));
    write(&organization, ".aws/config", "[profile somebody]\nregion = us-east-1\n");
    missing(organization.run(&["audit", "--profile", "nobody"]));
    let mut command = organization.command_without_keys(&["audit"]);
    missing(Ran::of(command.env("AWS_PROFILE", "nobody").output().unwrap()));
}

/// What `audit` says, without keys in the environment: one line, exit code 2, and nothing was signed.
#[track_caller]
fn refused(organization: &Organization, arguments: &[&str]) -> String {
    let ran = Ran::of(organization.command_without_keys(&[&["audit"], arguments].concat()).output().unwrap());
    let ran = ran.ends_with(2);
    assert!(ran.err.lines().count() == 1 && ran.out.is_empty(), "{ran:#?}");
    assert_eq!(organization.calls(), Vec::<Value>::new(), "nothing was signed");
    ran.err
}

#[test]
fn a_profile_that_asks_for_a_code_is_refused_in_one_line_with_what_to_do() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    let role = "[profile assumed]\nrole_arn = arn:aws:iam::111122223333:role/security\nsource_profile = work\n\
        mfa_serial = arn:aws:iam::111122223333:mfa/somebody\n\
        [profile outer]\nrole_arn = arn:aws:iam::111122223333:role/outer\nsource_profile = assumed\n\
        [profile round]\nrole_arn = arn:aws:iam::111122223333:role/round\nsource_profile = round\n";
    write(&organization, ".aws/config", role);
    for profile in ["assumed", "outer"] {
        let why = refused(&organization, &["--profile", profile]);
        assert!(why.contains("the profile `assumed` asks for a code of an MFA device (mfa_serial)"), "{why}");
        assert!(why.contains("aws configure export-credentials --format env --profile assumed"), "{why}");
    }
    let mut command = organization.command_without_keys(&["check"]);
    let ran = Ran::of(command.env("AWS_PROFILE", "assumed").output().unwrap()).ends_with(2);
    assert!(ran.err.contains("asks for a code of an MFA device"), "{ran:#?}");
    let keys =
        [("AWS_ACCESS_KEY_ID", CALLER_KEY), ("AWS_SECRET_ACCESS_KEY", CALLER_SECRET), ("AWS_PROFILE", "assumed")];
    assert!(who(&organization, &[], &keys).ends_with("user/operator"), "keys of the environment go before its profile");
    refused(&Organization::new(world()), &["--profile", "round"]);
}

#[test]
fn whoever_assumes_a_role_signs_in_for_the_profile_that_it_is_assumed_from() {
    let organization = organization();
    let role = "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/security\nsource_profile = people\n\
        [profile outer]\nrole_arn = arn:aws:iam::111122223333:role/outer\nsource_profile = role\n\
        [profile console]\nrole_arn = arn:aws:iam::111122223333:role/security\nsource_profile = signed-in\n\
        [profile signed-in]\nlogin_session = arn:aws:iam::111122223333:user/operator\n";
    write(&organization, ".aws/config", &format!("{role}{IDENTITY_CENTER}"));
    for (profile, renewal) in [
        ("role", "`aws sso login --profile people`"),
        ("outer", "`aws sso login --profile people`"),
        ("console", "`aws login --profile signed-in`"),
    ] {
        let why = refused(&organization, &["--profile", profile]);
        assert!(why.contains(renewal), "{why}");
    }
}

#[test]
fn a_source_of_credentials_that_fails_is_told_in_its_own_words_with_what_renews_it() {
    let organization = organization();
    let script = organization.home.join("fails.sh");
    fs::write(&script, "#!/bin/sh\necho 'the vault is locked' >&2\nexit 7\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let made = format!("[profile made]\ncredential_process = {}\n", script.display());
    write(&organization, ".aws/config", &format!("{made}{IDENTITY_CENTER}"));
    let why = refused(&organization, &["--profile", "made"]);
    assert!(why.contains("the vault is locked"), "{why}");
    let token = r#"{"startUrl": "https://company.awsapps.com/start", "region": "us-east-1", "accessToken": "a-token", "expiresAt": "2020-01-01T00:00:00Z"}"#;
    write(&organization, TOKEN, token);
    let profile = "people";
    let why = refused(&organization, &["--profile", profile]);
    assert!(why.contains("expired"), "{why}");
    assert!(why.contains(&format!("`aws sso login --profile {profile}`, then")), "{why}");
    assert!(!why.contains("Health Dashboard") && !why.contains("a-token"), "{why}");
    let mut command = organization.command_without_keys(&["check", "--profile", profile, "--output", "json"]);
    let checks = Ran::of(command.output().unwrap()).ends_with(2).json();
    let credentials = checks["checks"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&credentials["name"], &credentials["state"]), (&json!("credentials"), &json!("failed")));
    let to_do = credentials["to_do"].as_str().unwrap();
    assert!(to_do.contains(&format!("aws sso login --profile {profile}")), "{to_do}");
}

#[test]
fn a_profile_without_a_region_is_one_line() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    for command in ["audit", "check", "status"] {
        let mut command = organization.command_without_keys(&[command, "--profile", "work"]);
        let ran = Ran::of(command.env_remove("AWS_REGION").output().unwrap()).ends_with(2);
        let line = "rootwarden: no Region: say --region, set AWS_REGION, or `region` in the profile `work`\n";
        assert_eq!((ran.err.as_str(), ran.out.as_str()), (line, ""), "{ran:#?}");
    }
    assert!(organization.calls().is_empty());
}

#[test]
fn the_address_of_sts_is_the_one_that_is_called_and_never_the_global_one() {
    let organization = organization();
    write(&organization, ".aws/credentials", KEYS_OF_PROFILE);
    let services =
        |url: &str| format!("[profile work]\nservices = own\n[services own]\nsts =\n  endpoint_url = {url}\n");
    write(&organization, ".aws/config", &services("https://sts.amazonaws.com"));
    let mut command = organization.command_without_keys(&["check", "--profile", "work"]);
    let ran = Ran::of(command.env_remove("AWS_ENDPOINT_URL").output().unwrap()).ends_with(2);
    assert!(ran.err.contains("`https://sts.amazonaws.com` is the global endpoint of STS"), "{ran:#?}");
    let keys = [("AWS_ACCESS_KEY_ID", CALLER_KEY), ("AWS_SECRET_ACCESS_KEY", CALLER_SECRET)];
    let mut command = organization.command_without_keys(&["check", "--output", "json"]);
    command
        .envs(keys)
        .env("AWS_ENDPOINT_URL_STS", &organization.endpoint)
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let checks = Ran::of(command.output().unwrap()).json();
    assert_eq!(
        checks["checks"][1],
        json!({
            "name": "STS endpoint", "state": "ok", "found": organization.endpoint, "to_do": null,
        })
    );
}
