//! The call log, kept small: every text that it repeats is stored once.
//!
//! A sweep of the largest organization makes hundreds of thousands of calls in tens of thousands of accounts.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::{Call, RootSessionOfCall};

/// What was called how often, without the calls themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCounts {
    pub calls: usize,
    /// When the first and the last call came in.
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// Action → result → calls.
    pub actions: BTreeMap<String, BTreeMap<String, usize>>,
    /// Number of calls in an account (attempts to open a session, and what was done with one) → number of accounts.
    pub accounts_by_calls: BTreeMap<usize, usize>,
}

#[derive(Debug, Default)]
pub(crate) struct CallLog {
    texts: Texts,
    entries: Vec<Entry>,
}

/// A call whose texts are numbers.
#[derive(Clone, Copy, Debug)]
struct Entry {
    time: Timestamp,
    caller: Text,
    session: Option<(Text, Text)>,
    action: Text,
    account: Option<Text>,
    resource: Option<Text>,
    result: Text,
    host: Text,
    agent: Text,
}

/// A stored text: its position, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Text(NonZeroU32);

#[derive(Debug, Default)]
struct Texts {
    known: HashMap<Arc<str>, Text>,
    texts: Vec<Arc<str>>,
}

impl CallLog {
    pub(crate) fn push(&mut self, call: Call) {
        let Call { time, caller, session, action, account, resource, result, host, agent } = call;
        let texts = &mut self.texts;
        let entry = Entry {
            time,
            caller: texts.store(&caller),
            session: session.map(|RootSessionOfCall { account, task }| (texts.store(&account), texts.store(&task))),
            action: texts.store(&action),
            account: account.map(|account| texts.store(&account)),
            resource: resource.map(|resource| texts.store(&resource)),
            result: texts.store(&result),
            host: texts.store(&host),
            agent: texts.store(&agent),
        };
        self.entries.push(entry);
    }

    /// The calls from the `first`th on, counted from 0, in order.
    pub(crate) fn since(&self, first: usize) -> Vec<Call> {
        self.entries.iter().skip(first).map(|entry| self.call(entry)).collect()
    }

    fn call(&self, entry: &Entry) -> Call {
        let Entry { time, caller, session, action, account, resource, result, host, agent } = *entry;
        let text = |text| self.texts.read(text).to_owned();
        let session = session.map(|(account, task)| RootSessionOfCall { account: text(account), task: text(task) });
        Call {
            time,
            caller: text(caller),
            session,
            action: text(action),
            account: account.map(text),
            resource: resource.map(text),
            result: text(result),
            host: text(host),
            agent: text(agent),
        }
    }

    pub(crate) fn counts(&self) -> CallCounts {
        let assume_root = self.texts.known.get("sts:AssumeRoot").copied();
        let mut by_result: HashMap<(Text, Text), usize> = HashMap::new();
        let mut by_account: HashMap<Text, usize> = HashMap::new();
        for entry in &self.entries {
            *by_result.entry((entry.action, entry.result)).or_default() += 1;
            let target = entry.account.filter(|_| Some(entry.action) == assume_root);
            if let Some(account) = entry.session.map(|(account, _)| account).or(target) {
                *by_account.entry(account).or_default() += 1;
            }
        }
        let mut actions: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for ((action, result), calls) in by_result {
            let results = actions.entry(self.texts.read(action).to_owned()).or_default();
            results.insert(self.texts.read(result).to_owned(), calls);
        }
        let mut accounts_by_calls = BTreeMap::new();
        for calls in by_account.into_values() {
            *accounts_by_calls.entry(calls).or_default() += 1;
        }
        CallCounts {
            calls: self.entries.len(),
            first: self.entries.first().map(|entry| entry.time),
            last: self.entries.last().map(|entry| entry.time),
            actions,
            accounts_by_calls,
        }
    }
}

impl Texts {
    fn store(&mut self, text: &str) -> Text {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let shared: Arc<str> = text.into();
        self.texts.push(Arc::clone(&shared));
        // Why saturating: four billion different texts do not fit into memory.
        let number = u32::try_from(self.texts.len()).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
        self.known.insert(shared, Text(number));
        Text(number)
    }

    fn read(&self, Text(number): Text) -> &str {
        let position = usize::try_from(number.get()).unwrap_or(usize::MAX) - 1;
        self.texts.get(position).map_or("", |text| text)
    }
}
