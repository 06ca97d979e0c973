//! Reports to try the formats on: one of each status, and names that nobody wishes for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, ErrorKind, Failure, Inventory, Mode, Pin, RootCredential, Sha256,
    aws::{
        credential::{AccessKey, LastUsed, LoginProfile, MfaDevice},
        organizational_unit::{UnitName, UnitNames},
    },
    preflight::{Check, Finding, Told as PreflightTold},
    recovery::RecoveryWindow,
    run::{
        call::Call,
        deletion::{DeletionStep, StepOutcome},
        exemption::Exemptions,
        plan::ProtectedCredential,
        report::{AccountReport, ApprovalOutcome, KeptOpen, Report, Status},
        selection::{self, Ineligible, NotCreated, Tag},
    },
};

use crate::{
    document::{ActsThrough, Audited, Document, Missing, Places, Scope, Subject},
    history::{History, NoticeOutcome},
    notice::said,
};

/// A report and all that is told beside it.
pub struct Told {
    pub report: Report,
    pub scope: Scope,
    pub planned_at: Timestamp,
    pub history: History,
    pub places: Places,
    pub exemptions: Exemptions,
    pub audits: BTreeMap<AccountId, Audited>,
    pub missing: Vec<Missing>,
    pub rests_on: Vec<Pin>,
    pub acts_through: ActsThrough<'static>,
}

impl Told {
    pub fn of(report: Report) -> Self {
        Self {
            report,
            scope: Scope::Organization,
            planned_at: "2026-11-22T02:00:00Z".parse().unwrap(),
            history: History::default(),
            places: Places::default(),
            exemptions: Exemptions::default(),
            audits: BTreeMap::new(),
            missing: vec![],
            rests_on: vec![],
            acts_through: ActsThrough::Deployment { stack: "rootwarden" },
        }
    }

    /// Each status once, units, exemptions, a recovery window.
    pub fn full() -> Self {
        let accounts = each_status().into_iter().enumerate();
        let accounts = accounts.map(|(number, status)| (number as u64, Some(format!("account {number}")), status));
        let unit = |id: &str| id.parse().unwrap();
        let name = UnitName { name: "Workloads <prod>".into(), read_at: "2026-11-20T02:00:00Z".parse().unwrap() };
        let mut names = UnitNames::default();
        names.insert(unit("ou-aaaa-11111111"), name);
        let places = Places {
            units: (0..4_u64)
                .map(|id| {
                    let unit = unit(if id == 0 { "ou-aaaa-22222222" } else { "ou-aaaa-11111111" });
                    (format!("{id:012}").parse().unwrap(), unit)
                })
                .collect(),
            names,
        };
        let exemptions = Exemptions::parse(
            r#"{"000000000003": "break-glass account, reviewed every quarter",
                "000000000004": {"reason": "migration", "until": "2027-03-31T00:00:00Z"},
                "000000000005": {"reason": "over", "until": "2020-01-01T00:00:00Z"}}"#,
        );
        let mut report = report("nightly-2026-11-22", accounts);
        report.open_recoveries.insert("000000000001".parse().unwrap(), window());
        report.kept_open.insert("000000000002".parse().unwrap(), kept_open());
        report.preflight = preflight();
        Self {
            places,
            exemptions: exemptions.unwrap(),
            rests_on: vec![pin("runs/nightly-2026-11-22/plan/0.json"), pin("runs/nightly-2026-11-22/report/0.json")],
            audits: (0..3).map(|id| (format!("{id:012}").parse().unwrap(), audited())).collect(),
            ..Self::of(report)
        }
    }

    pub fn document(&self) -> Document<'_> {
        Document::of(Subject {
            report: &self.report,
            scope: self.scope,
            planned_at: self.planned_at,
            published_at: self.planned_at,
            acts_through: self.acts_through,
            history: &self.history,
            places: &self.places,
            exemptions: &self.exemptions,
            audits: &self.audits,
            missing: &self.missing,
            rests_on: &self.rests_on,
        })
    }

    pub fn remembered(&self) -> History {
        let written = pin(&format!("reports/2026/11/22/{}/report.json", self.report.run));
        let document = self.document();
        document.remembered(&self.history, Some(&written), said(&document, NoticeOutcome::Sent))
    }
}

/// An object whose bytes are its key.
pub fn pin(key: &str) -> Pin {
    Pin { key: key.to_owned(), version_id: "version-1".to_owned(), sha256: Sha256::of(key.as_bytes()) }
}

