//! The main job: what is there goes, and nothing else changes.

use rootwarden_simulator::{Member, World};
use rootwarden_tests::{Deployment, MANAGEMENT, RUN, Rehearsal, is_batch_outcome, is_pin};
use serde_json::{Value, json};

use crate::organization::*;

#[tokio::test(start_paused = true)]
async fn deletes_every_root_credential_of_every_active_member_that_is_not_exempt() {
    let rehearsal = rehearsal();
    let before = rehearsal.simulator.world();
    let finished = rehearsal.run(enforce_all()).await.unwrap();

    for account in DIRTY {
        assert!(is_clean(&rehearsal, account), "{account}");
        assert!(finished.status(account)["cleaned"].is_object(), "{}", finished.status(account));
    }
    // Nothing else has changed: with the credentials put back, the world is the one from before.
    let mut after = rehearsal.simulator.world();
    for account in DIRTY {
        let root = before.account(account).unwrap().root.clone();
        after.accounts.get_mut(account).unwrap().root = root;
    }
    assert_eq!(after.accounts, before.accounts);
    assert_eq!(finished.output["secured"], true);
    assert_eq!(finished.rounds, 1);
}

#[tokio::test(start_paused = true)]
async fn touches_neither_the_management_account_nor_a_suspended_one() {
    let rehearsal = rehearsal();
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(rehearsal.calls_in(MANAGEMENT), Vec::<String>::new());
    assert_eq!(rehearsal.calls_in(SUSPENDED), Vec::<String>::new());
    assert_eq!(finished.status(MANAGEMENT), json!({"ineligible": "management_account"}));
    assert_eq!(finished.status(SUSPENDED), json!({"ineligible": {"not_active": "SUSPENDED"}}));
}

#[tokio::test(start_paused = true)]
async fn audits_an_exempt_account_and_leaves_it_untouched() {
    let rehearsal = rehearsal();
    let before = root_of(&rehearsal, EXEMPT);
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(root_of(&rehearsal, EXEMPT), before);
    assert!(rehearsal.calls_in(EXEMPT).contains(&"iam:GetAccountSummary".to_owned()));
    assert!(
        rehearsal.calls_in(EXEMPT).iter().all(|action| !action.contains("Delete") && !action.contains("Deactivate"))
    );
    assert_eq!(finished.status(EXEMPT)["exempt"]["reason"], "break-glass account");
}

#[tokio::test(start_paused = true)]
async fn a_clean_account_costs_two_calls() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(rehearsal.calls_in(CLEAN), ["sts:AssumeRoot", "iam:GetAccountSummary"]);
}

#[tokio::test(start_paused = true)]
async fn a_dirty_account_costs_one_session_to_read_and_one_to_delete() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce_all()).await.unwrap();
    for account in DIRTY {
        let sessions = rehearsal.calls_in(account).iter().filter(|action| *action == "sts:AssumeRoot").count();
        assert_eq!(sessions, 2, "{account}");
    }
}

#[tokio::test(start_paused = true)]
async fn sts_stays_regional() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce_all()).await.unwrap();
    let hosts: Vec<String> = rehearsal
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.action == "sts:AssumeRoot")
        .map(|call| call.host)
        .collect();
    assert!(!hosts.is_empty());
    assert!(hosts.iter().all(|host| host == "sts.us-east-1.amazonaws.com"), "{hosts:?}");
}

#[tokio::test(start_paused = true)]
async fn deletes_mfa_last_and_only_after_the_password_is_seen_gone() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce(&[EVERYTHING])).await.unwrap();
    let calls = rehearsal.calls_in(EVERYTHING);
    let last = |wanted: &str| calls.iter().rposition(|action| action == wanted).unwrap();
    let first = |wanted: &str| calls.iter().position(|action| action == wanted).unwrap();
    assert!(last("iam:DeleteSigningCertificate") < first("iam:DeleteAccessKey"), "{calls:?}");
    assert!(last("iam:DeleteAccessKey") < first("iam:DeleteLoginProfile"), "{calls:?}");
    let (password, mfa) = (last("iam:DeleteLoginProfile"), first("iam:DeactivateMFADevice"));
    assert!(calls[password..mfa].contains(&"iam:GetLoginProfile".to_owned()), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn reads_every_page_of_every_list() {
    let mut world = World::new(MANAGEMENT);
    for number in 0..130_u64 {
        world = world.member(Member::new(format!("{}", 300_000_000_000 + number)));
    }
    world = world.member(with_everything(EVERYTHING));
    world.iam_page_size = 1;
    let rehearsal = rehearsal_of(world);
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert!(is_clean(&rehearsal, EVERYTHING));
    assert_eq!(finished.report.counts().clean, 130);
    assert_eq!(finished.report.counts().cleaned, 1);
    assert_eq!(rehearsal.count("organizations:ListAccounts"), 7, "132 accounts, 20 a page");
}

#[tokio::test(start_paused = true)]
async fn a_second_run_finds_everything_clean_and_deletes_nothing() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce_all()).await.unwrap();
    let after_one = rehearsal.simulator.world();
    let deletions = rehearsal.count("iam:DeleteAccessKey");
    let second = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(rehearsal.simulator.world().accounts, after_one.accounts);
    assert_eq!(rehearsal.count("iam:DeleteAccessKey"), deletions);
    assert_eq!(second.status(EVERYTHING), json!("clean"));
}

