//! The simulated organization with a deployment in it: a stack, and the two URLs, behind which the real function answers.

use std::{
    ops::Deref,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Response, header},
};
use rootwarden_simulator::World;
use rootwarden_tests::{BUCKET, Deployment, Rehearsal, question, url_event};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{CALLER_KEY, MANAGEMENT, Organization, Ran};

pub const OPERATOR: &str = "arn:aws:iam::111122223333:user/operator";
/// Somebody else.
pub const SECOND_KEY: &str = "AKIASECOND0000000001";
const SECOND: &str = "arn:aws:iam::111122223333:user/second";
/// Whom IAM lets through to neither URL.
pub const STRANGER_KEY: &str = "AKIASTRANGER00000001";
/// Who signs in docs/command-line.md.
const DOCUMENTED_KEY: &str = "AKIACOMMANDLINE00001";
pub const MACHINE: &str = "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts";
/// What the guard asks about.
pub const ASKED: &str = "nightly-2026-11-22.0";
pub const TOKEN: &str = "a task token that nobody may print";

/// What CloudFormation says of the stack `rootwarden`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stack {
    There,
    Gone,
    Denied,
    /// A stack of something else.
    OfSomethingElse,
    /// It answers nothing that lasts.
    Unavailable,
    /// It refuses the question, and not the caller.
    Refused,
}

pub struct Deployed {
    organization: Organization,
    front: Front,
}

#[derive(Clone)]
struct Front {
    rehearsal: Arc<Rehearsal>,
    stack: Arc<Mutex<Stack>>,
    parameters: Arc<Mutex<Parameters>>,
    urls: Arc<Mutex<Urls>>,
    execution: Arc<Mutex<&'static str>>,
    /// What somebody else writes right after the object was read: its key and its text.
    meanwhile: Arc<Mutex<Option<(String, &'static str)>>>,
}

/// What the stack was deployed with.
#[derive(Debug, Clone)]
pub struct Parameters {
    pub exempt_accounts: &'static str,
    pub protect_keys_used_within_days: &'static str,
}

/// What answers at the URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urls {
    Function,
    /// It does what is asked, and its answer gets lost: Lambda answers in its place.
    LostAnswer,
    /// Something between here and the function: a page, with this status.
    Page(u16),
}

impl Deref for Deployed {
    type Target = Organization;

    fn deref(&self) -> &Organization {
        &self.organization
    }
}

impl Deployed {
    pub fn new(world: World) -> Self {
        Self::with(world, &Deployment { max_accounts_to_clean: "1", ..Deployment::default() })
    }