/// Names that break what does not take care.
pub fn hostile_names() -> Vec<String> {
    [
        r#"quotes " ' ` and \"#,
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!--",
        "]]>",
        "&lt;&amp;&#39;",
        "=HYPERLINK(\"https://example.com\",\"x\")",
        "+1+1",
        "-2+3",
        "@SUM(1)",
        "\t=1+1",
        "＝1+1",
        "|cmd",
        "right \u{202e}tfel\u{202c} \u{200f}mark",
        "line\nbreak\r\nand a comma, a semicolon;",
        "null\u{0}byte \u{1b}[31m",
        "\u{2028}\u{2029}",
        "%00 {{7*7}} ${jndi:x}",
        "ends in \\",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(["😀".repeat(50), "👩‍👩‍👧‍👦".repeat(7), "e\u{301}".repeat(25)])
    .collect()
}

fn window() -> RecoveryWindow {
    RecoveryWindow {
        recovery: "recovery-000000000001-20261121135800-0123456789abcdef0123456789abcdef".parse().unwrap(),
        account: "000000000001".parse().unwrap(),
        requested_by:
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operators_0123456789abcdef/jane@example.com"
                .parse()
                .unwrap(),
        approved_by: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operators_0123456789abcdef/joe@example.com"
            .parse()
            .unwrap(),
        reason: serde_json::from_value("the owner's mail is gone <INC-42>".into()).unwrap(),
        ticket: "INC-42".parse().unwrap(),
        from: "2026-11-21T14:00:00Z".parse().unwrap(),
        until: "2026-11-22T14:00:00Z".parse().unwrap(),
        closed: None,
        settled: None,
    }
}

fn kept_open() -> KeptOpen {
    let RecoveryWindow { recovery, requested_by, from, .. } = window();
    KeptOpen { recovery, requested_by, ended_at: from, because: "it is exempt: <b>".into() }
}

fn preflight() -> Vec<PreflightTold> {
    let unknown = Finding::NotChecked { check: Check::Trail, why: "AccessDenied <b>".into() };
    vec![PreflightTold::from(&Finding::RootSessionsOff), PreflightTold::from(&unknown)]
}

pub fn failure() -> Failure {
    Failure {
        kind: ErrorKind::Denied,
        message:
            "cannot open a root session in account `222200000003`: AccessDenied: with an explicit deny in a service \
                  control policy: a service control policy of the account forbids it: it has to exempt root sessions"
                .into(),
        code: Some("AccessDenied".into()),
        request_id: Some("11111111-2222-3333-4444-555555555555".into()),
        denied_by: None,
    }
}

/// Two calls, and what they found.
pub fn audited() -> Audited {
    let call = |action: &str, second: u32| Call {
        action: action.into(),
        at: format!("2026-11-22T02:00:{second:02}.125Z").parse().unwrap(),
        status: Some(200),
        request_id: Some("5f1b3d52-0000-4111-8222-333344445555".into()),
        retries: second % 2,
        session: Some("ASIAIOSFODNN7EXAMPLE".into()),
    };
    Audited { found: Some(inventory()), calls: vec![call("iam:GetAccountSummary", 8), call("sts:AssumeRoot", 7)] }
}

pub fn key(id: &str) -> RootCredential {
    RootCredential::AccessKey(id.parse().unwrap())
}

pub fn inventory() -> Inventory {
    let at = Some("2021-03-04T05:06:07Z".parse().unwrap());
    Inventory {
        access_keys: vec![AccessKey {
            id: "AKIAIOSFODNN7EXAMPLE".parse().unwrap(),
            status: "Active".into(),
            created_at: at,
            last_used: LastUsed::At("2026-11-20T10:00:00Z".parse().unwrap()),
        }],
        login_profile: Some(LoginProfile { created_at: at }),
        mfa_devices: vec![MfaDevice {
            serial_number: "arn:aws:iam::222200000001:mfa/root-account-mfa-device".parse().unwrap(),
            enabled_at: at,
        }],
        signing_certificates: vec![],
    }
}

pub fn step(credential: RootCredential, outcome: StepOutcome) -> DeletionStep {
    DeletionStep { credential, outcome }
}

pub fn protected() -> ProtectedCredential {
    ProtectedCredential { credential: key("AKIAIOSFODNN7EXAMPLE"), reason: "it was used 2 days ago".into() }
}

/// Each status once, with a name that says which.
pub fn each_status() -> Vec<Status> {
    let steps = || vec![step(key("AKIAIOSFODNN7EXAMPLE"), StepOutcome::Deleted)];
    vec![
        Status::Clean,
        Status::Cleaned { steps: steps() },
        Status::Found { inventory: inventory(), protected: vec![] },
        Status::Exempt { reason: "break-glass account, reviewed every quarter".into(), inventory: Some(inventory()) },
        Status::Protected { protected: vec![protected()], steps: vec![] },
        Status::Unknown(failure()),
        Status::Failed {
            failure: failure(),
            steps: vec![step(RootCredential::LoginProfile, StepOutcome::Failed(failure()))],
        },
        Status::Ineligible(Ineligible::ManagementAccount),
        Status::Excluded { tag: Tag { key: "root".into(), value: "keep".into() }, inventory: inventory() },
        Status::NotApproved { inventory: inventory() },
        Status::Paused { reason: "incident 42".into() },
    ]
}

pub fn report(run: &str, accounts: impl IntoIterator<Item = (u64, Option<String>, Status)>) -> Report {
    let accounts: BTreeMap<_, _> = accounts
        .into_iter()
        .map(|(id, name, status)| {
            (format!("{id:012}").parse().unwrap(), AccountReport { name, status, deleted: vec![] })
        })
        .collect();
    Report {
        run: run.parse().unwrap(),
        round: 0,
        mode: Mode::Enforce,
        approval: ApprovalOutcome::NotNeeded,
        accounts,
        not_created: vec![],
        pending: vec![],
        unfinished_creations: vec![],
        nobody_selected: None,
        not_in_organization: vec![],
        preflight: vec![],
        open_recoveries: BTreeMap::new(),
        kept_open: BTreeMap::new(),
        begun_at: None,
        audited: vec![],
        scope: selection::Scope::Organization,
        rests_on: vec![],
    }
}

/// Each status with each hostile name.
pub fn hostile_report() -> Report {
    let mut id = 0;
    let accounts = hostile_names().into_iter().flat_map(|name| {
        each_status().into_iter().map(move |status| {
            let status = match status {
                Status::Exempt { inventory, .. } => Status::Exempt { reason: name.clone(), inventory },
                Status::Paused { .. } => Status::Paused { reason: name.clone() },
                Status::Excluded { inventory, .. } => {
                    Status::Excluded { tag: Tag { key: name.clone(), value: name.clone() }, inventory }
                }
                Status::Unknown(failure) => Status::Unknown(Failure { message: name.clone(), ..failure }),
                other => other,
            };
            (name.clone(), status)
        })
    });
    let accounts: Vec<_> = accounts
        .map(|(name, status)| {
            id += 1;
            (id, Some(name), status)
        })
        .collect();
    report("nightly-2026-11-22", accounts)
}

/// A report in which each of these texts stands wherever one from outside may: names of accounts and units, reasons, causes, tickets.
pub fn with_texts(texts: &[String]) -> Told {
    let statuses =
        texts.iter().flat_map(|text| each_status().into_iter().map(move |status| (text, saying(status, text))));
    let accounts: Vec<_> =
        (1_u64..).zip(statuses).map(|(id, (text, status))| (id, Some(text.clone()), status)).collect();
    let id = |number: usize| -> AccountId { format!("{number:012}").parse().unwrap() };
    let mut places = Places::default();
    for (account, _, _) in &accounts {
        let unit = format!("ou-aaaa-{:08}", usize::try_from(*account).unwrap() % texts.len());
        places.units.insert(format!("{account:012}").parse().unwrap(), unit.parse().unwrap());
    }
    let mut report = report("nightly-2026-11-22", accounts);
    let mut exemptions = serde_json::Map::new();
    let mut missing = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let name = UnitName { name: text.clone(), read_at: "2026-11-20T02:00:00Z".parse().unwrap() };
        places.names.insert(format!("ou-aaaa-{number:08}").parse().unwrap(), name);
        // A blank one is refused where it is read.
        let reason = if text.trim().is_empty() { "blank" } else { text };
        exemptions.insert(id(number).to_string(), reason.into());
        missing.push(Missing { what: text.clone(), why: text.clone() });
        report.kept_open.insert(id(number), KeptOpen { because: text.clone(), ..kept_open() });
        report.preflight.push(PreflightTold { text: text.clone(), ..preflight().remove(0) });
        report.not_created.push(NotCreated {
            request: "car-examplecreateaccountrequestid111".parse().unwrap(),
            reason: text.clone(),
        });
        // What people write is checked when it is read.
        let (reason, ticket) = (serde_json::from_value(text.clone().into()), text.parse());
        let mut window = RecoveryWindow { account: id(number), ..window() };
        window.reason = reason.unwrap_or(window.reason);
        window.ticket = ticket.unwrap_or(window.ticket);
        report.open_recoveries.insert(id(number), window);
    }
    let exemptions = Exemptions::parse(&serde_json::Value::Object(exemptions).to_string()).unwrap();
    let audits = (1..=12).map(|number| (id(number), audited())).collect();
    Told { places, exemptions, audits, missing, ..Told::of(report) }
}

/// The same status with this text wherever it has one.
fn saying(status: Status, text: &str) -> Status {
    let said = || text.to_owned();
    let failed = |failure: Failure| Failure { message: said(), code: Some(said()), ..failure };
    let steps = |outcome: StepOutcome| vec![step(RootCredential::LoginProfile, outcome)];
    match status {
        Status::Exempt { inventory, .. } => Status::Exempt { reason: said(), inventory },
        Status::Paused { .. } => Status::Paused { reason: said() },
        Status::Excluded { inventory, .. } => Status::Excluded { tag: Tag { key: said(), value: said() }, inventory },
        Status::Unknown(failure) => Status::Unknown(failed(failure)),
        Status::Failed { failure, .. } => {
            Status::Failed { steps: steps(StepOutcome::Failed(failed(failure.clone()))), failure: failed(failure) }
        }
        Status::Protected { .. } => Status::Protected {
            protected: vec![ProtectedCredential { reason: said(), ..protected() }],
            steps: steps(StepOutcome::NotAttempted(said())),
        },
        other @ (Status::Clean
        | Status::Cleaned { .. }
        | Status::Found { .. }
        | Status::Ineligible(_)
        | Status::NotApproved { .. }) => other,
    }
}
