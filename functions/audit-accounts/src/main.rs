//! Runs `audit-accounts` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    rootwarden_lambda::run::<audit_accounts::AuditAccounts>().await
}
