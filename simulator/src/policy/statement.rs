//! Statements of IAM policies, and what they say to a question.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::conditions::hold;
use super::context::Context;
use super::holds::Holds;
use super::one_or_many::OneOrMany;
use super::wildcard::wildcard_matches;

/// A policy document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Policy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub statement: OneOrMany<Statement>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    pub effect: StatementEffect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<OneOrMany<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_action: Option<OneOrMany<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<OneOrMany<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_resource: Option<OneOrMany<String>>,
    /// Operator → condition key → values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<String, BTreeMap<String, OneOrMany<Value>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatementEffect {
    Allow,
    Deny,
}

/// What somebody wants to do, with the condition keys of the request.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) context: Context,
}

/// The outcome of evaluating statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    ExplicitlyDenied,
    /// No statement allows it.
    NotAllowed,
}

/// Evaluates statements as IAM does: a Deny beats every Allow.
pub(crate) fn decide<'a>(statements: impl IntoIterator<Item = &'a Statement>, question: &Question<'_>) -> Decision {
    combine(statements.into_iter().map(|statement| (statement.effect, statement.applies(question))))
}

/// Combines statements of which it is known whether they apply.
pub(crate) fn combine(statements: impl IntoIterator<Item = (StatementEffect, Holds)>) -> Decision {
    let mut decision = Decision::NotAllowed;
    for statement in statements {
        match statement {
            (StatementEffect::Deny, Holds::Yes | Holds::Unreadable) => return Decision::ExplicitlyDenied,
            (StatementEffect::Allow, Holds::Yes) => decision = Decision::Allowed,
            (StatementEffect::Deny, Holds::No) | (StatementEffect::Allow, Holds::No | Holds::Unreadable) => {}
        }
    }
    decision
}

impl Policy {
    pub(crate) fn statements(&self) -> &[Statement] {
        self.statement.as_slice()
    }

    /// Reads a document; one that cannot be read denies everything.
    pub(crate) fn read_or_deny(document: Value) -> Self {
        serde_json::from_value(document).unwrap_or_else(|_| Self {
            version: None,
            id: None,
            statement: OneOrMany::One(Statement::deny_everything()),
        })
    }
}

impl Statement {
    /// Reads an array of statements, or the statements of a document.
    pub(crate) fn read_all_or_deny(statements: Value) -> Vec<Self> {
        match statements {
            Value::Array(statements) => statements
                .into_iter()
                .map(|statement| serde_json::from_value(statement).unwrap_or_else(|_| Self::deny_everything()))
                .collect(),
            document => Policy::read_or_deny(document).statements().to_vec(),
        }
    }

    pub(crate) fn deny_everything() -> Self {
        Self {
            sid: Some("UnreadableStatement".to_owned()),
            effect: StatementEffect::Deny,
            action: Some(OneOrMany::One("*".to_owned())),
            not_action: None,
            resource: Some(OneOrMany::One("*".to_owned())),
            not_resource: None,
            condition: BTreeMap::new(),
        }
    }

    pub(crate) fn applies(&self, question: &Question<'_>) -> Holds {
        let action = match (&self.action, &self.not_action) {
            (Some(patterns), None) => Holds::from(names_action(patterns, question.action)),
            (None, Some(patterns)) => Holds::from(!names_action(patterns, question.action)),
            (None, None) | (Some(_), Some(_)) => Holds::Unreadable,
        };
        let resource = match (&self.resource, &self.not_resource) {
            (Some(patterns), None) => names_resource(patterns, question),
            (None, Some(patterns)) => names_resource(patterns, question).negated(),
            (None, None) | (Some(_), Some(_)) => Holds::Unreadable,
        };
        action.and(resource).and(hold(&self.condition, &question.context))
    }
}

/// Action names do not mind case.
fn names_action(patterns: &OneOrMany<String>, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    patterns.as_slice().iter().any(|pattern| wildcard_matches(&pattern.to_ascii_lowercase(), &action))
}

fn names_resource(patterns: &OneOrMany<String>, question: &Question<'_>) -> Holds {
    let mut named = Holds::No;
    for pattern in patterns.as_slice() {
        match question.context.substitute(pattern) {
            Some(pattern) if wildcard_matches(&pattern, question.resource) => return Holds::Yes,
            Some(_) => {}
            None => named = Holds::Unreadable,
        }
    }
    named
}
