//! A simulated organization on a port of its own, and the binary that works on it.

pub mod deployed;
pub mod screen;

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use rootwarden_simulator::{Member, Simulator, World, server::Server};
use serde_json::{Value, json};

pub const MANAGEMENT: &str = "111122223333";
pub const CLEAN: &str = "222200000001";
pub const KEYS: &str = "333300000001";
pub const EVERYTHING: &str = "333300000002";
pub const BUSY: &str = "333300000003";
pub const SUSPENDED: &str = "333300000004";
/// Who signs the command's own calls.
pub const CALLER_KEY: &str = "AKIAOPERATOR00000001";
/// Its secret, which must be seen nowhere either.
pub const CALLER_SECRET: &str = "caller-secret-that-nobody-may-print";

/// One clean account, three with root credentials, one of them in use, and one that is suspended.
pub fn world() -> World {
    World::new(MANAGEMENT)
        .member(Member::new(CLEAN).name("clean"))
        .member(Member::new(KEYS).name("keys").access_key_used("AKIAROOTKEY000000001", "2025-06-01T12:00:00Z"))
        .member(
            Member::new(EVERYTHING)
                .name("everything")
                .access_key("AKIAROOTKEY000000002")
                .signing_certificate("TA0000000000000001CERTIFICATE001")
                .password()
                .mfa_device("arn:aws:iam::333300000002:mfa/root-account-mfa-device"),
        )
        .member(Member::new(SUSPENDED).name("suspended").state("SUSPENDED").access_key("AKIAROOTKEY000000004"))
}

/// A key that was used today: runs protect it.
pub fn busy() -> Member {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT00:00:00Z").to_string();
    Member::new(BUSY).name("busy").access_key_used("AKIAROOTKEY000000003", &now)
}

/// A running organization, and a home directory of its own for whoever works on it.
pub struct Organization {
    pub url: String,
    /// Where the command line sends everything.
    pub endpoint: String,
    pub simulator: Simulator,
    pub home: PathBuf,
}

impl Organization {
    pub fn new(world: World) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
        drop(fs::remove_dir_all(&home));
        fs::create_dir_all(&home).unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let server = Server::bind(world, 0, None).await.unwrap();
                sender.send((server.address(), server.simulator())).unwrap();
                server.run().await.unwrap();
            });
        });
        let (address, simulator) = receiver.recv().unwrap();
        let url = format!("http://{address}");
        let organization = Self { endpoint: url.clone(), url, simulator, home };
        organization.register(CALLER_KEY, &json!({"arn": format!("arn:aws:iam::{MANAGEMENT}:user/operator")}));
        organization
    }

    pub fn register(&self, key: &str, caller: &Value) {
        self.request("PUT", &format!("/_callers/{key}"), &caller.to_string());
    }

    pub fn inject(&self, faults: Value) {
        self.request("POST", "/_faults", &faults.to_string());
    }

    pub fn world(&self) -> Value {
        serde_json::from_str(&self.request("GET", "/_world", "")).unwrap()
    }

    /// The root credentials of an account, as the world has them.
    pub fn root(&self, account: &str) -> Value {
        let world = self.world();
        let accounts = world["accounts"].as_array().unwrap();
        accounts.iter().find(|one| one["id"] == account).unwrap()["root"].clone()
    }

    pub fn calls(&self) -> Vec<Value> {
        serde_json::from_str(&self.request("GET", "/_calls", "")).unwrap()
    }

    /// The actions of the calls in an account or aimed at it, Organizations' own aside.
    pub fn calls_in(&self, account: &str) -> Vec<String> {
        let calls = self.calls().into_iter().filter(|call| call["account"] == account);
        let actions = calls.map(|call| call["action"].as_str().unwrap().to_owned());
        actions.filter(|action| !action.starts_with("organizations:")).collect()
    }

    /// Calls that change something.
    pub fn changes(&self) -> Vec<String> {
        let actions = self.calls().into_iter().map(|call| call["action"].as_str().unwrap().to_owned());
        actions
            .filter(|action| {
                ["Delete", "Deactivate", "Enable", "Register", "Put", "Set", "Create"]
                    .iter()
                    .any(|verb| action.contains(&format!(":{verb}")))
            })
            .collect()
    }

    pub fn secrets(&self) -> Vec<String> {
        let mut secrets: Vec<String> = serde_json::from_str(&self.request("GET", "/_secrets", "")).unwrap();
        secrets.push(CALLER_SECRET.to_owned());
        secrets
    }

    /// The binary with this organization as all of AWS, and nothing of the machine's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.command_without_keys(arguments);
        command.env("AWS_ACCESS_KEY_ID", CALLER_KEY).env("AWS_SECRET_ACCESS_KEY", CALLER_SECRET);
        command
    }

    pub fn command_without_keys(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rootwarden"));
        command.args(arguments).env_clear().current_dir(&self.home).stdin(Stdio::null());
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command
    }

    pub fn environment(&self) -> Vec<(String, String)> {
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            own("HOME", &self.home.to_string_lossy()),
            own("PATH", "/usr/bin:/bin"),
            own("AWS_REGION", "us-east-1"),
            own("AWS_ENDPOINT_URL", &self.endpoint),
            own("AWS_EC2_METADATA_DISABLED", "true"),
        ]
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Every file that was written under the home directory.
    pub fn files(&self) -> Vec<(PathBuf, String)> {
        let (mut files, mut folders) = (Vec::new(), vec![self.home.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                    files.push((path, text));
                }
            }
        }
        files
    }

    /// What the owner of an account makes as its root user, in the place of what was there.
    pub fn put_root(&self, account: &str, root: &Value) {
        self.request("PUT", &format!("/_root/{account}"), &root.to_string());
    }

    /// Writes an object into a bucket of the world's, as somebody of the management account.
    pub fn put_object(&self, bucket: &str, key: &str, body: &str) {
        let signed = format!(
            "Authorization: AWS4-HMAC-SHA256 Credential={CALLER_KEY}/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n"
        );
        self.send("PUT", &format!("/{bucket}/{key}"), &signed, body);
    }

    fn request(&self, method: &str, path: &str, body: &str) -> String {
        self.send(method, path, "", body)
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{answer}");
        body.to_owned()
    }
}

