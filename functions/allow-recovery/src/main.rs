//! Runs `allow-recovery` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    rootwarden_lambda::run::<allow_recovery::AllowRecovery>().await
}
