//! `enable-root-access` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    rootwarden_lambda::run::<enable_root_access::EnableRootAccess>().await
}
