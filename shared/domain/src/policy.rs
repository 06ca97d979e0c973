//! What a resource policy says about who may change it, and the smallest changes that give it back.
//!
//! A bucket or a queue is locked when its policy denies everybody the actions that change the policy. Everything here is
//! decided from the policy's text alone and is conservative: what is not understood is never changed (it is refused as
//! [`PolicyError::NotModelled`]), and what cannot be decided counts as an exception, which only a forced request touches.
//!
//! Limits: identity policies, service control policies and VPC endpoint policies are not looked at, and whether a role,
//! an endpoint or an organization that a policy names still exists cannot be read from it.
//!
//! The folders, lowest first: `language` reads a policy, `lock_out` says whom it keeps out, `change` gives it back, and
//! `new_access` says what a change opens. `root_denial` reads policies of the organization instead: which of them keep root
//! sessions from their work.

mod change;
mod language;
mod lock_out;
mod new_access;
mod root_denial;
#[cfg(test)]
mod tests;
mod text;

pub use change::{Change, Reach, drop_locking, exceeded_limit, gone_principals, leave_out, narrow};
pub(crate) use language::matches;
pub use language::{PolicyDocument, PolicyError, PolicySubject, catalogue};
pub use lock_out::{Analysis, Exception, Likelihood, LockOut, StatementFinding, analyse};
pub use new_access::{NewAccess, new_access, public_statements};
pub use root_denial::{CREDENTIAL_ACTIONS, DenialReach, RootDenial, RootSessionContext, UNLOCK_ACTIONS, root_denials};
pub use text::{PolicyText, policy_sha256};