impl Drop for Organization {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.home));
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The status of an account in JSON output.
    pub fn account(&self, account: &str) -> Value {
        let report = self.json();
        let accounts = report["accounts"].as_array().unwrap();
        accounts.iter().find(|one| one["account"] == account).cloned().unwrap_or_default()
    }
}

/// Compares with a file beside the tests; `SNAPSHOTS=write` writes it.
#[track_caller]
pub fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command_line/snapshots").join(name);
    if std::env::var_os("SNAPSHOTS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} is not as it was.\n--- expected\n{expected}\n--- found\n{text}");
}

/// A text whose times, which are of the moment, are words of the same length.
pub fn timeless(text: &str) -> String {
    const FORM: &str = "YYYY-MM-DDThh:mm:ssZ";
    let mut text = steady(text);
    let is_time = |word: &str| word.parse::<jiff::Timestamp>().is_ok();
    let starts: Vec<usize> = (0..text.len().saturating_sub(FORM.len() - 1))
        .filter(|at| text.get(*at..at + FORM.len()).is_some_and(is_time))
        .collect();
    for at in starts {
        text.replace_range(at..at + FORM.len(), FORM);
    }
    text
}

/// What changes from run to run: ages, run ids, times, ports.
pub fn steady(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut words = String::new();
        let mut rest = line;
        while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|character: char| !character.is_ascii_digit()).unwrap_or(from.len());
            let (digits, after) = from.split_at(end);
            words += before;
            let is_age =
                (after.starts_with(" d ") || after == " d" || before.ends_with("\"age_days\": ")) && digits.len() <= 5;
            let is_port = words.ends_with("127.0.0.1:");
            let is_run = before.ends_with("cli-audit-") || before.ends_with("cli-delete-");
            if is_age || is_port || is_run {
                words += "N";
                rest = if is_run { after.split_once('Z').map_or("", |(_, rest)| rest) } else { after };
            } else {
                words += digits;
                rest = after;
            }
        }
        lines.push((words + rest).trim_end().to_owned());
    }
    lines.join("\n") + "\n"
}
