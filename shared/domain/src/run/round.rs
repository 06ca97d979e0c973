//! A run goes round until nothing is left that another look could settle. Here is when, and how often.

use crate::ErrorKind;

/// Two more rounds for what AWS may answer the next time.
const ROUNDS_AFTER_A_FAILURE: u32 = 2;

/// How long to wait after round 0, 1, 2, …; the last one repeats.
const WAITS_SECONDS: [u32; 6] = [15, 30, 60, 120, 240, 300];

/// How long to wait after `round`, counted from 0.
#[must_use]
pub fn wait_seconds(round: u32) -> u32 {
    let [.., last] = WAITS_SECONDS;
    usize::try_from(round).ok().and_then(|round| WAITS_SECONDS.get(round)).copied().unwrap_or(last)
}

/// Whether what failed in `round` is taken up again, `new_account_wait_minutes` being all that a new account is waited for.
#[must_use]
pub fn is_taken_up_again(kind: ErrorKind, round: u32, new_account_wait_minutes: u16) -> bool {
    match kind {
        ErrorKind::NotYetVisible => {
            let waited: u64 = (0..=round).map(|earlier| u64::from(wait_seconds(earlier))).sum();
            waited <= 60 * u64::from(new_account_wait_minutes)
        }
        ErrorKind::Throttled | ErrorKind::Transient => round < ROUNDS_AFTER_A_FAILURE,
        ErrorKind::Denied | ErrorKind::NotEnabled | ErrorKind::InvalidRequest | ErrorKind::Defect => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time_and_never_beyond_the_limit() {
        let rounds = (0..1000).take_while(|round| is_taken_up_again(ErrorKind::NotYetVisible, *round, 30));
        let waits: Vec<u32> = rounds.map(wait_seconds).collect();
        assert!(waits.is_sorted());
        let total: u32 = waits.iter().sum();
        assert!((25 * 60..=30 * 60).contains(&total), "{total}");
        assert!(!is_taken_up_again(ErrorKind::NotYetVisible, 0, 0));
    }

    #[test]
    fn retries_are_bounded_and_only_for_what_may_pass() {
        assert!(is_taken_up_again(ErrorKind::Throttled, 1, 30));
        assert!(!is_taken_up_again(ErrorKind::Throttled, 2, 30));
        for kind in [ErrorKind::Denied, ErrorKind::NotEnabled, ErrorKind::InvalidRequest, ErrorKind::Defect] {
            assert!(!is_taken_up_again(kind, 0, 30));
        }
    }
}
