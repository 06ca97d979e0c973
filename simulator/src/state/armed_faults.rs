//! The faults that wait for calls.

use crate::policy::wildcard_matches;
use crate::world::{Effect, Fault, Times};

/// Every fault that was armed, in that order.
#[derive(Debug, Default)]
pub(crate) struct ArmedFaults(Vec<ArmedFault>);

/// A fault with the number of calls that it has seen.
#[derive(Debug)]
struct ArmedFault {
    fault: Fault,
    seen: u64,
}

impl ArmedFaults {
    pub(crate) fn arm(&mut self, fault: Fault) {
        self.0.push(ArmedFault { fault, seen: 0 });
    }

    /// Counts a call for every fault; the first that hits decides.
    pub(crate) fn meet(&mut self, action: &str, account: Option<&str>, resource: Option<&str>) -> Option<Effect> {
        // Why not `find_map`: every rule has to see the call.
        self.0.iter_mut().fold(None, |hit, fault| {
            let effect = fault.meet(action, account, resource);
            hit.or(effect)
        })
    }
}

impl ArmedFault {
    /// Counts a call if it matches, and says what happens to it.
    fn meet(&mut self, action: &str, account: Option<&str>, resource: Option<&str>) -> Option<Effect> {
        let about = |pattern: &str| resource.is_some_and(|resource| wildcard_matches(pattern, resource));
        let matches = wildcard_matches(&self.fault.on, action)
            && self.fault.account.as_deref().is_none_or(|expected| account == Some(expected))
            && self.fault.resource.as_deref().is_none_or(about);
        if !matches {
            return None;
        }
        self.seen += 1;
        let hit = match self.fault.times {
            Times::Always => self.seen >= self.fault.nth,
            Times::Count(times) => (self.fault.nth..self.fault.nth.saturating_add(times)).contains(&self.seen),
        };
        hit.then(|| self.fault.effect.clone())
    }
}
