//! The credentials with which calls are signed: whose they are, and those that were issued here.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::policy::Task;
use crate::world::RegisteredCaller;

/// Every access key that can sign, and every secret that was issued.
pub(crate) struct Credentials {
    unknown_keys: UnknownKeys,
    callers: HashMap<String, Arc<RegisteredCaller>>,
    sessions: HashMap<String, Arc<RootSession>>,
    secrets: Vec<String>,
    issued: u64,
}

/// What becomes of an access key that nobody registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnknownKeys {
    /// `InvalidClientTokenId`.
    Refused,
    /// The same, but for AssumeRoot AWS's general denial.
    CannotAssumeRoot,
    /// And a key of 12 digits is that account's root user, as the emulator behind has it.
    AccountRoots,
}

/// A session that AssumeRoot opened.
pub(crate) struct RootSession {
    pub(crate) account: String,
    pub(crate) task: Task,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
}

/// Credentials as they are handed out, once.
pub(crate) struct IssuedCredentials {
    pub(crate) access_key: String,
    pub(crate) secret: String,
    pub(crate) token: String,
}

impl Credentials {
    /// `callers`: those known from the start, by access key id.
    pub(crate) fn new(callers: &BTreeMap<String, RegisteredCaller>, unknown_keys: UnknownKeys) -> Self {
        let callers = callers.iter().map(|(key, caller)| (key.clone(), Arc::new(caller.clone()))).collect();
        Self { unknown_keys, callers, sessions: HashMap::new(), secrets: Vec::new(), issued: 0 }
    }

    pub(crate) fn unknown_keys(&self) -> UnknownKeys {
        self.unknown_keys
    }

    pub(crate) fn caller(&self, access_key: &str) -> Option<&Arc<RegisteredCaller>> {
        self.callers.get(access_key)
    }

    pub(crate) fn callers(&self) -> impl Iterator<Item = &RegisteredCaller> {
        self.callers.values().map(AsRef::as_ref)
    }

    pub(crate) fn sessions(&self) -> impl Iterator<Item = (&String, &Arc<RootSession>)> {
        self.sessions.iter()
    }

    pub(crate) fn session(&self, access_key: &str) -> Option<&Arc<RootSession>> {
        self.sessions.get(access_key)
    }

    /// Every secret access key and session token that was ever issued.
    pub(crate) fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// Says who signs with an access key, replacing whoever did.
    pub(crate) fn register(&mut self, access_key: String, caller: RegisteredCaller) {
        self.callers.insert(access_key, Arc::new(caller));
    }

    /// Makes credentials for a caller.
    pub(crate) fn issue_to(&mut self, caller: RegisteredCaller) -> IssuedCredentials {
        let credentials = self.issue("ASIACALLER");
        self.register(credentials.access_key.clone(), caller);
        credentials
    }

    pub(crate) fn open_session(&mut self, account: &str, task: Task, expires: Timestamp) -> IssuedCredentials {
        let credentials = self.issue("ASIAROOTUS");
        let token = credentials.token.clone();
        let session = RootSession { account: account.to_owned(), task, token, expires };
        self.sessions.insert(credentials.access_key.clone(), Arc::new(session));
        credentials
    }

    /// Makes credentials; equal runs make equal ones. `prefix`: 10 characters.
    fn issue(&mut self, prefix: &str) -> IssuedCredentials {
        self.issued += 1;
        let secret = hex::encode(Sha256::digest(format!("secret {}", self.issued)));
        let token = format!("FwoGZXIvYXdzE{}", hex::encode(Sha256::digest(format!("token {}", self.issued))));
        self.secrets.extend([secret.clone(), token.clone()]);
        IssuedCredentials { access_key: format!("{prefix}{:010}", self.issued), secret, token }
    }
}