#[tokio::test(start_paused = true)]
async fn a_listed_account_outside_the_organization_is_left_out_and_not_called() {
    let rehearsal = rehearsal();
    let finished = rehearsal.run(enforce(&["999999999999", CLEAN, MANAGEMENT, SUSPENDED])).await.unwrap();
    assert_eq!(finished.status("999999999999"), json!({"ineligible": "not_in_organization"}));
    for account in ["999999999999", MANAGEMENT, SUSPENDED] {
        assert_eq!(rehearsal.calls_in(account), Vec::<String>::new(), "{account}");
    }
    assert_eq!(finished.status(CLEAN), json!("clean"));
}

#[tokio::test(start_paused = true)]
async fn a_long_list_of_accounts_is_looked_up_in_one_listing() {
    let mut world = world();
    let many: Vec<String> = (0..60_u64).map(|number| format!("{}", 300_000_000_000 + number)).collect();
    for id in &many {
        world = world.member(Member::new(id.as_str()));
    }
    let rehearsal = rehearsal_of(world);
    let finished = rehearsal.run(json!({"selection": {"accounts": many}, "mode": "enforce"})).await.unwrap();
    assert_eq!(rehearsal.count("organizations:DescribeAccount"), 0);
    assert_eq!(finished.report.counts().clean, 60);
    assert_eq!(finished.report.accounts.len(), 60, "only what was asked for");
}

#[tokio::test(start_paused = true)]
async fn a_recently_used_access_key_is_held_back_and_the_rest_goes() {
    let member = Member::new(KEYS)
        .access_key_used("AKIAINUSE00000000001", "2026-11-20T00:00:00Z")
        .access_key("AKIAUNUSED0000000001")
        .password();
    let rehearsal = rehearsal_of(World::new(MANAGEMENT).member(member));
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    let root = root_of(&rehearsal, KEYS);
    assert_eq!(root.access_keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["AKIAINUSE00000000001"]);
    assert!(root.password.is_none());
    assert!(finished.status(KEYS)["protected"].is_object(), "{}", finished.status(KEYS));
    assert_eq!(finished.output["secured"], false, "a person has to look");
}

#[tokio::test(start_paused = true)]
async fn a_report_deployment_tells_of_credentials_and_deletes_none() {
    let rehearsal = Rehearsal::deployed(
        world(),
        &Deployment { mode: "report", exempt_accounts: EXEMPTIONS, ..Deployment::default() },
    );
    let before = all_roots(&rehearsal);
    let finished = rehearsal.run(json!({"selection": "all"})).await.unwrap();
    assert_eq!(all_roots(&rehearsal), before);
    assert!(finished.status(EVERYTHING)["found"].is_object());
    assert_eq!(finished.report.counts().found, 4);
    assert!(rehearsal.simulator.calls().iter().all(|call| !call.action.starts_with("iam:De")));
}

#[tokio::test(start_paused = true)]
async fn a_run_may_be_weaker_than_its_deployment() {
    let rehearsal = rehearsal();
    let before = all_roots(&rehearsal);
    rehearsal.run(json!({"selection": "all"})).await.unwrap();
    assert_eq!(all_roots(&rehearsal), before, "no mode means report");
}

#[tokio::test(start_paused = true)]
async fn what_goes_from_function_to_function_is_pinned() {
    let rehearsal = rehearsal();
    let round = rehearsal.round(0, &enforce_all(), &Value::Null).await.unwrap();
    for pin in [&round.listed.selection(), &round.plan["plan"], &round.report["report"]] {
        assert!(is_pin(pin), "{pin}");
        assert!(pin["key"].as_str().unwrap().starts_with(&format!("runs/{RUN}/")));
    }
    assert!(round.listed.audits.iter().flatten().chain(&round.deletions).all(is_batch_outcome));
}
