//! The language of resource policies, read strictly, and what a policy says in plain words.

pub(super) mod action;
pub(super) mod address;
pub mod catalogue;
pub(super) mod condition;
pub(super) mod describe;
pub(super) mod document;
pub(super) mod inside;
pub(super) mod operator;
pub(super) mod pattern;
pub(super) mod principal;
pub(super) mod resource;
pub(super) mod statement;
pub(super) mod subject;
mod unique_keys;
pub(super) mod values;
pub(super) mod words;

pub use document::{PolicyDocument, PolicyError};
pub(crate) use pattern::matches;
pub use subject::PolicySubject;
