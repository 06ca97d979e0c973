//! Logs as JSON lines on standard output, which Lambda takes to CloudWatch.

use tracing::Level;
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging. The level comes from Lambda's own logging configuration.
///
/// INVARIANT (I9): only our own crates log below `warn`, whatever the level: an SDK's trace could show what it sends.
pub(crate) fn init(function_crate: &str) {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default();
    let lines = fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
    tracing_subscriber::registry().with(lines).with(filter(&level, function_crate)).init();
}

// Not `EnvFilter`, which brings regular expressions into every function for what is four names here.
fn filter(level: &str, function_crate: &str) -> Targets {
    let level = match level.to_ascii_lowercase().as_str() {
        "trace" => Level::TRACE,
        "debug" => Level::DEBUG,
        "warn" => Level::WARN,
        "error" => Level::ERROR,
        _ => Level::INFO,
    };
    let own = ["rootwarden_lambda", "rootwarden_aws", "rootwarden_domain", function_crate];
    Targets::new().with_default(Level::WARN).with_targets(own.map(|name| (name, level)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i9_the_sdk_never_logs_below_warn() {
        for level in ["trace", "TRACE,aws_smithy_runtime=trace", "", "info"] {
            let filter = filter(level, "audit_accounts");
            for other in ["aws_smithy_runtime::client", "aws_sdk_sts", "hyper", "lambda_runtime"] {
                assert!(filter.would_enable(other, &Level::WARN), "{level}: {other}");
                assert!(!filter.would_enable(other, &Level::INFO), "{level}: {other}");
            }
        }
    }

    #[test]
    fn our_own_crates_log_at_the_level_that_lambda_says() {
        for (level, lowest, too_low) in [
            ("TRACE", Level::TRACE, None),
            ("debug", Level::DEBUG, Some(Level::TRACE)),
            ("INFO", Level::INFO, Some(Level::DEBUG)),
            ("", Level::INFO, Some(Level::DEBUG)),
            ("WARN", Level::WARN, Some(Level::INFO)),
            ("ERROR", Level::ERROR, Some(Level::WARN)),
        ] {
            let filter = filter(level, "audit_accounts");
            for own in ["rootwarden_lambda", "rootwarden_aws::root_session", "rootwarden_domain", "audit_accounts"] {
                assert!(filter.would_enable(own, &lowest), "{level}: {own}");
                assert!(too_low.is_none_or(|level| !filter.would_enable(own, &level)), "{level}: {own}");
            }
        }
    }
}
