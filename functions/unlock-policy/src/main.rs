//! Runs `unlock-policy` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    rootwarden_lambda::run::<unlock_policy::UnlockPolicy>().await
}
