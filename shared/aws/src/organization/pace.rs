//! The rates that AWS publishes for Organizations, shared by everybody who works at the same time.

use std::time::Duration;

use leaky_bucket::RateLimiter;

/// One of `workers` equal shares of `per_second` calls a second and a first burst of `burst`.
pub(super) fn pace(per_second: u32, burst: u32, workers: u32) -> RateLimiter {
    let workers = workers.max(1);
    let share = usize::try_from(burst / workers).unwrap_or(usize::MAX).max(1);
    RateLimiter::builder()
        .max(share)
        .initial(share)
        .refill(1)
        .interval(Duration::from_secs(1) * workers / per_second)
        .build()
}
