//! Writes the report of a made-up organization, to look at and to measure: `sample_report FOLDER ACCOUNTS NOT_CLEAN`.
//!
//! It is the same each time. Twenty nights lie behind it. Beside it lies `audit.html`, the page of the same by `rootwarden audit`.

use std::{collections::BTreeMap, error::Error, fs, path::PathBuf};

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, ErrorKind, Failure, Inventory, Mode, RootCredential,
    aws::{
        credential::{AccessKey, LastUsed, LoginProfile, MfaDevice},
        organizational_unit::{OrganizationalUnitId, UnitName},
    },
    preflight::{Finding, Told},
    recovery::RecoveryWindow,
    run::{
        call::Call,
        deletion::{DeletionStep, StepOutcome},
        exemption::Exemptions,
        plan::ProtectedCredential,
        report::{AccountReport, ApprovalOutcome, Report, Status},
        selection::{self, Ineligible, Tag},
    },
};
use rootwarden_report::{
    Document, History, Subject,
    csv::csv,
    document::{ActsThrough, Audited, Places, Scope},
    html::html,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const TEAMS: [&str; 12] = [
    "payments",
    "ledger",
    "search",
    "identity",
    "mobile",
    "data-lake",
    "risk",
    "checkout",
    "billing",
    "platform",
    "support",
    "research",
];
const STAGES: [&str; 4] = ["prod", "staging", "test", "sandbox"];
const UNITS: [&str; 7] = ["Production", "Staging", "Test", "Sandbox", "Security", "Acquired <2025>", "Suspended"];

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let size: u64 = arguments.next().ok_or("how many accounts?")?.parse()?;
    let not_clean: u64 = arguments.next().ok_or("how many that are not clean?")?.parse()?;
    fs::create_dir_all(&folder)?;
    let places = places(size)?;
    let exemptions = Exemptions::parse(
        r#"{"100000000003": "break-glass account, reviewed every quarter",
            "100000000011": {"reason": "migration until spring", "until": "2027-03-31T00:00:00Z"}}"#,
    )?;
    let audits = (0..size).map(|number| Ok((id(number)?, audited(number)?))).collect::<Outcome<BTreeMap<_, _>>>()?;
    let mut history = History::default();
    for night in 3..=22_u64 {
        let report = report(night, size, not_clean)?;
        let at: Timestamp = format!("2026-11-{night:02}T02:00:07Z").parse()?;
        let subject = Subject {
            report: &report,
            scope: Scope::Organization,
            planned_at: at,
            published_at: at,
            acts_through: ActsThrough::Deployment { stack: "rootwarden" },
            history: &history,
            places: &places,
            exemptions: &exemptions,
            audits: &audits,
            missing: &[],
            rests_on: &[],
        };
        let document = Document::of(subject);
        if night == 22 {
            fs::write(folder.join("report.json"), serde_json::to_vec(&document)?)?;
            fs::write(folder.join("report.csv"), csv(&document)?)?;
            fs::write(folder.join("report.html"), html(&document)?)?;
            let alone = Subject { acts_through: ActsThrough::OwnCredentials, ..subject };
            fs::write(folder.join("audit.html"), html(&Document::of(alone))?)?;
        }
        let after = document.remembered(&history, None, rootwarden_report::history::Said::default());
        history = after;
    }
    Ok(())
}

fn id(number: u64) -> Outcome<AccountId> {
    Ok(format!("{:012}", 100_000_000_000 + number).parse()?)
}

fn name(number: u64) -> String {
    let pick = |from: &[&str], by: u64| {
        from.iter().cycle().nth(usize::try_from(by % 97).unwrap_or(0)).map(|it| (*it).to_owned())
    };
    match number {
        // What nobody wishes for, and what somebody will have.
        5 => "</script><script>alert(1)</script>".to_owned(),
        9 => "=HYPERLINK(\"https://example.com\")".to_owned(),
        13 => "right \u{202e}tfel ot".to_owned(),
        17 => "😀".repeat(50),
        21 => "\"quotes\" & <b>brackets</b>, 'and' more".to_owned(),
        _ => format!(
            "{}-{}-{number}",
            pick(&TEAMS, number).unwrap_or_default(),
            pick(&STAGES, number / 7).unwrap_or_default()
        ),
    }
}

fn unit(number: u64) -> Outcome<OrganizationalUnitId> {
    Ok(format!("ou-ab12-{number:08}").parse()?)
}

fn places(size: u64) -> Outcome<Places> {
    let mut places = Places::default();
    for number in 0..size {
        places.units.insert(id(number)?, unit((number * 7919) % 11 % UNITS.len() as u64)?);
    }
    for (number, name) in (0_u64..).zip(UNITS) {
        let name = UnitName { name: name.to_owned(), read_at: "2026-11-01T02:00:00Z".parse()? };
        places.names.insert(unit(number)?, name);
    }
    Ok(places)
}

