//! Policies of the organization that deny root sessions what they are opened for.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::finding::Check;
use crate::text::line::one_line;

/// So many targets are named; of more, how many there are.
const NAMED: usize = 5;

/// The statement of the policy that Control Tower keeps for its control "Disallow actions as a root user".
///
/// Source: AWS Control Tower Controls Reference Guide, "Strongly recommended controls with preventive behavior".
const OF_CONTROL_TOWER: &str = "GRRESTRICTROOTUSER";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    ServiceControlPolicy,
    ResourceControlPolicy,
}

impl PolicyKind {
    #[must_use]
    pub fn check(self) -> Check {
        match self {
            Self::ServiceControlPolicy => Check::ServiceControlPolicies,
            Self::ResourceControlPolicy => Check::ResourceControlPolicies,
        }
    }

    /// In words, as AWS writes it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ServiceControlPolicy => "service control policy",
            Self::ResourceControlPolicy => "resource control policy",
        }
    }
}

/// What root sessions are opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Finding root credentials and deleting them.
    Credentials,
    /// Giving buckets and queues back.
    Unlock,
}

/// A policy that binds somebody and denies root sessions something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenyingPolicy {
    pub kind: PolicyKind,
    /// As in `p-examplepolicyid111`.
    pub id: String,
    pub name: String,
    pub statements: Vec<DenyingStatement>,
    /// What it is attached to; never empty.
    pub targets: Vec<BoundTarget>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenyingStatement {
    /// `Sid "DenyRoot"`, or `statement 2`.
    pub name: String,
    pub purposes: Vec<Purpose>,
    /// Whether it denies in some accounts or on some resources alone, or a condition may decide otherwise.
    pub is_partial: bool,
}

/// A root, a unit or an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundTarget {
    pub id: String,
    pub name: String,
}

impl DenyingPolicy {
    fn purposes(&self) -> &'static str {
        let denies = |purpose: Purpose| self.statements.iter().any(|statement| statement.purposes.contains(&purpose));
        match (denies(Purpose::Credentials), denies(Purpose::Unlock)) {
            (true, true) => "what audits, deletions and unlock requests do",
            (true, false) => "what audits and deletions do",
            (false, _) => "what unlock requests do",
        }
    }

    fn is_of_control_tower(&self) -> bool {
        self.statements.iter().any(|statement| statement.name.contains(OF_CONTROL_TOWER))
    }
}

impl fmt::Display for DenyingPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, id, name, statements, targets } = self;
        let of_statements: Vec<&str> = statements.iter().map(|statement| statement.name.as_str()).collect();
        let may = if statements.iter().all(|statement| statement.is_partial) { "may deny" } else { "denies" };
        write!(
            formatter,
            "{} `{}` ({id}, {}) {may} root sessions {}, in ",
            kind.words(),
            one_line(name),
            of_statements.join(", "),
            self.purposes()
        )?;
        let (named, further) = targets.split_at(targets.len().min(NAMED));
        for (number, BoundTarget { id, name }) in named.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(formatter, "{comma}`{}` ({id})", one_line(name))?;
        }
        if !further.is_empty() {
            write!(formatter, " and {} more", further.len())?;
        }
        if self.is_of_control_tower() {
            return formatter.write_str(
                ": enable Control Tower's control AWS-GR_RESTRICT_ROOT_USER again with its parameter ExemptAssumeRoot; \
                 do not edit the policy, which Control Tower puts back",
            );
        }
        formatter.write_str(
            ": exempt root sessions with the condition \"Null\": {\"aws:AssumedRoot\": \"true\"} (docs/scp.md)",
        )
    }
}
