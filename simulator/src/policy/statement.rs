//! A small evaluator of IAM policy statements.
//!
//! It covers what task policies, service control policies and this project's own roles state. What it does not
//! understand fails closed: an unknown element or condition never lets an Allow match and always lets a Deny match.

use std::collections::BTreeMap;
use std::str::Chars;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::policy::conditions::{self, Context, Holds};

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

/// IAM's JSON lets a list of one stand without brackets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Self::Many(values) => values,
            Self::One(value) => std::slice::from_ref(value),
        }
    }
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
        action.and(resource).and(conditions::hold(&self.condition, &question.context))
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

/// Whether a text matches a pattern in which `*` stands for any text and `?` for one character.
pub(crate) fn wildcard_matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Why: on a mismatch, go back to the last `*` and let it take one character more.
    let mut last_star: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let text_here = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = text_here;
                last_star = Some((pattern.clone(), text.clone()));
            }
            (Some('?'), Some(_)) => {}
            (Some(expected), Some(found)) if expected == found => {}
            (Some(_), None) => return false,
            (None | Some(_), Some(_)) => {
                let Some((after_star, from)) = last_star.as_mut() else { return false };
                from.next();
                (pattern, text) = (after_star.clone(), from.clone());
            }
        }
    }
}
