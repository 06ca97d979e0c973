//! The simulator on a port: control endpoints, forwarding, refusals.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use aws_credential_types::Credentials;
use aws_sdk_sts::error::SdkError;
use http::{Method, StatusCode};
use rootwarden_simulator::World;
use rootwarden_simulator::server::{Server, ServerError};
use serde_json::json;
use support::server::{Running, signed, upstream};
use support::{AUDIT, DIRTY, MANAGEMENT, MEMBER, task_policy, world};

#[tokio::test]
async fn opens_a_root_session_for_a_registered_key_only() {
    let server = Running::start(world(), None).await;
    let open = async |key: &str| {
        server.sts(key).assume_root().target_principal(DIRTY).task_policy_arn(task_policy(AUDIT)).send().await
    };
    let (code, status, message) = support::refusal(open("ASIAFUNCTION00000001").await);
    assert_eq!((code.as_str(), status), ("AccessDenied", 403));
    assert!(message.contains("is not authorized to perform: sts:AssumeRoot"), "{message}");
    assert_eq!(support::code(open(MANAGEMENT).await), "AccessDenied");

    let caller = json!({"arn": "arn:aws:sts::111111111111:assumed-role/audit/s", "statements": [
        {"Effect": "Allow", "Action": "sts:AssumeRoot", "Resource": "*"}
    ]});
    assert_eq!(server.put_caller("ASIAFUNCTION00000001", caller).await, StatusCode::NO_CONTENT);
    let issued = open("ASIAFUNCTION00000001").await.unwrap().credentials.unwrap();

    let secrets = server.get("/_secrets").await;
    assert!(secrets.as_array().unwrap().contains(&json!(issued.secret_access_key)));
    assert!(secrets.as_array().unwrap().contains(&json!(issued.session_token)));
    let calls = server.get("/_calls").await;
    assert_eq!(calls.as_array().unwrap().len(), 3);
    assert_eq!(calls[2]["caller"], "arn:aws:sts::111111111111:assumed-role/audit/s");
    assert_eq!(calls[2]["result"], "Success");
    assert_eq!(serde_json::from_value::<World>(server.get("/_world").await).unwrap(), world());
}

