//! Runs `delete-credentials` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    rootwarden_lambda::run::<delete_credentials::DeleteCredentials>().await
}