    pub fn with(world: World, deployment: &Deployment) -> Self {
        let mut organization = Organization::new(world.bucket(BUCKET));
        let mut rehearsal = Rehearsal::deployed(World::new(MANAGEMENT), deployment);
        rehearsal.simulator = organization.simulator.clone();
        organization.register(SECOND_KEY, &json!({"arn": SECOND}));
        organization.register(STRANGER_KEY, &json!({"arn": format!("arn:aws:iam::{MANAGEMENT}:user/stranger")}));
        let front = Front {
            rehearsal: Arc::new(rehearsal),
            stack: Arc::new(Mutex::new(Stack::There)),
            parameters: Arc::new(Mutex::new(Parameters { exempt_accounts: "{}", protect_keys_used_within_days: "30" })),
            urls: Arc::new(Mutex::new(Urls::Function)),
            execution: Arc::new(Mutex::new("RUNNING")),
            meanwhile: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(front.clone());
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        organization.endpoint = format!("http://{}", receiver.recv().unwrap());
        Self { organization, front }
    }

    pub fn set_parameters(&self, parameters: Parameters) {
        *self.front.parameters.lock().unwrap() = parameters;
    }

    pub fn set_urls(&self, urls: Urls) {
        *self.front.urls.lock().unwrap() = urls;
    }

    /// How every execution stands from now on, in AWS's own word.
    pub fn set_execution(&self, status: &'static str) {
        *self.front.execution.lock().unwrap() = status;
    }

    /// Somebody else writes an object of the bucket right after it was read the next time.
    pub fn set_meanwhile(&self, key: &str, text: &'static str) {
        *self.front.meanwhile.lock().unwrap() = Some((key.to_owned(), text));
    }

    pub fn set_stack(&self, stack: Stack) {
        *self.front.stack.lock().unwrap() = stack;
    }

    /// A nightly run that the guard has stopped, and that asks.
    pub fn asks(&self) {
        let rehearsal = Arc::clone(&self.front.rehearsal);
        run(async move {
            let request = json!({"selection": "all", "mode": "enforce", "started_by": "schedule"});
            let (_, plan) = rehearsal.plan_round(&request).await.unwrap();
            assert_eq!(plan["approval"], "needed", "{plan}");
            rehearsal.access_event(question(&plan, &json!("schedule"), TOKEN)).await.unwrap();
        });
    }

    /// A run that only reports, to its end.
    pub fn reports(&self) {
        let rehearsal = Arc::clone(&self.front.rehearsal);
        run(async move {
            let request = json!({"selection": "all", "mode": "report", "started_by": "schedule"});
            rehearsal.run(request).await.unwrap();
        });
    }

    /// A run of this name that only reports, to its end.
    pub fn reports_as(&self, run: &str) {
        let (rehearsal, name) = (Arc::clone(&self.front.rehearsal), run.to_owned());
        self::run(async move {
            let request = json!({"selection": "all", "mode": "report", "started_by": "schedule"});
            rehearsal.run_named(&name, request).await.unwrap();
        });
    }

    /// An open recovery window over an account, which the operator asked for and somebody else approved.
    pub fn opens_window(&self, account: &str) {
        let (rehearsal, account) = (Arc::clone(&self.front.rehearsal), account.to_owned());
        run(async move {
            let asked = json!({
                "action": "allow-recovery", "account": account, "duration": "PT2H", "reason": "close it", "ticket": "CHG-7",
            });
            rehearsal.access_requests(OPERATOR, &asked).await.unwrap();
            let execution = rehearsal.simulator.executions().pop().unwrap();
            let input: Value = serde_json::from_str(&execution.input).unwrap();
            let (id, pin) = (&input["recovery"], &input["request"]);
            let signed = rehearsal.object(pin);
            let question = json!({"approval_request": {
                "approval_id": id, "plan": pin, "started_by": {"person": signed["requested_by"]}, "task_token": TOKEN,
            }});
            rehearsal.access_event(question).await.unwrap();
            let approve =
                json!({"action": "approve", "approval_id": id, "plan_sha256": pin["sha256"], "reason": "agreed"});
            let (status, answer) = rehearsal.access_requests(SECOND, &approve).await.unwrap();
            assert_eq!(status, 200, "{answer}");
            let open = json!({"step": "open", "recovery": id, "request": pin});
            let opened = rehearsal.recovery(open).await.unwrap();
            assert_eq!(opened["outcome"], "opened", "{opened}");
        });
    }

    pub fn object(&self, key: &str) -> Value {
        let objects = self.simulator.objects(BUCKET);
        let found = objects.iter().find(|(name, _)| name == key);
        found.map(|(_, body)| serde_json::from_slice(body).unwrap()).unwrap_or_default()
    }

    pub fn run_as(&self, key: &str, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).env("AWS_ACCESS_KEY_ID", key).output().unwrap())
    }

    /// The hash that `show` names.
    pub fn hash(&self, id: &str) -> String {
        let shown = self.run(&["show", id, "--output", "json"]).ends_with(0).json();
        shown["plan_sha256"].as_str().unwrap().to_owned()
    }
}

fn run(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
}

