//! The commands of a report: those of the command line, for a deployment and without one.

use rootwarden_domain::{Mode, run::report::Status};

use super::fixtures::{Told, each_status, failure, inventory, report};
use crate::{
    document::{ACCOUNTS_IN_A_COMMAND, ActsThrough, StatusName},
    html::html,
};

fn commands_of(told: &Told) -> Vec<(StatusName, Option<String>)> {
    let document = told.document();
    document.tasks.iter().map(|task| (task.status, task.command.clone())).collect()
}

fn one_of_each(through: ActsThrough<'static>, mode: Mode) -> Told {
    let mut told = Told::full();
    told.acts_through = through;
    told.report.mode = mode;
    told
}

#[test]
fn a_deployments_commands_name_its_stack_where_it_is_not_the_one_that_is_looked_for() {
    for (stack, named) in [("rootwarden", ""), ("security-root", " --stack security-root")] {
        let told = one_of_each(ActsThrough::Deployment { stack }, Mode::Enforce);
        let run = |account: u64| Some(format!("rootwarden run {account:012} --mode enforce --reason WHY{named}"));
        assert_eq!(
            commands_of(&told),
            [
                (StatusName::Failed, run(6)),
                (StatusName::Unknown, run(5)),
                (StatusName::NotApproved, run(9)),
                (StatusName::Protected, None),
                (StatusName::Paused, Some(format!("rootwarden resume --reason WHY{named}"))),
                (StatusName::Found, run(2)),
            ]
        );
        let document = told.document();
        let protected = document.accounts.iter().find(|account| account.status == StatusName::Protected).unwrap();
        assert_eq!(
            protected.next.as_ref().unwrap().command,
            Some(format!(
                "rootwarden release-key 000000000004 AKIAIOSFODNN7EXAMPLE --reason WHY --ticket TICKET{named}"
            ))
        );
        assert_eq!(
            document.kept_open[0].next.command,
            Some(format!("rootwarden recovery end 000000000002 --request --reason WHY --ticket TICKET{named}"))
        );
    }
}

#[test]
fn a_run_that_only_reports_looks_again_without_deleting() {
    let told = one_of_each(ActsThrough::Deployment { stack: "rootwarden" }, Mode::Report);
    let commands = commands_of(&told);
    let unknown = commands.iter().find(|(status, _)| *status == StatusName::Unknown).unwrap();
    assert_eq!(unknown.1.as_deref(), Some("rootwarden run 000000000005 --reason WHY"));
}

#[test]
fn without_a_deployment_people_act_with_their_own_credentials() {
    let told = one_of_each(ActsThrough::OwnCredentials, Mode::Report);
    let document = told.document();
    let commands = document.tasks.iter().filter_map(|task| task.command.as_deref());
    let steps = document.accounts.iter().filter_map(|account| account.next.as_ref()?.command.as_deref());
    let all: Vec<&str> = commands.chain(steps).collect();
    assert!(all.contains(&"rootwarden delete 000000000002") && all.contains(&"rootwarden audit 000000000005"));
    let alone = |command: &&str| {
        ["rootwarden audit ", "rootwarden delete "].iter().any(|begins| command.starts_with(begins))
            && !command.contains("--")
    };
    assert!(all.iter().all(alone), "{all:?}");
    assert_eq!(document.kept_open[0].next.command, None);
    let said: Vec<&str> = document.tasks.iter().map(|task| task.what.as_str()).collect();
    assert!(!said.iter().any(|said| said.contains("deploy") || said.contains("release")), "{said:?}");
}

#[test]
fn a_command_names_the_first_accounts_and_the_page_says_of_how_many() {
    let many = |count: u64| {
        Told::of(report("nightly-2026-11-22", (1..=count).map(|id| (id, None, Status::Unknown(failure())))))
    };
    let told = many(1234);
    let command = commands_of(&told).remove(0).1.unwrap();
    let named = command.split(' ').filter(|word| word.len() == 12 && word.parse::<u64>().is_ok()).count();
    assert_eq!(named, ACCOUNTS_IN_A_COMMAND);
    assert!(html(&told.document()).unwrap().contains("It names the first 20 of 1,234 accounts."));
    assert!(!html(&many(20).document()).unwrap().contains("It names the first"));
}

#[test]
fn every_finding_has_something_to_do_and_where_a_command_helps_it_is_there() {
    for through in [ActsThrough::Deployment { stack: "rootwarden" }, ActsThrough::OwnCredentials] {
        let told = one_of_each(through, Mode::Enforce);
        for account in &told.document().accounts {
            assert_eq!(account.next.is_some(), account.status.is_finding(), "{account:?}");
        }
    }
    assert_eq!(each_status().len(), StatusName::ALL.len());
    assert!(!inventory().access_keys.is_empty());
}
