//! The organization of these tests: each kind of account once.

use rootwarden_simulator::{Member, RootCredentials, World};
use rootwarden_tests::{Deployment, MANAGEMENT, Rehearsal};
use serde_json::{Value, json};

pub const CLEAN: &str = "200000000001";
pub const KEYS: &str = "200000000002";
pub const CERTIFICATE: &str = "200000000003";
pub const PASSWORD: &str = "200000000004";
pub const EVERYTHING: &str = "200000000005";
pub const SUSPENDED: &str = "200000000006";
pub const EXEMPT: &str = "200000000007";

pub const DIRTY: [&str; 4] = [KEYS, CERTIFICATE, PASSWORD, EVERYTHING];

pub const EXEMPTIONS: &str = r#"{"200000000007": "break-glass account"}"#;

/// A member with every kind of root credential.
pub fn with_everything(id: &str) -> Member {
    Member::new(id)
        .access_key(format!("AKIA{id}0001"))
        .access_key_used(format!("AKIA{id}0002"), "2025-06-01T00:00:00Z")
        .signing_certificate(format!("CERTIFICATE{id}000001"))
        .password()
        .mfa_device(format!("arn:aws:iam::{id}:mfa/root-account-mfa-device"))
        .mfa_device(format!("arn:aws:iam::{id}:u2f/root/key-EXAMPLE"))
}

pub fn world() -> World {
    World::new(MANAGEMENT)
        .member(Member::new(CLEAN))
        .member(Member::new(KEYS).access_key("AKIAROOTKEY000000001").access_key("AKIAROOTKEY000000002"))
        .member(Member::new(CERTIFICATE).signing_certificate("CERTIFICATE0000000000001"))
        .member(Member::new(PASSWORD).password().mfa_device("GAHT12345678"))
        .member(with_everything(EVERYTHING))
        .member(with_everything(SUSPENDED).state("SUSPENDED"))
        .member(with_everything(EXEMPT))
}

pub fn rehearsal() -> Rehearsal {
    rehearsal_of(world())
}

pub fn rehearsal_of(world: World) -> Rehearsal {
    Rehearsal::deployed(world, &Deployment { exempt_accounts: EXEMPTIONS, ..Deployment::default() })
}

pub fn enforce_all() -> Value {
    json!({"selection": "all", "mode": "enforce"})
}

pub fn enforce(accounts: &[&str]) -> Value {
    json!({"selection": {"accounts": accounts}, "mode": "enforce"})
}

pub fn root_of(rehearsal: &Rehearsal, account: &str) -> RootCredentials {
    rehearsal.simulator.world().account(account).unwrap().root.clone()
}

pub fn is_clean(rehearsal: &Rehearsal, account: &str) -> bool {
    root_of(rehearsal, account).is_clean()
}

/// Every account's root credentials, to compare before and after.
pub fn all_roots(rehearsal: &Rehearsal) -> Vec<(String, RootCredentials)> {
    let world = rehearsal.simulator.world();
    [CLEAN, KEYS, CERTIFICATE, PASSWORD, EVERYTHING, SUSPENDED, EXEMPT]
        .into_iter()
        .filter_map(|id| world.account(id).map(|account| (id.to_owned(), account.root.clone())))
        .collect()
}