async fn answer(State(front): State<Front>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let text = |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let (host, signed) = (text(header::HOST), text(header::AUTHORIZATION));
    if host.contains(".lambda-url.") {
        let key = signed.split("Credential=").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or("");
        assert!(signed.contains("/us-east-1/lambda/aws4_request"), "{signed}");
        let urls = *front.urls.lock().unwrap();
        if let Urls::Page(status) = urls {
            return of(status, "text/html", "<html><body>somebody else's page</body></html>".to_owned());
        }
        let answer = through_url(&front.rehearsal, host, key, &body).await;
        return if urls == Urls::Function {
            answer
        } else {
            of(502, "application/json", r#"{"Message":"Internal Server Error"}"#.to_owned())
        };
    }
    if signed.contains("/cloudformation/aws4_request") {
        let parameters = front.parameters.lock().unwrap().clone();
        return stack(*front.stack.lock().unwrap(), &parameters, &body);
    }
    if parts.headers.get("x-amz-target").is_some_and(|target| target == "AWSStepFunctions.DescribeExecution") {
        return execution(*front.execution.lock().unwrap(), &body);
    }
    let read = (parts.method == "GET").then(|| parts.uri.path().to_owned());
    let answer = front.rehearsal.simulator.handle(Request::from_parts(parts, body));
    if let Some(path) = read {
        let meanwhile = front.meanwhile.lock().unwrap().take_if(|(key, _)| path.ends_with(key.as_str()));
        if let Some((key, text)) = meanwhile {
            front.rehearsal.simulator.put_object(BUCKET, &key, text);
        }
    }
    match answer {
        Ok(answer) => answer.map(Body::from),
        Err(fault) => of(502, "text/plain", format!("{fault}")),
    }
}

/// What Lambda does with a request to a function URL: who signed it stands in the event.
async fn through_url(rehearsal: &Rehearsal, host: &str, key: &str, body: &Bytes) -> Response<Body> {
    let arn = match key {
        CALLER_KEY | DOCUMENTED_KEY => OPERATOR,
        SECOND_KEY => SECOND,
        _ => return of(403, "application/json", json!({"Message": "Forbidden"}).to_string()),
    };
    let event = url_event(Some(arn), &String::from_utf8_lossy(body));
    let answer = if host.starts_with("approvals.") {
        rehearsal.decision_event(event).await
    } else {
        rehearsal.access_event(event).await
    };
    let answer = answer.unwrap();
    let status = u16::try_from(answer["statusCode"].as_u64().unwrap()).unwrap();
    of(status, "application/json", answer["body"].as_str().unwrap().to_owned())
}

/// Source: AWS CloudFormation API Reference, `DescribeStacks`, its example, and "Common Errors".
fn stack(stack: Stack, parameters: &Parameters, body: &Bytes) -> Response<Body> {
    let asked = String::from_utf8_lossy(body);
    assert!(asked.starts_with("Action=DescribeStacks&Version=2010-05-15&StackName="), "{asked}");
    let error = |status, code: &str, message: &str| {
        let error = format!(
            "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error><RequestId>70a76d42-9665-11e2-9fdf-211deEXAMPLE</RequestId></ErrorResponse>"
        );
        of(status, "text/xml", error)
    };
    let outputs = match stack {
        Stack::There if asked.ends_with("=rootwarden") => vec![
            ("BucketName", BUCKET),
            ("StateMachineArn", MACHINE),
            ("AccessRequestsUrl", "https://requests.lambda-url.us-east-1.on.aws/"),
            ("ApprovalsUrl", "https://approvals.lambda-url.us-east-1.on.aws/"),
            ("RequestersPolicyArn", "arn:aws:iam::111122223333:policy/requesters"),
            ("ApproversPolicyArn", "arn:aws:iam::111122223333:policy/approvers"),
        ],
        Stack::OfSomethingElse => vec![("Website", "https://example.com")],
        Stack::There | Stack::Gone => {
            let name = asked.rsplit('=').next().unwrap();
            return error(400, "ValidationError", &format!("Stack with id {name} does not exist"));
        }
        Stack::Denied => {
            let denial = "User: arn:aws:iam::111122223333:user/operator is not authorized to perform: cloudformation:DescribeStacks";
            return error(403, "AccessDenied", denial);
        }
        Stack::Refused => return error(400, "ValidationError", "1 validation error detected"),
        Stack::Unavailable => return error(503, "ServiceUnavailable", "Please try again"),
    };
    let members = outputs.into_iter().map(|(name, value)| {
        format!("<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>")
    });
    let members: String = members.collect();
    let given = [
        ("ExemptAccounts", parameters.exempt_accounts),
        ("ProtectKeysUsedWithinDays", parameters.protect_keys_used_within_days),
    ];
    let given = given.map(|(name, value)| {
        let value = value.replace('&', "&amp;").replace('<', "&lt;");
        format!("<member><ParameterKey>{name}</ParameterKey><ParameterValue>{value}</ParameterValue></member>")
    });
    let given = given.concat();
    let answer = format!(
        "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult><Stacks><member>\
         <StackName>rootwarden</StackName><Parameters>{given}</Parameters><Outputs>{members}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    );
    of(200, "text/xml", answer)
}

/// Source: AWS Step Functions API Reference, `DescribeExecution`.
fn execution(status: &str, body: &Bytes) -> Response<Body> {
    let asked: Value = serde_json::from_slice(body).unwrap();
    let arn = asked["executionArn"].as_str().unwrap();
    let mut answer = json!({
        "executionArn": arn, "stateMachineArn": MACHINE, "name": arn.rsplit(':').next(), "status": status,
        "startDate": 1_795_312_800.0,
    });
    if status != "RUNNING" {
        answer["stopDate"] = json!(1_795_312_860.0);
    }
    if status == "FAILED" {
        answer["error"] = json!("Unfinished");
        answer["cause"] = json!("2 accounts are unknown");
    }
    of(200, "application/x-amz-json-1.0", answer.to_string())
}

fn of(status: u16, kind: &str, body: String) -> Response<Body> {
    Response::builder().status(status).header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap()
}
