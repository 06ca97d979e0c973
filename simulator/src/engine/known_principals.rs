//! Which principals a resource policy can name: AWS checks that they exist when the policy is put.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal": a role or user that is deleted leaves its unique id in
//! the policy, and that id is not valid when the policy is saved again.

use crate::identifiers::{account_of_arn, is_account_id};
use crate::policy::CallingPrincipal;
use crate::state::{Credentials, State};
use crate::world::World;

/// The principals that exist: those of the world's accounts, and whoever signs.
#[derive(Clone, Copy)]
pub(crate) struct KnownPrincipals<'a> {
    world: &'a World,
    credentials: &'a Credentials,
}

impl<'a> KnownPrincipals<'a> {
    pub(crate) fn of(state: &'a State) -> Self {
        Self { world: &state.world, credentials: &state.credentials }
    }

    /// Whether a policy that is put may name a principal.
    ///
    /// Roles and users of the world's accounts have to be listed there, or somebody has to sign as them; what lies
    /// outside the world exists.
    pub(crate) fn include(self, kind: &str, name: &str) -> bool {
        match kind {
            "AWS" => name == "*" || is_account_id(name) || self.include_arn(name),
            "CanonicalUser" => name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "Service" => name.ends_with(".amazonaws.com"),
            "Federated" => !name.is_empty(),
            _ => false,
        }
    }

    fn include_arn(self, arn: &str) -> bool {
        let mut fields = arn.splitn(6, ':');
        let is_iam = fields.next() == Some("arn")
            && fields.next().is_some_and(|partition| partition.starts_with("aws"))
            && fields.next().is_some_and(|service| matches!(service, "iam" | "sts"))
            && fields.next() == Some("")
            && fields.next().is_some_and(is_account_id);
        let Some((kind, name)) = fields.next().map(|name| name.split_once('/').unwrap_or((name, ""))) else {
            return false;
        };
        if !is_iam || arn.contains(['*', '?']) {
            return false;
        }
        let account = account_of_arn(arn);
        let Some(known) = self.world.account(account) else { return true };
        match kind {
            "root" => name.is_empty(),
            "user" => known.users.contains(name) || self.signs_as(|caller| caller.principal_arn() == arn),
            "role" => known.roles.contains(name) || self.signs_as(|caller| caller.principal_arn() == arn),
            "assumed-role" => {
                let Some((role, session)) = name.split_once('/') else { return false };
                let is_role = |listed: &String| listed.rsplit('/').next() == Some(role);
                let role_arn = format!("arn:aws:iam::{account}:role/{role}");
                let exists =
                    known.roles.iter().any(is_role) || self.signs_as(|caller| caller.principal_arn() == role_arn);
                exists && !session.is_empty()
            }
            "federated-user" => true,
            _ => false,
        }
    }

    fn signs_as(self, is_meant: impl Fn(CallingPrincipal<'_>) -> bool) -> bool {
        self.credentials.callers().any(|caller| is_meant(CallingPrincipal::of(&caller.arn)))
    }
}
