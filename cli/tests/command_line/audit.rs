//! `audit` on the simulated organization.

use rootwarden_simulator::{Member, World};
use serde_json::{Value, json};

use crate::support::{
    BUSY, CLEAN, EVERYTHING, KEYS, MANAGEMENT, Organization, SUSPENDED, busy, snapshot, steady, world,
};

#[test]
fn lists_every_root_credential_and_changes_nothing() {
    let organization = Organization::new(world());
    let before = organization.world();
    for (format, file) in [("table", "audit.txt"), ("json", "audit.json"), ("csv", "audit.csv")] {
        let ran = organization.run(&["audit", "--output", format]).ends_with(1);
        snapshot(file, &steady(&ran.out));
        assert_eq!(ran.err, "5 accounts: 1 clean, 2 with root credentials, 2 ineligible\n");
    }
    assert_eq!(organization.world(), before);
    assert_eq!(organization.changes(), Vec::<String>::new());
    assert!(organization.calls_in(SUSPENDED).is_empty());
    assert!(organization.calls_in(MANAGEMENT).iter().all(|action| !action.contains("AssumeRoot")));
    let all = organization.run(&["audit", "--all"]).ends_with(1);
    snapshot("audit-all.txt", &steady(&all.out));
}

#[test]
fn one_account_is_one_account() {
    let organization = Organization::new(world());
    let ran = organization.run(&["audit", CLEAN]).ends_with(0);
    assert_eq!(ran.err, "1 account: 1 clean\n");
}

#[test]
fn an_id_keeps_its_zeros_in_a_spreadsheet() {
    let account = "000000000042";
    let organization = Organization::new(World::new(MANAGEMENT).member(Member::new(account).name("=1+1").password()));
    let csv = organization.run(&["audit", account, "--output", "csv"]).ends_with(1).out;
    assert_eq!(csv.lines().nth(1), Some("0000-0000-0042,'=1+1,found,,login_profile,,,2025-01-01T00:00:00Z,,,"));
    assert!(csv.ends_with("\r\n"));
    let plan = organization.run(&["delete", account, "--plan-out", "plan.json", "--output", "csv"]).ends_with(1).out;
    let line = "0000-0000-0042,'=1+1,delete,login_profile,,,2025-01-01T00:00:00Z,,,no rule keeps it";
    assert_eq!(plan.lines().nth(1), Some(line));
}

#[test]
fn a_clean_account_costs_exactly_two_calls() {
    let organization = Organization::new(World::new(MANAGEMENT).member(Member::new(CLEAN)).member(Member::new(KEYS)));
    organization.run(&["audit"]).ends_with(0);
    for account in [CLEAN, KEYS] {
        assert_eq!(organization.calls_in(account), ["sts:AssumeRoot", "iam:GetAccountSummary"]);
    }
    let others = organization.calls().len() - 4;
    assert_eq!(others, 4, "who am I, the organization, its features, one page of the list");
}

