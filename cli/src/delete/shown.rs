//! A plan, as somebody reads it before they say yes: what is deleted and what is kept, credential by credential, and why.

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, Candidate, Inventory, RootCredential, Sha256,
    run::plan::{
        AccountFinding, DeletionPlan, KeyRules, OtherAccount, PlannedAccount, ProtectedCredential, ReleasedKeys,
    },
    text::line::on_one_line,
};
use serde::Serialize;

use crate::{
    arguments::Format,
    context::Context,
    exit::Ended,
    output::{
        CREDENTIAL, CredentialRow, cells_of, column_table, counted, csv, fitted, json, of_credential, of_inventory,
    },
    terminal,
};

/// What a plan deletes, and what it keeps.
#[derive(Debug, Serialize)]
pub struct Shown {
    plan_sha256: Option<Sha256>,
    /// Accounts in which something is deleted.
    account_count: usize,
    /// Credentials that are deleted.
    credential_count: usize,
    accounts: Vec<ShownAccount>,
}

#[derive(Debug, Serialize)]
struct ShownAccount {
    account: AccountId,
    name: String,
    credentials: Vec<ShownCredential>,
}

/// A credential whose note says why it is planned so.
#[derive(Debug, Serialize)]
struct ShownCredential {
    plan: Planned,
    #[serde(flatten)]
    row: CredentialRow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Planned {
    Delete,
    Keep,
}

impl Planned {
    fn word(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Keep => "keep",
        }
    }
}

impl Shown {
    /// `days`: keys that were used within so many days are protected.
    pub fn of(plan: &DeletionPlan, days: u16, now: Timestamp) -> Self {
        let is_recovered = |account: AccountId| plan.ended_recoveries.contains_key(&account);
        let planned = plan.accounts().map(|planned| of_planned(planned, days, is_recovered(planned.account.id), now));
        let kept = plan.others.iter().filter_map(|other| of_other(other, now));
        let mut accounts: Vec<ShownAccount> = planned.chain(kept).collect();
        accounts.sort_by_key(|account| account.account);
        let all = accounts.iter().flat_map(|account| &account.credentials);
        let credential_count = all.filter(|credential| credential.plan == Planned::Delete).count();
        Self { plan_sha256: None, account_count: plan.account_count(), credential_count, accounts }
    }

    /// Shows it as the result of the command.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn say(mut self, hash: Option<Sha256>, context: &Context) -> Result<(), Ended> {
        self.plan_sha256 = hash;
        let text = match context.terminal.format() {
            Format::Table => {
                let hash = hash.map(|hash| format!("plan SHA-256: {hash}\n")).unwrap_or_default();
                format!("{}{hash}", self.text(context.terminal.is_coloured()))
            }
            Format::Json => json(&self)?,
            Format::Csv => self.csv()?,
        };
        terminal::say(&text)
    }

    /// Shows it beside the result, to whoever is asked.
    pub fn note(&self) {
        terminal::note(self.text(false).trim_end());
    }

    fn text(&self, is_coloured: bool) -> String {
        let header = ["account", "name", "plan", "credential", "age", "last used", "note"];
        let mut table = column_table(&header, is_coloured);
        for ShownAccount { account, name, credentials } in &self.accounts {
            for (number, ShownCredential { plan, row }) in credentials.iter().enumerate() {
                let (id, name) = if number == 0 { (account.to_string(), name.clone()) } else { Default::default() };
                let first = [id, name, plan.word().to_owned()].map(comfy_table::Cell::new);
                table.add_row(first.into_iter().chain(cells_of(row)));
            }
        }
        let mut text = if self.accounts.is_empty() { String::new() } else { fitted(table, is_coloured) };
        let all: usize = self.accounts.iter().map(|account| account.credentials.len()).sum();
        let kept = all - self.credential_count;
        let counts = if self.credential_count == 0 {
            format!("nothing is to be deleted, {} to be kept\n", counted(kept, "root credential"))
        } else {
            let credentials = counted(self.credential_count, "root credential");
            let accounts = counted(self.account_count, "account");
            format!("{credentials} in {accounts} to be deleted, {kept} to be kept\n")
        };
        text += &counts;
        text
    }

    fn csv(&self) -> Result<String, Ended> {
        let record = |account: &ShownAccount, credential: &ShownCredential| {
            let mut record = vec![account.account.to_string(), account.name.clone(), credential.plan.word().to_owned()];
            record.extend(of_credential(&credential.row));
            record
        };
        let records =
            self.accounts.iter().flat_map(|account| account.credentials.iter().map(move |one| record(account, one)));
        csv(["account", "name", "plan"].into_iter().chain(CREDENTIAL), records)
    }
}

