//! Rate limits as AWS publishes them: a token bucket for each calling account, on the world's clock.
//!
//! A call over the limit takes no token, as on AWS. IAM publishes none, and none of S3 and SQS bears on what is simulated.
//! Sources: AWS Organizations User Guide, quotas (`orgs_reference_limits`); IAM User Guide, quotas (`reference_iam-quotas`).

use std::collections::HashMap;

use jiff::Timestamp;

use crate::wire::{Operation, Service};
use crate::world::Limits;

/// How many calls a second an account may make in the long run, and how many at once after a pause.
#[derive(Clone, Copy)]
struct Limit {
    per_second: u64,
    burst: u64,
}

/// The buckets, by calling account and by what shares a limit.
#[derive(Debug, Default)]
pub(crate) struct RateLimits(HashMap<(String, String), TokenBucket>);

#[derive(Debug)]
struct TokenBucket {
    /// Billionths of a token, so that no nanosecond of the clock is lost.
    nano_tokens: u128,
    filled_at: Timestamp,
}

const TOKEN: u128 = 1_000_000_000;

impl RateLimits {
    /// Takes a token for a call, and says whether there was one.
    pub(crate) fn take(&mut self, limits: Limits, account: &str, operation: &Operation, now: Timestamp) -> bool {
        let Some((shared, limit)) = limit_on(limits, operation) else { return true };
        let full = TokenBucket { nano_tokens: u128::from(limit.burst) * TOKEN, filled_at: now };
        self.0.entry((account.to_owned(), shared.to_owned())).or_insert(full).take(limit, now)
    }
}

impl TokenBucket {
    fn take(&mut self, Limit { per_second, burst }: Limit, now: Timestamp) -> bool {
        let passed = u128::try_from(now.duration_since(self.filled_at).as_nanos()).unwrap_or(0);
        let refilled = self.nano_tokens.saturating_add(passed.saturating_mul(u128::from(per_second)));
        self.nano_tokens = refilled.min(u128::from(burst) * TOKEN);
        self.filled_at = self.filled_at.max(now);
        let left = self.nano_tokens.checked_sub(TOKEN);
        self.nano_tokens = left.unwrap_or(self.nano_tokens);
        left.is_some()
    }
}

/// What an operation shares its limit with, and the limit.
fn limit_on(limits: Limits, operation: &Operation) -> Option<(&str, Limit)> {
    if limits == Limits::Off {
        return None;
    }
    let (per_second, burst) = match (operation.service, operation.name.as_str()) {
        // All of STS shares one; no burst is published, so a second's worth.
        (Service::Sts, _) => return Some(("sts", Limit { per_second: 600, burst: 600 })),
        (Service::Organizations, "ListAccounts") => (8, 12),
        (Service::Organizations, "DescribeAccount") => (20, 30),
        (Service::Organizations, "ListAccountsForParent" | "ListParents" | "ListDelegatedAdministrators") => (5, 8),
        (Service::Organizations, "ListTagsForResource") => (10, 15),
        (Service::Organizations, "DescribeCreateAccountStatus") => (2, 2),
        // Of DescribeOrganizationalUnit the rate was not found: the lowest that is published for a read.
        (Service::Organizations, "DescribeOrganization" | "DescribeOrganizationalUnit") => (1, 2),
        (
            Service::Organizations
            | Service::Iam
            | Service::StepFunctions
            | Service::S3
            | Service::Sqs
            | Service::CloudTrail
            | Service::CloudFormation
            | Service::Lambda
            | Service::Sns
            | Service::EventBridge
            | Service::SecurityHub
            | Service::Other,
            _,
        ) => return None,
    };
    Some((&operation.name, Limit { per_second, burst }))
}