#[test]
fn exempt_and_protected_accounts_alone_are_well() {
    let members = World::new(MANAGEMENT).member(busy()).member(Member::new(KEYS).access_key("AKIAROOTKEY000000001"));
    let organization = Organization::new(members);
    std::fs::write(organization.home.join("exempt.json"), format!(r#"{{"{KEYS}": "break-glass"}}"#)).unwrap();
    let ran = organization.run(&["audit", "--exempt", "exempt.json", "--output", "json"]).ends_with(0);
    assert_eq!(ran.account(KEYS)["status"], "exempt");
    assert_eq!(ran.account(KEYS)["reason"], "break-glass");
    assert_eq!(ran.account(BUSY)["status"], "protected");
    assert!(ran.account(BUSY)["credentials"][0]["note"].as_str().unwrap().starts_with("protected: used "));
    assert_eq!(organization.run(&["audit", "--protect-keys-used-within-days", "0"]).code, Some(1));
}

#[test]
fn exit_zero_is_for_what_was_found_and_not_for_what_is_unknown() {
    let organization = Organization::new(world());
    organization.run(&["audit", "--exit-zero"]).ends_with(0);
    organization
        .inject(json!([{"on": "iam:GetAccountSummary", "account": CLEAN, "times": "always", "effect": "denied"}]));
    organization.run(&["audit", "--exit-zero"]).ends_with(3);
}

#[test]
fn i2_nothing_is_called_clean_that_was_not_read() {
    for (action, effect) in [
        ("sts:AssumeRoot", json!("denied")),
        ("sts:AssumeRoot", json!("throttle")),
        ("iam:GetAccountSummary", json!("internal_error")),
        ("iam:GetAccountSummary", json!("connection_reset")),
        ("iam:GetAccountSummary", json!({"error": {"code": "AccessDenied", "status": 403, "message": "no"}})),
        (
            "iam:GetAccountSummary",
            json!({"answer": {"status": 200, "content_type": "text/html", "body": "<p>sign in"}}),
        ),
    ] {
        let organization = Organization::new(world());
        organization.inject(json!([{"on": action, "account": CLEAN, "times": "always", "effect": effect}]));
        let ran = organization.run(&["audit", "--output", "json"]).ends_with(3);
        assert_eq!(ran.account(CLEAN)["status"], "unknown", "{action} {effect}: {ran:#?}");
        let reason = ran.account(CLEAN)["reason"].as_str().unwrap().to_owned();
        assert!(!reason.is_empty() && !reason.contains("function"), "{reason}");
        assert_eq!(ran.account(KEYS)["status"], "found", "one broken account stops no other");
        assert!(ran.err.contains("say the same again to look at what is unknown once more"), "{ran:#?}");
    }
}

#[test]
fn takes_the_accounts_and_units_that_are_asked_for() {
    let (inside, outside) = (Member::new(KEYS).organizational_unit("ou-ab12-11111111"), Member::new(CLEAN));
    let organization = Organization::new(World::new(MANAGEMENT).member(inside).member(outside));
    let listed = |ran: &crate::support::Ran| -> Vec<String> {
        let accounts = ran.json()["accounts"].as_array().unwrap().clone();
        accounts
            .iter()
            .map(|one| format!("{} {}", one["account"].as_str().unwrap(), one["status"].as_str().unwrap()))
            .collect()
    };
    let by_unit = organization.run(&["audit", "--ou", "ou-ab12-11111111", "--output", "json"]).ends_with(0);
    assert!(listed(&by_unit).contains(&format!("{KEYS} clean")) && by_unit.account(CLEAN).is_null(), "{by_unit:#?}");
    let by_id = organization.run(&["audit", CLEAN, "--output", "json"]).ends_with(0);
    assert_eq!(listed(&by_id), [format!("{CLEAN} clean")]);
    let but = organization.run(&["audit", "--exclude", CLEAN, "--output", "json"]).ends_with(0);
    assert_eq!(but.account(CLEAN)["status"], "ineligible");
    let missing = organization.run(&["audit", "999900000001", CLEAN]).ends_with(3);
    assert!(missing.err.contains("account 999900000001 is not in the organization"), "{missing:#?}");
    let no_unit = organization.run(&["audit", "--ou", "ou-ab12-99999999"]).ends_with(2);
    assert!(no_unit.err.contains("`ou-ab12-99999999`"), "{no_unit:#?}");
}

#[test]
fn a_denied_list_ends_it_and_half_a_list_is_none() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "organizations:ListAccounts", "times": "always", "effect": "denied"}]));
    let ran = organization.run(&["audit"]).ends_with(2);
    assert!(ran.out.is_empty() && ran.err.contains("cannot list the accounts of the organization"), "{ran:#?}");
    let many: Vec<Value> = (1..=45).map(|n| json!({"id": format!("4444000000{n:02}")})).collect();
    let organization =
        Organization::new(serde_json::from_value(json!({"management_account": MANAGEMENT, "accounts": many})).unwrap());
    let fault = json!({"error": {"code": "SomethingNew", "status": 400, "message": "no"}});
    organization.inject(json!([{"on": "organizations:ListAccounts", "nth": 2, "times": "always", "effect": fault}]));
    let ran = organization.run(&["audit"]).ends_with(3);
    assert!(ran.out.is_empty(), "{ran:#?}");
}

#[test]
fn a_hostile_name_changes_neither_the_screen_nor_a_spreadsheet() {
    let organization = Organization::new(
        World::new(MANAGEMENT).member(Member::new(EVERYTHING).name("=cmd|'/c calc'!A0\u{1b}[2J\u{202e}").password()),
    );
    let table = organization.run(&["audit"]).ends_with(1);
    assert!(!table.out.contains('\u{1b}') && !table.out.contains('\u{202e}'), "{table:#?}");
    let csv = organization.run(&["audit", "--output", "csv"]).ends_with(1);
    assert!(csv.out.contains("'=cmd|") && !csv.out.contains(",=cmd"), "{csv:#?}");
}

#[test]
fn more_pages_than_one_are_read() {
    let accounts: Vec<Value> = (1..=250).map(|n| json!({"id": format!("444400000{n:03}")})).collect();
    let organization = Organization::new(
        serde_json::from_value(json!({"management_account": MANAGEMENT, "accounts": accounts, "limits": "published"}))
            .unwrap(),
    );
    let ran = organization.run(&["audit"]).ends_with(0);
    assert_eq!(ran.err, "251 accounts: 250 clean, 1 ineligible\n");
    let throttled = organization
        .calls()
        .iter()
        .filter(|call| call["result"].as_str().unwrap_or_default().contains("hrottl"))
        .count();
    assert_eq!(throttled, 0, "it keeps to the published rates");
}