fn of_planned(planned: &PlannedAccount, days: u16, is_recovered: bool, now: Timestamp) -> ShownAccount {
    let PlannedAccount { account, delete, protected, inventory } = planned;
    let rules =
        KeyRules { protect_used_within_days: if is_recovered { 0 } else { days }, released: &ReleasedKeys::new() };
    // The rule may be a stricter one than that of the plan: a key that it protects is left alone.
    let in_use = inventory.access_keys.iter().filter_map(|key| rules.protection(account.id, key, now));
    let held: Vec<ProtectedCredential> = protected.iter().cloned().chain(in_use).collect();
    of_account(account, inventory, now, |row| {
        let is = |credential: &RootCredential| row.is(credential);
        match held.iter().find(|held| is(&held.credential)) {
            Some(held) => (Planned::Keep, format!("protected: {}", held.reason)),
            None if delete.iter().any(is) => (Planned::Delete, why_deleted(row, days, is_recovered)),
            None => (Planned::Keep, "not in the plan".to_owned()),
        }
    })
}

/// An account that has root credentials, all of which are kept.
fn of_other(other: &OtherAccount, now: Timestamp) -> Option<ShownAccount> {
    let OtherAccount { account, finding } = other;
    let keep = |inventory: &Inventory, why: &dyn Fn(&CredentialRow) -> String| {
        Some(of_account(account, inventory, now, |row| (Planned::Keep, why(row))))
    };
    match finding {
        AccountFinding::Exempt { reason, inventory } => keep(inventory, &|_| format!("exempt: {reason}")),
        AccountFinding::Excluded { tag, inventory } => keep(inventory, &|_| format!("excluded: tag `{}`", tag.key)),
        AccountFinding::Protected { protected, inventory } => keep(inventory, &|row| {
            let held = protected.iter().find(|ProtectedCredential { credential, reason: _ }| row.is(credential));
            held.map_or_else(|| "protected".to_owned(), |held| format!("protected: {}", held.reason))
        }),
        AccountFinding::Clean | AccountFinding::Unknown(_) | AccountFinding::NotAttempted => None,
    }
}

fn of_account(
    account: &Candidate,
    inventory: &Inventory,
    now: Timestamp,
    decide: impl Fn(&CredentialRow) -> (Planned, String),
) -> ShownAccount {
    let credentials = of_inventory(inventory, now).into_iter().map(|row| {
        let (plan, why) = decide(&row);
        ShownCredential { plan, row: CredentialRow { note: Some(on_one_line(&why)), ..row } }
    });
    ShownAccount { account: account.id, name: on_one_line(&account.name), credentials: credentials.collect() }
}

/// Why nothing keeps a credential.
fn why_deleted(row: &CredentialRow, days: u16, is_recovered: bool) -> String {
    let is_key = row.last_used.is_some();
    match (is_key, row.last_used_at) {
        (false, _) => "no rule keeps it".to_owned(),
        (true, _) if row.state.as_deref() == Some("Inactive") => "inactive".to_owned(),
        (true, None) if row.last_used == Some("never") => "never used".to_owned(),
        (true, _) if is_recovered => "the account's recovery window is over".to_owned(),
        (true, _) if days == 0 => "keys in use are not protected".to_owned(),
        (true, _) => format!("not used within the last {days} days"),
    }
}
