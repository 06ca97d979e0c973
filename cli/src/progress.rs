//! How far it is: a line that changes on a terminal, and a line now and then elsewhere.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use rootwarden_domain::AccountId;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::terminal;

/// How often the line on a terminal is written again.
const REDRAW: Duration = Duration::from_millis(200);

/// What is known of the accounts at work.
#[derive(Debug)]
pub struct Progress {
    /// E.g. `audited`.
    done: &'static str,
    began: Instant,
    every: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    listed: usize,
    is_list_whole: bool,
    finished: usize,
    in_hand: BTreeMap<AccountId, Instant>,
}

impl Progress {
    pub fn new(done: &'static str, every_seconds: u32) -> Self {
        let every = Duration::from_secs(u64::from(every_seconds));
        Self { done, began: Instant::now(), every, state: Mutex::default() }
    }

    pub fn listed(&self, count: usize) {
        self.state().listed += count;
    }

    pub fn list_is_whole(&self) {
        self.state().is_list_whole = true;
    }

    pub fn begun(&self, account: AccountId) {
        self.state().in_hand.insert(account, Instant::now());
    }

    pub fn finished(&self, account: AccountId) {
        let mut state = self.state();
        state.in_hand.remove(&account);
        state.finished += 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of it until `work` is done.
    pub async fn shown_while<F: Future>(&self, work: F) -> F::Output {
        let mut work = std::pin::pin!(work);
        if io::stderr().is_terminal() {
            let bar = ProgressBar::new_spinner();
            bar.set_style(
                ProgressStyle::with_template("{spinner} {wide_msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            let mut redraws = interval(REDRAW);
            loop {
                tokio::select! {
                    output = &mut work => {
                        bar.finish_and_clear();
                        return output;
                    }
                    _ = redraws.tick() => {
                        bar.set_message(self.line());
                        bar.tick();
                    }
                }
            }
        }
        let mut lines = interval(self.every);
        lines.set_missed_tick_behavior(MissedTickBehavior::Delay);
        lines.tick().await;
        loop {
            tokio::select! {
                output = &mut work => return output,
                _ = lines.tick() => terminal::note(&self.line()),
            }
        }
    }

    /// E.g. `1200 of 10000 accounts audited, 160 a second, 55 s left; in hand longest: 111122223333, for 40 s`.
    fn line(&self) -> String {
        let state = self.state();
        let State { listed, is_list_whole, finished, in_hand } = &*state;
        let elapsed = self.began.elapsed().as_secs_f64();
        let of = if *is_list_whole { format!("{listed}") } else { format!("{listed} or more") };
        let what = if *is_list_whole && *listed == 1 { "account" } else { "accounts" };
        let mut parts = vec![format!("{finished} of {of} {what} {}", self.done)];
        if *finished > 0 && elapsed >= 1.0 {
            let rate = f64::from(u32::try_from(*finished).unwrap_or(u32::MAX)) / elapsed;
            let digits = usize::from(rate < 10.0);
            parts.push(format!("{rate:.digits$} a second"));
            let left = u32::try_from(listed.saturating_sub(*finished)).unwrap_or(u32::MAX);
            if *is_list_whole && left > 0 {
                parts.push(format!("{:.0} s left", f64::from(left) / rate));
            }
        }
        let line = parts.join(", ");
        match in_hand.iter().min_by_key(|(_, since)| **since) {
            Some((account, since)) => {
                format!("{line}; in hand longest: {account}, for {} s", since.elapsed().as_secs())
            }
            None => line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn names_the_account_that_has_been_in_hand_longest() {
        let (slow, quick): (AccountId, AccountId) = ("444455556666".parse().unwrap(), "111122223333".parse().unwrap());
        let progress = Progress::new("audited", 30);
        progress.listed(4);
        progress.begun(slow);
        assert_eq!(progress.line(), "0 of 4 or more accounts audited; in hand longest: 444455556666, for 0 s");
        tokio::time::advance(Duration::from_secs(2)).await;
        progress.begun(quick);
        progress.finished(quick);
        progress.begun(quick);
        progress.list_is_whole();
        let line = "1 of 4 accounts audited, 0.5 a second, 6 s left; in hand longest: 444455556666, for 2 s";
        assert_eq!(progress.line(), line);
    }
}
