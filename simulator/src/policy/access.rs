//! Whether a caller gets through to a bucket or a queue: its own permissions and the resource's policy together.
//!
//! Source: IAM User Guide, "Policy evaluation logic", and "Cross-account policy evaluation logic".

use jiff::Timestamp;
use serde_json::Value;

use super::context::Context;
use super::principal::CallingPrincipal;
use super::resource_policy::ResourcePolicy;
use super::statement::{Decision, Question};
use crate::clock;
use crate::identifiers::{default_organization, root_path};

/// Where every call comes from unless a test says otherwise (an address of RFC 5737, for documentation).
pub(crate) const SOURCE_IP: &str = "203.0.113.1";

/// Somebody who wants something of a bucket or a queue, for tests that hold an analysis against the simulator.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// The resource's policy; `None` if it has none.
    pub policy: Option<&'a Value>,
    /// The account that owns the resource.
    pub owner: &'a str,
    /// The ARN of a role's session, a user or a root user; `*` is anonymous.
    pub principal: &'a str,
    /// Whether the principal's own policies allow it.
    pub identity_allows: bool,
    /// An IAM action, e.g. `s3:GetObject`.
    pub action: &'a str,
    /// The ARN of the bucket, the object or the queue.
    pub resource: &'a str,
    /// Condition keys that are added to those of a usual call, or replace them; a key named twice has two values.
    pub context: &'a [(&'a str, &'a str)],
}

/// Evaluates an access as the simulator does for an ordinary caller.
///
/// No explicit Deny of the policy, and within the owner's account the principal's own permission or an Allow of the
/// policy, from another account both, for an anonymous caller the Allow. What AWS exempts root sessions from is no part
/// of it. The caller is of the default organization, and the time is that at which a world starts.
#[must_use]
pub fn is_allowed(access: &Access<'_>) -> bool {
    let Access { policy, owner, principal, identity_allows, action, resource, context } = *access;
    let caller = CallingPrincipal::of(principal);
    let usual = usual_context(caller, owner, &default_organization(), clock::default_start());
    let usual =
        if context.iter().any(|(key, _)| is_of_an_endpoint(key)) { usual.without("aws:SourceIp") } else { usual };
    let question = Question { action, resource, context: usual.with_all(context) };
    let said = policy.map(|policy| ResourcePolicy::of(policy).decide(caller, question));
    verdict(caller, owner, identity_allows, said) == AccessDecision::Allowed
}

/// Through a VPC endpoint a request carries no `aws:SourceIp`. Source: IAM User Guide, "AWS global condition context keys".
fn is_of_an_endpoint(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("aws:sourcevpc") || key.starts_with("aws:vpc")
}

/// Whether a caller gets through, and if not, for lack of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessDecision {
    Allowed,
    DeniedByResourcePolicy,
    NotAllowedByIdentity,
    NotAllowedByResourcePolicy,
}

/// `said`: what the resource's policy says, if there is one.
pub(crate) fn verdict(
    caller: CallingPrincipal<'_>,
    owner: &str,
    identity_allows: bool,
    said: Option<Decision>,
) -> AccessDecision {
    let policy_allows = match said {
        Some(Decision::ExplicitlyDenied) => return AccessDecision::DeniedByResourcePolicy,
        Some(Decision::Allowed) => true,
        Some(Decision::NotAllowed) | None => false,
    };
    let is_own = caller.account() == owner;
    match caller {
        CallingPrincipal::Anonymous if policy_allows => AccessDecision::Allowed,
        CallingPrincipal::Anonymous => AccessDecision::NotAllowedByResourcePolicy,
        _ if is_own && (identity_allows || policy_allows) => AccessDecision::Allowed,
        _ if is_own => AccessDecision::NotAllowedByIdentity,
        _ if !identity_allows => AccessDecision::NotAllowedByIdentity,
        _ if policy_allows => AccessDecision::Allowed,
        _ => AccessDecision::NotAllowedByResourcePolicy,
    }
}

/// The condition keys of a call over TLS from the internet that somebody signed.
///
/// Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference, Amazon S3.
pub(crate) fn usual_context(caller: CallingPrincipal<'_>, owner: &str, organization: &str, now: Timestamp) -> Context {
    let context = Context::default()
        .with("aws:SecureTransport", "true")
        .with("aws:SourceIp", SOURCE_IP)
        .with("aws:CurrentTime", now.to_string())
        .with("aws:EpochTime", now.as_second().to_string())
        .with("aws:ViaAWSService", "false")
        .with("aws:PrincipalIsAWSService", "false")
        .with("aws:ResourceAccount", owner)
        .with("s3:ResourceAccount", owner)
        .with("s3:TlsVersion", "1.3");
    let signed = || {
        context
            .clone()
            .with("aws:PrincipalArn", caller.principal_arn())
            .with("aws:PrincipalAccount", caller.account())
            .with("aws:PrincipalOrgID", organization)
            .with("aws:PrincipalOrgPaths", root_path(organization))
            .with("s3:authType", "REST-HEADER")
            .with("s3:signatureversion", "AWS4-HMAC-SHA256")
    };
    match caller {
        CallingPrincipal::Anonymous => context
            .with("aws:PrincipalType", "Anonymous")
            .with("aws:PrincipalAccount", "anonymous")
            .with("aws:userid", "anonymous"),
        CallingPrincipal::Root { account } => signed().with("aws:PrincipalType", "Account").with("aws:userid", account),
        CallingPrincipal::User { arn } => {
            let name = arn.rsplit('/').next().unwrap_or_default();
            // The unique id that this world gives a user is made of its name.
            let id = format!("AIDA{}", name.to_ascii_uppercase());
            signed().with("aws:PrincipalType", "User").with("aws:userid", id).with("aws:username", name)
        }
        CallingPrincipal::RoleSession { role, session, .. } => {
            let id = format!("AROA{}:{session}", role.to_ascii_uppercase());
            signed().with("aws:PrincipalType", "AssumedRole").with("aws:userid", id)
        }
        CallingPrincipal::Other { .. } => signed(),
    }
}
