//! Runs `access-requests` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    rootwarden_lambda::run::<access_requests::AccessRequests>().await
}
