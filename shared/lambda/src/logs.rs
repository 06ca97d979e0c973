//! Logs as JSON lines on standard output, which Lambda takes to CloudWatch.

use tracing_subscriber::EnvFilter;

/// Starts logging. The level comes from Lambda's own logging configuration.
///
/// INVARIANT (I9): only our own crates log below `warn`, whatever the level: an SDK's trace could show what it sends.
pub(crate) fn init(function_crate: &str) {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default().to_ascii_lowercase();
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(EnvFilter::new(filter(&level, function_crate)))
        .init();
}

fn filter(level: &str, function_crate: &str) -> String {
    let level = match level {
        "trace" | "debug" | "warn" | "error" => level,
        _ => "info",
    };
    let own = ["rootwarden_lambda", "rootwarden_aws", "rootwarden_domain", function_crate];
    own.into_iter().fold("warn".to_owned(), |filter, target| format!("{filter},{target}={level}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i9_the_sdk_never_logs_below_warn() {
        for level in ["trace", "TRACE,aws_smithy_runtime=trace", "", "info"] {
            let filter = filter(level, "audit_accounts");
            assert!(filter.starts_with("warn,"), "{filter}");
            assert!(!filter.contains("aws_"), "{filter}");
        }
    }
}
