//! Runs `select-accounts` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    rootwarden_lambda::run::<select_accounts::SelectAccounts>().await
}
