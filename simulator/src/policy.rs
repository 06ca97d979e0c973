//! IAM's policy language: documents and how they are evaluated, principals, policies of resources, and those of tasks.
//!
//! It covers what task policies, service control policies, this project's roles, and buckets and queues state. What it
//! does not understand fails closed: it never lets an Allow match and always lets a Deny match.

mod access;
mod conditions;
mod context;
mod form;
mod holds;
mod one_or_many;
mod operators;
mod principal;
mod resource_policy;
mod statement;
mod task;
#[cfg(test)]
mod tests;
mod text;
mod wildcard;

pub use self::access::{Access, is_allowed};
pub(crate) use self::access::{AccessDecision, usual_context, verdict};
pub(crate) use self::context::Context;
pub(crate) use self::form::{CheckedStatement, Rejection, checked_statements};
pub(crate) use self::principal::CallingPrincipal;
pub(crate) use self::resource_policy::ResourcePolicy;
pub(crate) use self::statement::{Decision, Question, decide};
pub use self::statement::{Policy, Statement};
pub(crate) use self::task::Task;
pub use self::text::PolicyText;
pub(crate) use self::wildcard::wildcard_matches;
