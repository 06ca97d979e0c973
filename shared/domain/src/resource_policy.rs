//! What a resource policy says about who may change it, and the smallest changes that give it back.
//!
//! A bucket or a queue is locked when its policy denies everybody the actions that change the policy. Everything here is
//! decided from the policy's text alone and is conservative: what is not understood is never changed (it is refused as
//! [`PolicyError::NotModelled`]), and what cannot be decided counts as an exception, which only a forced request touches.
//!
//! Limits: identity policies, service control policies and VPC endpoint policies are not looked at, and whether a role,
//! an endpoint or an organization that a policy names still exists cannot be read from it.

mod action;
mod address;
mod analysis;
pub mod catalogue;
mod condition;
mod describe;
mod document;
mod edit;
mod exception;
mod facts;
mod known;
mod leave_out;
mod limits;
mod locking;
mod loss;
mod narrow;
mod never;
mod not_principal;
mod operator;
pub(crate) mod pattern;
mod public;
mod request;
mod resource;
mod statement;
mod unique_keys;
mod values;
mod who;
mod widening;
mod words;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{AccountId, partition::Partition, unlock::Resource};

pub use analysis::analyse;
pub use document::{PolicyDocument, PolicyError};
pub use leave_out::{gone_principals, leave_out};
pub use limits::exceeded_limit;
pub use narrow::{drop_locking, narrow};
pub use public::public_statements;
pub use widening::widenings;

/// Whose policy, on what.
#[derive(Debug, Clone, Copy)]
pub struct PolicyOf<'a> {
    pub resource: &'a Resource,
    pub owner: AccountId,
    pub partition: Partition,
}

/// What a policy says about its own management.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Analysis {
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    /// Where nobody is locked out and yet the policy cannot be replaced: the way that is left, and what it opens meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way_left: Option<String>,
}

/// Whom a policy keeps from changing it.
///
/// Locked means that every way out is denied: replacing and deleting a bucket's policy, or setting a queue's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every principal of the owner, whatever their permissions; the account's root user can always act.
    Everyone,
    /// Everybody but these. Whether any of them still exists cannot be read.
    EveryoneExcept(Vec<Exception>),
    Nobody,
    /// Valid JSON that is not understood: why.
    NotModelled(String),
}

impl Verdict {
    /// The verdict alone, with nothing of the policy's text: fit for notices.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::EveryoneExcept(_) => "everyone_except",
            Self::Nobody => "nobody",
            Self::NotModelled(_) => "not_modelled",
        }
    }
}

/// Somebody whom a policy leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// In plain words.
    pub who: String,
    pub likelihood: Likelihood,
    pub why: String,
}

/// Whether there is anybody whom an exception helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    Plausible,
    /// It cannot be said from the policy.
    Unknown,
    Doubtful,
    /// It stands there and helps nobody.
    Nobody,
}

impl Likelihood {
    /// Completes "…: why".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Plausible => "plausible",
            Self::Unknown => "cannot be said",
            Self::Doubtful => "doubtful",
            Self::Nobody => "helps nobody",
        }
    }
}

/// What one statement does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// `Sid "DenyAll"`, or `statement 2` (counted from 1).
    pub statement: String,
    /// One plain sentence: who is denied what.
    pub words: String,
    /// Whom it leaves out, and whom it names without effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// Which locking statements a change touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those that leave out nobody, and those that together leave out nobody.
    Everyone,
    /// Also those with an exception, which may be the way somebody still gets in: only with force.
    AlsoWithExceptions,
}

/// A policy after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `None`: no statement is left, so the policy is deleted.
    pub after: Option<PolicyDocument>,
    /// What a person should know of it, one line each.
    pub notes: Vec<String>,
}

/// Something that a change opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Widening {
    pub words: String,
    /// Whether access to data may grow beyond what identity policies of the owner decide.
    pub needs_force: bool,
}