#[tokio::test]
async fn refuses_callers_and_faults_that_it_cannot_read() {
    let server = Running::start(world(), None).await;
    assert_eq!(server.put_caller("KEY", json!({"arn": "a", "statement": []})).await, StatusCode::BAD_REQUEST);
    let unreadable = json!({"arn": "a", "statements": [{"Effect": "Perhaps"}]});
    assert_eq!(server.put_caller("KEY", unreadable).await, StatusCode::BAD_REQUEST);
    let fault = server.send("POST", "/_faults", &[], r#"[{"on": "*"}]"#).await.unwrap();
    assert_eq!(fault.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn breaks_the_connection_where_a_fault_says_so() {
    let server = Running::start(world(), None).await;
    let faults = json!([{"on": "sts:GetCallerIdentity", "effect": "lost_response"}]).to_string();
    assert_eq!(server.send("POST", "/_faults", &[], &faults).await.unwrap().status(), StatusCode::NO_CONTENT);
    server.put_caller("AKIAKEY", json!({"arn": "arn:aws:iam::111111111111:user/u"})).await;
    let lost = server.sts("AKIAKEY").get_caller_identity().send().await.unwrap_err();
    assert!(matches!(lost, SdkError::DispatchFailure(_)), "{lost:?}");
    assert_eq!(server.get("/_calls").await[0]["result"], "LostResponse");
    let identity = server.sts("AKIAKEY").get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some(MANAGEMENT));
}

#[tokio::test]
async fn stores_objects_over_a_socket() {
    let server = Running::start(world(), None).await;
    server.put_caller("AKIAKEY", json!({"arn": "arn:aws:iam::111111111111:user/u"})).await;
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIAKEY", "secret", None, None, "test"))
        .endpoint_url(&server.url);
    let s3 = aws_sdk_s3::Client::from_conf(config.build());
    let body = aws_sdk_s3::primitives::ByteStream::from_static(b"bytes");
    let put = s3.put_object().bucket("rootwarden-bucket").key("runs/1.json").body(body).send().await.unwrap();
    let get = s3.get_object().bucket("rootwarden-bucket").key("runs/1.json").send().await.unwrap();
    assert_eq!(get.version_id(), put.version_id());
    assert_eq!(get.body.collect().await.unwrap().into_bytes(), "bytes");
    let absent = s3.head_object().bucket("rootwarden-bucket").key("absent").send().await;
    assert!(absent.unwrap_err().as_service_error().unwrap().is_not_found());
}

#[tokio::test]
async fn forwards_what_is_not_its_own_untouched() {
    let (uri, received) = upstream().await;
    let server = Running::start(world(), Some(uri)).await;
    let authorization = signed("AKIAEMULATOR", "s3");
    let headers = [("host", "bucket.s3.amazonaws.com"), ("authorization", &authorization), ("x-amz-meta-a", "b")];
    let answer = server.send("PUT", "/a%20b?versionId=1&x=%2F", &headers, "body").await.unwrap();
    assert_eq!(answer.status(), StatusCode::IM_A_TEAPOT);
    assert_eq!(answer.headers()["x-emulator"], "yes");
    assert_eq!(answer.body(), "from behind");
    {
        let received = received.lock().unwrap();
        let (method, target, headers, body) = &received[0];
        assert_eq!((method, target.as_str(), body.as_ref()), (&Method::PUT, "/a%20b?versionId=1&x=%2F", &b"body"[..]));
        assert_eq!(headers["host"], "bucket.s3.amazonaws.com");
        assert_eq!(headers["authorization"], authorization.as_str());
        assert_eq!(headers["x-amz-meta-a"], "b");
    }
    server.send("GET", "/_ministack/health", &[], "").await.unwrap();
    let identity = "Action=GetCallerIdentity&Version=2011-06-15";
    let form = ("content-type", "application/x-www-form-urlencoded");
    server.send("POST", "/", &[("authorization", &signed("AKIAX", "sts")), form], identity).await.unwrap();
    let users = "Action=ListUsers&Version=2010-05-08";
    server.send("POST", "/", &[("authorization", &signed("AKIAX", "iam")), form], users).await.unwrap();
    let start = ("x-amz-target", "AWSStepFunctions.StartExecution");
    server.send("POST", "/", &[("authorization", &signed("AKIAX", "states")), start], "{}").await.unwrap();
    assert_eq!(received.lock().unwrap().len(), 5);
}

#[tokio::test]
async fn keeps_its_own_calls_from_the_emulator_behind() {
    let (uri, received) = upstream().await;
    let server = Running::start(world(), Some(uri)).await;
    let describe = ("x-amz-target", "AWSOrganizationsV20161128.DescribeOrganization");
    let organizations = async |key: &str| {
        let authorization = signed(key, "organizations");
        server.send("POST", "/", &[("authorization", &authorization), describe], "{}").await.unwrap().status()
    };
    assert_eq!(organizations(MANAGEMENT).await, StatusCode::OK);
    assert_eq!(organizations("AKIAUNKNOWN").await, StatusCode::BAD_REQUEST);

    server.put_caller("AKIAKEY", json!({"arn": "arn:aws:iam::111111111111:user/u"})).await;
    let sts = server.sts("AKIAKEY");
    let session = sts.assume_root().target_principal(MEMBER).task_policy_arn(task_policy(AUDIT)).send().await;
    let session = session.unwrap().credentials.unwrap();
    let by_session = async |service: &str, headers: &[(&str, &str)], body: &str| {
        let authorization = signed(&session.access_key_id, service);
        let mut all = vec![("authorization", authorization.as_str()), ("x-amz-security-token", &session.session_token)];
        all.extend(headers);
        server.send("POST", "/", &all, body).await.unwrap()
    };
    let form = ("content-type", "application/x-www-form-urlencoded");
    let user = by_session("iam", &[form], "Action=GetUser&Version=2010-05-08").await;
    assert!(String::from_utf8_lossy(user.body()).contains("arn:aws:iam::333333333333:root"));
    // A session without the queue task is denied by its task policy.
    let queue = by_session("sqs", &[("x-amz-target", "AmazonSQS.GetQueueAttributes")], "{}").await;
    assert_eq!(queue.status(), StatusCode::FORBIDDEN);
    // The bucket task allows this one, and the emulator behind is not asked whether it has the bucket.
    let bucket = sts.assume_root().target_principal(MEMBER).task_policy_arn(task_policy("S3UnlockBucketPolicy"));
    let bucket = bucket.send().await.unwrap().credentials.unwrap();
    let authorization = signed(&bucket.access_key_id, "s3");
    let headers = [("authorization", authorization.as_str()), ("x-amz-security-token", &bucket.session_token)];
    let policy = server.send("GET", "/locked-bucket?policy", &headers, "").await.unwrap();
    assert_eq!(policy.status(), StatusCode::NOT_FOUND);
    let features = "Action=ListOrganizationsFeatures&Version=2010-05-08";
    let authorization = signed("AKIAKEY", "iam");
    let features = server.send("POST", "/", &[("authorization", &authorization), form], features).await.unwrap();
    assert_eq!(features.status(), StatusCode::OK);
    assert!(received.lock().unwrap().is_empty());
}

#[tokio::test]
async fn forwards_to_the_root_of_an_http_server_only() {
    for wrong in ["https://127.0.0.1:1", "http://127.0.0.1:1/path", "127.0.0.1:1"] {
        let refused = Server::bind(world(), 0, Some(wrong.parse().unwrap())).await;
        assert!(matches!(refused, Err(ServerError::Upstream(_))), "{wrong}");
    }
}

#[test]
fn exits_with_2_and_one_line_for_a_wrong_world_file_or_argument() {
    let path = std::env::temp_dir().join(format!("rootwarden-world-{}.json", std::process::id()));
    std::fs::write(&path, r#"{"management_account": "111111111111", "surprise": 1}"#).unwrap();
    let simulator = |world: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_simulator"));
        command.args(["--world", world, "--port", "0"]).output().unwrap()
    };
    for (world, complaint) in [(path.to_str().unwrap(), "unknown field `surprise`"), ("/nowhere.json", "No such file")]
    {
        let output = simulator(world);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(complaint), "{stderr}");
    }
    std::fs::remove_file(path).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_simulator")).args(["--port", "x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
}

#[tokio::test]
async fn gives_the_calls_from_any_position_on_and_counts_them() {
    let server = Running::start(world(), None).await;
    server.put_caller("AKIAKEY", json!({"arn": "arn:aws:iam::111111111111:user/u"})).await;
    let sts = server.sts("AKIAKEY");
    for (target, task) in [(MEMBER, AUDIT), (DIRTY, AUDIT), (DIRTY, support::DELETE)] {
        sts.assume_root().target_principal(target).task_policy_arn(task_policy(task)).send().await.unwrap();
    }
    let refused = sts.assume_root().target_principal(MANAGEMENT).task_policy_arn(task_policy(AUDIT)).send().await;
    assert_eq!(support::code(refused), "AccessDenied");
    sts.get_caller_identity().send().await.unwrap();

    let all = server.get("/_calls").await;
    assert_eq!(all.as_array().unwrap().len(), 5);
    assert_eq!(server.get("/_calls?since=3").await.as_array().unwrap()[..], all.as_array().unwrap()[3..]);
    assert_eq!(server.get("/_calls?since=9").await, json!([]));
    let wrong = server.send("GET", "/_calls?from=3", &[], "").await.unwrap();
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);

    let counts = server.get("/_counts").await;
    assert_eq!(counts["calls"], 5);
    assert_eq!((&counts["first"], &counts["last"]), (&all[0]["time"], &all[4]["time"]));
    let actions = json!({
        "sts:AssumeRoot": {"Success": 3, "AccessDenied": 1},
        "sts:GetCallerIdentity": {"Success": 1},
    });
    assert_eq!(counts["actions"], actions);
    // One call each in the member and, refused, the management account; two in the other member.
    assert_eq!(counts["accounts_by_calls"], json!({"1": 2, "2": 1}));
}

#[tokio::test(start_paused = true)]
async fn takes_its_time_over_a_call_and_none_over_a_control_endpoint() {
    let (uri, _received) = upstream().await;
    // An hour: only the paused clock of this test can have passed it.
    let hour = std::time::Duration::from_hours(1);
    let server = Running::start(world().latency_milliseconds(3_600_000), Some(uri)).await;
    let started = tokio::time::Instant::now();
    server.put_caller("AKIAKEY", json!({"arn": "arn:aws:iam::111111111111:user/u"})).await;
    server.get("/_world").await;
    let forwarded = server.send("GET", "/", &[("authorization", &signed("AKIAKEY", "s3"))], "").await.unwrap();
    assert_eq!(forwarded.status(), StatusCode::IM_A_TEAPOT);
    assert!(started.elapsed() < hour, "{:?}", started.elapsed());
    let describe = ("x-amz-target", "AWSOrganizationsV20161128.DescribeOrganization");
    let authorization = signed("AKIAKEY", "organizations");
    let answer = server.send("POST", "/", &[("authorization", &authorization), describe], "{}").await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(started.elapsed() >= hour, "{:?}", started.elapsed());
}
