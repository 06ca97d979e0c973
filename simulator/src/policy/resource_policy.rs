//! Policies of buckets and queues, read for evaluation.
//!
//! What cannot be read fails closed: a whole policy denies everything to everyone, a statement's part never lets an
//! Allow match and always lets a Deny match.

use serde_json::Value;

use super::holds::Holds;
use super::principal::{CallingPrincipal, Principals};
use super::statement::{Decision, Question, Statement, StatementEffect, combine};

/// A policy document of a resource.
#[derive(Clone, Debug)]
pub(crate) struct ResourcePolicy {
    statements: Vec<ResourceStatement>,
    /// Only the newer version of the policy language has variables.
    has_variables: bool,
}

#[derive(Clone, Debug)]
struct ResourceStatement {
    principals: Whom,
    statement: Statement,
}

#[derive(Clone, Debug)]
enum Whom {
    Principal(Principals),
    NotPrincipal(Principals),
    /// None, both, or one that has no known form.
    Unreadable,
}

impl ResourcePolicy {
    /// Reads a document as it is stored.
    pub(crate) fn of_text(text: &str) -> Self {
        serde_json::from_str(text).map_or_else(|_| Self::deny_everything(), |document| Self::of(&document))
    }

    pub(crate) fn of(document: &Value) -> Self {
        Self::read(document).unwrap_or_else(Self::deny_everything)
    }

    fn read(document: &Value) -> Option<Self> {
        let document = document.as_object()?;
        if document.keys().any(|key| !matches!(key.as_str(), "Version" | "Id" | "Statement")) {
            return None;
        }
        let statements = match document.get("Statement")? {
            Value::Array(statements) => statements.iter().map(ResourceStatement::read).collect::<Option<_>>()?,
            statement => vec![ResourceStatement::read(statement)?],
        };
        let has_variables = document.get("Version").and_then(Value::as_str) == Some("2012-10-17");
        Some(Self { statements, has_variables })
    }

    fn deny_everything() -> Self {
        let statement = ResourceStatement { principals: Whom::Unreadable, statement: Statement::deny_everything() };
        Self { statements: vec![statement], has_variables: false }
    }

    /// What the policy says to a caller.
    pub(crate) fn decide(&self, caller: CallingPrincipal<'_>, question: Question<'_>) -> Decision {
        let question = if self.has_variables {
            question
        } else {
            Question { context: question.context.without_variables(), ..question }
        };
        combine(self.statements.iter().map(|ResourceStatement { principals, statement }| {
            let whom = principals.mean(caller, statement.effect);
            (statement.effect, whom.and(statement.applies(&question)))
        }))
    }
}

impl ResourceStatement {
    fn read(statement: &Value) -> Option<Self> {
        let mut statement = statement.as_object()?.clone();
        let principals = match (statement.remove("Principal"), statement.remove("NotPrincipal")) {
            (Some(element), None) => Principals::read(&element).map(Whom::Principal),
            (None, Some(element)) => Principals::read(&element).map(Whom::NotPrincipal),
            (None, None) | (Some(_), Some(_)) => None,
        };
        let statement = serde_json::from_value(Value::Object(statement)).ok()?;
        Some(Self { principals: principals.unwrap_or(Whom::Unreadable), statement })
    }
}

impl Whom {
    fn mean(&self, caller: CallingPrincipal<'_>, effect: StatementEffect) -> Holds {
        match (self, effect) {
            (Self::Principal(principals), _) => principals.name(caller),
            (Self::NotPrincipal(principals), StatementEffect::Deny) => Holds::from(!principals.let_off(caller)),
            (Self::NotPrincipal(principals), StatementEffect::Allow) => principals.name(caller).negated(),
            (Self::Unreadable, _) => Holds::Unreadable,
        }
    }
}