/// What a night said. Accounts that are not clean are spread over the organization, and come and go.
fn report(night: u64, size: u64, not_clean: u64) -> Outcome<Report> {
    let every = (size / not_clean.max(1)).max(1);
    let mut accounts = BTreeMap::new();
    for number in 0..size {
        let is_clean = number % every != 0 || number / every >= not_clean;
        let status = if is_clean { Status::Clean } else { status(number / every, number, night)? };
        accounts.insert(id(number)?, AccountReport { name: Some(name(number)), status, deleted: vec![] });
    }
    Ok(Report {
        run: format!("nightly-2026-11-{night:02}").parse()?,
        round: 0,
        mode: Mode::Enforce,
        approval: ApprovalOutcome::NotNeeded,
        accounts,
        not_created: vec![],
        pending: vec![],
        unfinished_creations: vec![],
        nobody_selected: None,
        not_in_organization: vec![],
        preflight: vec![Told::from(&Finding::RootSessionsOff)],
        open_recoveries: [(id(7)?, window(7)?)].into(),
        kept_open: BTreeMap::new(),
        begun_at: None,
        audited: vec![],
        scope: selection::Scope::Organization,
        rests_on: Vec::new(),
    })
}

fn window(number: u64) -> Outcome<RecoveryWindow> {
    let account = id(number)?;
    let person = |name: &str| {
        format!("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operators_0123456789abcdef/{name}").parse()
    };
    Ok(RecoveryWindow {
        recovery: format!("recovery-{account}-20261121135800-0123456789abcdef0123456789abcdef").parse()?,
        account,
        requested_by: person("jane@example.com")?,
        approved_by: person("joe@example.com")?,
        reason: serde_json::from_value("the owner's mailbox is gone".into())?,
        ticket: "INC-42".parse()?,
        from: "2026-11-21T14:00:00Z".parse()?,
        until: "2026-11-22T14:00:00Z".parse()?,
        closed: None,
        settled: None,
    })
}

fn status(which: u64, number: u64, night: u64) -> Outcome<Status> {
    let key: RootCredential = RootCredential::AccessKey(format!("AKIAEXAMPLE{number:09}").parse()?);
    // Some are there on some nights alone.
    let turn = (which * 31 + night * 7) % 23;
    Ok(match which % 10 {
        0 => Status::Ineligible(Ineligible::ManagementAccount),
        1 if turn < 9 => Status::Protected { protected: vec![protected(key)], steps: vec![] },
        2 if turn < 6 => Status::Unknown(denied(number)?),
        3 => Status::Exempt {
            reason: "break-glass account, reviewed every quarter".to_owned(),
            inventory: Some(inventory(number)?),
        },
        4 if turn < 4 => Status::Failed {
            failure: denied(number)?,
            steps: vec![DeletionStep {
                credential: RootCredential::LoginProfile,
                outcome: StepOutcome::Failed(denied(number)?),
            }],
        },
        5 if turn < 12 => Status::Protected { protected: vec![protected(key)], steps: vec![] },
        6 => Status::Excluded {
            tag: Tag { key: "rootwarden".to_owned(), value: "keep".to_owned() },
            inventory: inventory(number)?,
        },
        7 if turn < 2 => Status::Found { inventory: inventory(number)?, protected: vec![] },
        8 if turn < 3 => Status::NotApproved { inventory: inventory(number)? },
        _ if turn < 15 => Status::Cleaned {
            steps: vec![
                DeletionStep { credential: key, outcome: StepOutcome::Deleted },
                DeletionStep { credential: RootCredential::LoginProfile, outcome: StepOutcome::Deleted },
            ],
        },
        _ => Status::Clean,
    })
}

fn audited(number: u64) -> Outcome<Audited> {
    let call = |action: &str, after: u64| -> Outcome<Call> {
        Ok(Call {
            action: action.to_owned(),
            at: Timestamp::from_millisecond(1_795_312_800_000 + i64::try_from(number * 5 + after)?)?,
            status: Some(200),
            request_id: Some(format!("8b7c3f2e-{after:04}-4222-8333-{number:012}")),
            retries: 0,
            session: Some(format!("ASIAEXAMPLE{number:09}")),
        })
    };
    Ok(Audited { found: None, calls: vec![call("sts:AssumeRoot", 60)?, call("iam:GetAccountSummary", 125)?] })
}

fn protected(credential: RootCredential) -> ProtectedCredential {
    ProtectedCredential {
        credential,
        reason: "it is active and was used on 2026-11-20, within the last 30 days".to_owned(),
    }
}

fn denied(number: u64) -> Outcome<Failure> {
    Ok(Failure {
        kind: ErrorKind::Denied,
        message: format!(
            "cannot open a root session in account `{}`: AccessDenied: with an explicit deny in a service control policy: a \
             service control policy of the account forbids it: it has to exempt root sessions, see aws:AssumedRoot",
            id(number)?
        ),
        code: Some("AccessDenied".to_owned()),
        request_id: Some("8b7c3f2e-1111-4222-8333-444455556666".to_owned()),
        denied_by: None,
    })
}

fn inventory(number: u64) -> Outcome<Inventory> {
    let at = Some("2021-03-04T05:06:07Z".parse()?);
    Ok(Inventory {
        access_keys: vec![AccessKey {
            id: format!("AKIAEXAMPLE{number:09}").parse()?,
            status: "Active".to_owned(),
            created_at: at,
            last_used: LastUsed::At("2026-11-20T10:11:12Z".parse()?),
        }],
        login_profile: Some(LoginProfile { created_at: at }),
        mfa_devices: vec![MfaDevice {
            serial_number: format!("arn:aws:iam::{}:mfa/root-account-mfa-device", id(number)?).parse()?,
            enabled_at: at,
        }],
        signing_certificates: vec![],
    })
}
