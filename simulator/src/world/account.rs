//! An account of the organization and the root credentials in it.
//!
//! The same struct is the builder of tests and the entry of a world file; everything but the id has a default.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::member_resources::{MemberBucket, MemberQueue};
use super::root_credentials::{AccessKey, KeyUse, LoginProfile, MfaDevice, RootCredentials, SigningCertificate};
use crate::clock::{self, instant};
use crate::identifiers::{default_organization, root_arn, root_path};
use crate::policy::Policy;

/// One account of the organization, as Organizations describes it, with what its root user holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `PENDING_ACTIVATION`, `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE` or `CLOSED`.
    #[serde(default = "active")]
    pub state: String,
    #[serde(default = "clock::default_joined")]
    pub joined: Timestamp,
    /// `CREATED` or `INVITED`.
    #[serde(default = "created")]
    pub joined_method: String,
    /// Organization paths, e.g. `o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/`; empty: directly under the root. One that ends in a
    /// unit or the root is answered as AWS does, with the account's id behind it, and any other as it stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// Fields of `Account` that Organizations leaves out of its answers, e.g. `State`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub omitted_fields: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "RootCredentials::is_clean")]
    pub root: RootCredentials,
    /// Service control policies; only their Deny statements count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_control_policies: Vec<Policy>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buckets: Vec<MemberBucket>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<MemberQueue>,
    /// Roles that a policy can name, with their path if they have one, e.g. `admin` or `service-role/reader`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<String>,
    /// Users that a policy can name, likewise.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub users: BTreeSet<String>,
}

impl Account {
    /// An active account without root credentials that joined on 2025-01-01.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: None,
            email: None,
            state: active(),
            joined: clock::default_joined(),
            joined_method: created(),
            paths: Vec::new(),
            omitted_fields: BTreeSet::new(),
            tags: BTreeMap::new(),
            root: RootCredentials::default(),
            service_control_policies: Vec::new(),
            buckets: Vec::new(),
            queues: Vec::new(),
            roles: BTreeSet::new(),
            users: BTreeSet::new(),
        }
    }

    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    #[must_use]
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = state.into();
        self
    }

    /// `at`: RFC 3339, e.g. `2026-11-22T00:00:00Z`.
    /// # Panics
    /// If the text is not an instant.
    #[must_use]
    #[track_caller]
    pub fn joined(mut self, at: &str) -> Self {
        self.joined = instant(at);
        self
    }

    #[must_use]
    pub fn joined_method(mut self, method: impl Into<String>) -> Self {
        self.joined_method = method.into();
        self
    }

    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.paths.push(path.into());
        self
    }

    /// Puts the account into an organizational unit of the default organization; a second one lies within the first.
    #[must_use]
    pub fn organizational_unit(mut self, id: &str) -> Self {
        let above = self.paths.pop().unwrap_or_else(|| root_path(&default_organization()));
        self.paths.push(format!("{above}{id}/"));
        self
    }

    /// Organizations does not say this of the account, e.g. `State`.
    #[must_use]
    pub fn omit(mut self, field: impl Into<String>) -> Self {
        self.omitted_fields.insert(field.into());
        self
    }

    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    /// A root access key that was never used.
    #[must_use]
    pub fn access_key(mut self, id: impl Into<String>) -> Self {
        self.root.access_keys.push(AccessKey::new(id));
        self
    }

    /// A root access key that was last used at `at` (RFC 3339).
    /// # Panics
    /// If the text is not an instant.
    #[must_use]
    #[track_caller]
    pub fn access_key_used(mut self, id: impl Into<String>, at: &str) -> Self {
        let last_used = Some(KeyUse::at(instant(at)));
        self.root.access_keys.push(AccessKey { last_used, ..AccessKey::new(id) });
        self
    }

    #[must_use]
    pub fn signing_certificate(mut self, id: impl Into<String>) -> Self {
        self.root.signing_certificates.push(SigningCertificate::new(id));
        self
    }

    #[must_use]
    pub fn password(mut self) -> Self {
        self.root.password = Some(LoginProfile { created: clock::default_joined() });
        self
    }

    #[must_use]
    pub fn mfa_device(mut self, serial: impl Into<String>) -> Self {
        self.root.mfa_devices.push(MfaDevice { serial: serial.into(), enabled: clock::default_joined() });
        self
    }

    /// Attaches a service control policy; one that cannot be read denies everything.
    #[must_use]
    pub fn scp(mut self, document: Value) -> Self {
        self.service_control_policies.push(Policy::read_or_deny(document));
        self
    }

    #[must_use]
    pub fn bucket(mut self, bucket: MemberBucket) -> Self {
        self.buckets.push(bucket);
        self
    }

    #[must_use]
    pub fn queue(mut self, queue: MemberQueue) -> Self {
        self.queues.push(queue);
        self
    }

    /// A role that a policy can name; with its path if it has one.
    #[must_use]
    pub fn role(mut self, name: impl Into<String>) -> Self {
        self.roles.insert(name.into());
        self
    }

    /// A user that a policy can name; with its path if it has one.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.users.insert(name.into());
        self
    }

    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == "ACTIVE"
    }

    pub(crate) fn root_arn(&self) -> String {
        root_arn(&self.id)
    }
}

fn active() -> String {
    "ACTIVE".to_owned()
}

fn created() -> String {
    "CREATED".to_owned()
}
