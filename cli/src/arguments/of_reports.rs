//! Every command that a report can name is one that this command line takes.

use std::collections::BTreeMap;

use clap::Parser;
use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, ErrorKind, Failure, Inventory, Mode, RootCredential,
    run::{
        exemption::Exemptions,
        plan::ProtectedCredential,
        report::{AccountReport, ApprovalOutcome, KeptOpen, Report, Status},
        selection::Scope,
    },
};
use rootwarden_report::{
    Document, History, Subject,
    document::{ActsThrough, Places},
};

use super::{Arguments, Command, DeploymentCommand, StackName};

fn failure() -> Failure {
    Failure::new(ErrorKind::Denied, "denied")
}

/// Thirty accounts of each status that needs a person, and one that is kept open.
fn report(mode: Mode) -> Report {
    let key = RootCredential::AccessKey("AKIAIOSFODNN7EXAMPLE".parse().unwrap());
    let protected = ProtectedCredential { credential: key, reason: "it was used yesterday".into() };
    let statuses = [
        Status::Failed { failure: failure(), steps: vec![] },
        Status::Unknown(failure()),
        Status::NotApproved { inventory: Inventory::default() },
        Status::Protected { protected: vec![protected], steps: vec![] },
        Status::Paused { reason: "incident".into() },
        Status::Found { inventory: Inventory::default(), protected: vec![] },
    ];
    let accounts = (0_u64..180).zip(statuses.iter().cycle()).map(|(number, status)| {
        let id: AccountId = format!("{number:012}").parse().unwrap();
        (id, AccountReport { name: None, status: status.clone(), deleted: vec![] })
    });
    let kept_open: KeptOpen = serde_json::from_value(serde_json::json!({
        "recovery": "recovery-000000000001-20261121135800-0123456789abcdef0123456789abcdef",
        "requested_by": "arn:aws:iam::111122223333:user/jane",
        "ended_at": "2026-11-22T02:00:00Z",
        "because": "it is exempt",
    }))
    .unwrap();
    Report {
        run: "nightly-2026-11-22".parse().unwrap(),
        round: 0,
        mode,
        approval: ApprovalOutcome::NotNeeded,
        accounts: accounts.collect(),
        not_created: vec![],
        pending: vec![],
        unfinished_creations: vec![],
        nobody_selected: None,
        not_in_organization: vec![],
        preflight: vec![],
        open_recoveries: BTreeMap::new(),
        kept_open: [("000000000001".parse().unwrap(), kept_open)].into(),
        scope: Scope::Organization,
        begun_at: None,
        audited: vec![],
        rests_on: vec![],
    }
}

/// Every command of a report, once.
fn commands(through: ActsThrough<'_>, mode: Mode) -> Vec<String> {
    let (report, history, places, exemptions) =
        (report(mode), History::default(), Places::default(), Exemptions::default());
    let audits = BTreeMap::new();
    let now: Timestamp = "2026-11-22T02:00:00Z".parse().unwrap();
    let document = Document::of(Subject {
        report: &report,
        scope: report.scope.into(),
        planned_at: now,
        published_at: now,
        acts_through: through,
        history: &history,
        places: &places,
        exemptions: &exemptions,
        audits: &audits,
        missing: &[],
        rests_on: &[],
    });
    let of_accounts = document.accounts.iter().filter_map(|account| account.next.as_ref());
    let steps = of_accounts.chain(document.kept_open.iter().map(|open| &open.next));
    let mut all: Vec<String> = steps.filter_map(|next| next.command.clone()).collect();
    all.extend(document.tasks.iter().filter_map(|task| task.command.clone()));
    all.sort();
    all.dedup();
    all
}

#[test]
fn every_command_that_a_report_names_is_taken() {
    for mode in [Mode::Report, Mode::Enforce] {
        for stack in ["rootwarden", "security-root"] {
            let commands = commands(ActsThrough::Deployment { stack }, mode);
            let named = stack.parse::<StackName>().ok().filter(|_| stack != "rootwarden");
            for command in &commands {
                let arguments =
                    Arguments::try_parse_from(command.split(' ')).unwrap_or_else(|why| panic!("{command}: {why}"));
                assert!(matches!(arguments.command, Command::Deployment(_) | Command::Recovery(_)), "{command}");
                assert_eq!(arguments.access.stack, named, "{command}");
            }
            // A run for each account, and one for each status; releases, the pause, and the window.
            let count = |begins: &str| commands.iter().filter(|command| command.starts_with(begins)).count();
            assert_eq!(count("rootwarden run "), 4 * 30 + 4, "{commands:?}");
            assert_eq!((count("rootwarden release-key "), count("rootwarden resume ")), (30, 1));
            assert_eq!(commands.len(), 4 * 30 + 4 + 30 + 1 + 1);
        }
    }
}

#[test]
fn a_command_of_a_report_does_what_is_said_beside_it() {
    let parsed = |mode, begins: &str| {
        let commands = commands(ActsThrough::Deployment { stack: "rootwarden" }, mode);
        let found = commands.into_iter().find(|command| command.starts_with(begins)).unwrap();
        Arguments::try_parse_from(found.split(' ')).unwrap().command
    };
    // Account 5 was found with root credentials, account 1 is unknown.
    for (mode, account, deletes) in [
        (Mode::Report, "000000000005", Mode::Enforce),
        (Mode::Report, "000000000001", Mode::Report),
        (Mode::Enforce, "000000000001", Mode::Enforce),
    ] {
        let Command::Deployment(DeploymentCommand::Run(run)) = parsed(mode, &format!("rootwarden run {account} --"))
        else {
            panic!("no run of {account}")
        };
        assert_eq!(run.mode.mode(), deletes, "{account}");
        assert_eq!(run.selection.accounts, [account.parse().unwrap()]);
    }
}

#[test]
fn without_a_deployment_every_command_is_one_for_oneself() {
    let commands = commands(ActsThrough::OwnCredentials, Mode::Report);
    for command in &commands {
        let arguments = Arguments::try_parse_from(command.split(' ')).unwrap_or_else(|why| panic!("{command}: {why}"));
        assert!(matches!(arguments.command, Command::Audit(_) | Command::Delete(_)), "{command}");
    }
    assert!(commands.len() > 100);
}
