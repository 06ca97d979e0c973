//! A plan, as somebody reads it before they say yes.

use rootwarden_domain::{
    AccountId, Sha256,
    run::plan::{DeletionPlan, PlannedAccount},
    text::line::on_one_line,
};
use serde::Serialize;

use crate::{
    arguments::Format,
    context::Context,
    exit::Ended,
    output::{CredentialRow, column_table, json},
    terminal,
};

/// What a plan deletes, and what it protects.
#[derive(Debug, Serialize)]
pub struct Shown {
    plan_sha256: Option<Sha256>,
    account_count: usize,
    credential_count: usize,
    accounts: Vec<ShownAccount>,
}

#[derive(Debug, Serialize)]
struct ShownAccount {
    account: AccountId,
    name: String,
    delete: Vec<CredentialRow>,
    protected: Vec<CredentialRow>,
}

impl Shown {
    pub fn of(plan: &DeletionPlan) -> Self {
        let accounts: Vec<ShownAccount> = plan.accounts().map(ShownAccount::of).collect();
        let credential_count = accounts.iter().map(|account| account.delete.len()).sum();
        Self { plan_sha256: None, account_count: accounts.len(), credential_count, accounts }
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
            Format::Csv => self.csv(),
        };
        terminal::say(&text)
    }

    /// Shows it beside the result, to whoever is asked.
    pub fn note(&self) {
        terminal::note(self.text(false).trim_end());
    }

    fn text(&self, is_coloured: bool) -> String {
        if self.accounts.is_empty() {
            return "nothing is planned\n".to_owned();
        }
        let mut table = column_table(&["account", "name", "what becomes of it", "credential"], is_coloured);
        for account in &self.accounts {
            let rows = account.delete.iter().map(|row| ("deleted", row));
            for (number, (becomes, row)) in
                rows.chain(account.protected.iter().map(|row| ("protected", row))).enumerate()
            {
                let (id, name) =
                    if number == 0 { (account.account.to_string(), account.name.clone()) } else { Default::default() };
                table.add_row([id, name, becomes.to_owned(), named(row)]);
            }
        }
        format!("{}\n{} root credentials in {} accounts\n", table.trim_fmt(), self.credential_count, self.account_count)
    }

    fn csv(&self) -> String {
        let mut lines = vec!["account,becomes,credential_kind,credential_id\r\n".to_owned()];
        for account in &self.accounts {
            let rows = account.delete.iter().map(|row| ("deleted", row));
            for (becomes, row) in rows.chain(account.protected.iter().map(|row| ("protected", row))) {
                // None of these has a character that CSV would quote.
                let id = row.id.as_deref().unwrap_or_default();
                lines.push(format!("{},{becomes},{},{id}\r\n", account.account, row.kind));
            }
        }
        lines.concat()
    }
}

impl ShownAccount {
    fn of(planned: &PlannedAccount) -> Self {
        let PlannedAccount { account, delete, protected, inventory: _ } = planned;
        let held = protected
            .iter()
            .map(|held| CredentialRow { note: Some(on_one_line(&held.reason)), ..CredentialRow::of(&held.credential) });
        Self {
            account: account.id,
            name: on_one_line(&account.name),
            delete: delete.iter().map(CredentialRow::of).collect(),
            protected: held.collect(),
        }
    }
}

fn named(row: &CredentialRow) -> String {
    let kind = row.kind.replace('_', " ").replace("mfa", "MFA");
    let named = row.id.as_ref().map_or(kind.clone(), |id| format!("{kind} {id}"));
    row.note.as_ref().map_or(named.clone(), |note| format!("{named}: {note}"))
}
