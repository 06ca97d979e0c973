//! A policy of the organization, and what it is attached to.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::Account;
use crate::policy::Policy;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PolicyType {
    ServiceControlPolicy,
    ResourceControlPolicy,
}

/// A policy that somebody wrote; only its Deny statements count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationPolicy {
    /// As in `p-examplepolicyid111`.
    pub id: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: PolicyType,
    pub document: Value,
    /// Ids of roots, units and accounts.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub targets: BTreeSet<String>,
}

impl PolicyType {
    /// As `ListPolicies` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ServiceControlPolicy => "SERVICE_CONTROL_POLICY",
            Self::ResourceControlPolicy => "RESOURCE_CONTROL_POLICY",
        }
    }

    /// As it stands in the policy's ARN.
    pub(crate) fn segment(self) -> &'static str {
        match self {
            Self::ServiceControlPolicy => "service_control_policy",
            Self::ResourceControlPolicy => "resource_control_policy",
        }
    }
}

impl OrganizationPolicy {
    #[must_use]
    pub fn service_control(id: impl Into<String>, document: Value) -> Self {
        Self::new(id.into(), PolicyType::ServiceControlPolicy, document)
    }

    #[must_use]
    pub fn resource_control(id: impl Into<String>, document: Value) -> Self {
        Self::new(id.into(), PolicyType::ResourceControlPolicy, document)
    }

    fn new(id: String, kind: PolicyType, document: Value) -> Self {
        Self { name: id.clone(), id, kind, document, targets: BTreeSet::new() }
    }

    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Attaches it to a root, a unit or an account.
    #[must_use]
    pub fn attached_to(mut self, target: impl Into<String>) -> Self {
        self.targets.insert(target.into());
        self
    }

    /// Whether it binds an account, by itself or by what the account stands in.
    pub(crate) fn binds(&self, account: &Account) -> bool {
        self.targets.iter().any(|target| {
            target.starts_with("r-")
                || *target == account.id
                || account.paths.iter().any(|path| path.contains(&format!("/{target}/")))
        })
    }

    /// What is evaluated: in a resource control policy `*` is the only principal, and says nothing.
    pub(crate) fn policy(&self) -> Policy {
        let mut document = self.document.clone();
        let statements = match document.get_mut("Statement") {
            Some(Value::Array(statements)) => statements.as_mut_slice(),
            Some(single) => std::slice::from_mut(single),
            None => &mut [],
        };
        for statement in statements.iter_mut().filter_map(Value::as_object_mut) {
            if statement.get("Principal").is_some_and(|principal| principal == "*") {
                statement.remove("Principal");
            }
        }
        Policy::read_or_deny(document)
    }
}
