//! Who calls, as policies see it, and whom the principals of a resource policy name.

use serde_json::Value;

use super::holds::Holds;
use crate::identifiers::{account_of_arn, is_account_id, root_arn};

/// Whoever makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallingPrincipal<'a> {
    Anonymous,
    Root {
        account: &'a str,
    },
    User {
        arn: &'a str,
    },
    /// A session of a role; the role's path does not stand in its ARN.
    RoleSession {
        arn: &'a str,
        role: &'a str,
        session: &'a str,
    },
    /// Any other ARN, e.g. of a role itself; only policies that name it, or its account, mean it.
    Other {
        arn: &'a str,
    },
}

impl<'a> CallingPrincipal<'a> {
    /// The principal of an ARN; `*` is anonymous.
    pub(crate) fn of(arn: &'a str) -> Self {
        let name = arn.split(':').nth(5).unwrap_or_default();
        let mut parts = name.split('/');
        match (arn, parts.next(), parts.next(), parts.next()) {
            ("*", ..) => Self::Anonymous,
            (_, Some("root"), None, _) => Self::Root { account: account_of_arn(arn) },
            (_, Some("user"), Some(_), _) => Self::User { arn },
            (_, Some("assumed-role"), Some(role), Some(session)) => Self::RoleSession { arn, role, session },
            _ => Self::Other { arn },
        }
    }

    /// Empty for an anonymous caller.
    pub(crate) fn account(self) -> &'a str {
        match self {
            Self::Anonymous => "",
            Self::Root { account } => account,
            Self::User { arn } | Self::RoleSession { arn, .. } | Self::Other { arn } => account_of_arn(arn),
        }
    }

    /// `aws:PrincipalArn`: of a role's session it is the role. Empty for an anonymous caller.
    pub(crate) fn principal_arn(self) -> String {
        match self {
            Self::Anonymous => String::new(),
            Self::Root { account } => root_arn(account),
            Self::User { arn } | Self::Other { arn } => arn.to_owned(),
            Self::RoleSession { role, .. } => format!("arn:aws:iam::{}:role/{role}", self.account()),
        }
    }

    /// Whether an ARN of a policy is that of the user, of the role or of the session.
    fn is_named_by(self, named: &str) -> bool {
        match self {
            Self::Anonymous | Self::Root { .. } => false,
            Self::User { arn } | Self::Other { arn } => arn == named,
            Self::RoleSession { arn, .. } => arn == named || self.is_session_of(named),
        }
    }

    /// Whether an ARN is that of the role whose session this is. A role's name is unique in its account whatever its path.
    fn is_session_of(self, named: &str) -> bool {
        let Self::RoleSession { role, .. } = self else { return false };
        let is_role = named.split(':').nth(5).is_some_and(|name| name.starts_with("role/"));
        is_role && account_of_arn(named) == self.account() && named.rsplit('/').next() == Some(role)
    }
}

/// The `Principal` or `NotPrincipal` of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principals(Vec<Named>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Everyone,
    /// By its id or its root user's ARN: everyone in the account.
    Account(String),
    Arn(String),
    /// A service, a federation, a canonical user: none of the callers here.
    NobodyHere,
}

impl Principals {
    /// Reads the element; `None` if it has no form that IAM knows.
    pub(crate) fn read(element: &Value) -> Option<Self> {
        let kinds = match element {
            Value::String(text) if text == "*" => return Some(Self(vec![Named::Everyone])),
            Value::Object(kinds) if !kinds.is_empty() => kinds,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                return None;
            }
        };
        let mut principals = Vec::new();
        for (kind, listed) in kinds {
            let listed = match listed {
                Value::Array(listed) => listed.as_slice(),
                single => std::slice::from_ref(single),
            };
            for name in listed {
                let name = name.as_str()?;
                principals.push(match kind.as_str() {
                    "AWS" => Named::read(name),
                    "Service" | "Federated" | "CanonicalUser" => Named::NobodyHere,
                    _ => return None,
                });
            }
        }
        Some(Self(principals))
    }

    /// Whether `Principal` with these names means a caller.
    pub(crate) fn name(&self, caller: CallingPrincipal<'_>) -> Holds {
        Holds::from(self.0.iter().any(|named| match named {
            Named::Everyone => true,
            Named::Account(account) => account == caller.account(),
            Named::Arn(arn) => caller.is_named_by(arn),
            Named::NobodyHere => false,
        }))
    }

    /// Whether `NotPrincipal` with these names, in a Deny, lets a caller off.
    ///
    /// AWS may validate the account first, then the role, then the session or the user, and all of them should be named for
    /// it. So a caller is let off only if its account is named and it is too; a session only if it and its role are.
    /// Sources: IAM User Guide, "AWS JSON policy elements: `NotPrincipal`"; AWS Security Blog, "How to restrict Amazon S3 bucket
    /// access to a specific IAM role" (both ARNs); github.com/japan-d2/secure-stack-template-aws, issue 34 (a role alone).
    pub(crate) fn let_off(&self, caller: CallingPrincipal<'_>) -> bool {
        let lists = |is_meant: &dyn Fn(&Named) -> bool| self.0.iter().any(is_meant);
        let everyone = lists(&|named| *named == Named::Everyone);
        let account = lists(&|named| matches!(named, Named::Account(account) if account == caller.account()));
        let itself = match caller {
            CallingPrincipal::Anonymous => false,
            CallingPrincipal::Root { .. } => true,
            CallingPrincipal::User { arn } | CallingPrincipal::Other { arn } => {
                lists(&|named| matches!(named, Named::Arn(listed) if listed == arn))
            }
            CallingPrincipal::RoleSession { arn, .. } => {
                lists(&|named| matches!(named, Named::Arn(listed) if caller.is_session_of(listed)))
                    && lists(&|named| matches!(named, Named::Arn(listed) if listed == arn))
            }
        };
        everyone || (account && itself)
    }
}

impl Named {
    fn read(name: &str) -> Self {
        let root = name.strip_suffix(":root").map(account_of_arn).filter(|account| is_account_id(account));
        match root {
            _ if name == "*" => Self::Everyone,
            _ if is_account_id(name) => Self::Account(name.to_owned()),
            Some(account) => Self::Account(account.to_owned()),
            None => Self::Arn(name.to_owned()),
        }
    }
}
