//! Runs `plan-deletions` on Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    rootwarden_lambda::run::<plan_deletions::PlanDeletions>().await
}
