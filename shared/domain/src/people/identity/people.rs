//! Whom a deployment takes for people.

use std::{collections::BTreeSet, fmt, str::FromStr};

use super::{Kind, Person, PersonError, is_name};
use crate::{
    AccountId,
    text::{input::ValueError, is_plain},
};

/// Which kinds of principals are people, beside the sessions of roles that are named one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonKinds {
    IdentityCenterAndIamUsers,
    IdentityCenter,
    IamUsers,
    NamedRoles,
}

impl PersonKinds {
    fn endpoint(self, kind: Kind) -> bool {
        match (self, kind) {
            (Self::IdentityCenterAndIamUsers, Kind::IdentityCenter | Kind::User)
            | (Self::IdentityCenter, Kind::IdentityCenter)
            | (Self::IamUsers, Kind::User) => true,
            (Self::IdentityCenterAndIamUsers, Kind::Role)
            | (Self::IdentityCenter, Kind::User | Kind::Role)
            | (Self::IamUsers, Kind::IdentityCenter | Kind::Role)
            | (Self::NamedRoles, Kind::IdentityCenter | Kind::User | Kind::Role) => false,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::IdentityCenterAndIamUsers => "identity-center-and-iam-users",
            Self::IdentityCenter => "identity-center",
            Self::IamUsers => "iam-users",
            Self::NamedRoles => "named-roles",
        }
    }
}

impl FromStr for PersonKinds {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        [Self::IdentityCenterAndIamUsers, Self::IdentityCenter, Self::IamUsers, Self::NamedRoles]
            .into_iter()
            .find(|kinds| kinds.as_str() == text)
            .ok_or_else(|| {
                let expected = "`identity-center-and-iam-users`, `identity-center`, `iam-users` or `named-roles`";
                ValueError::new(text, expected)
            })
    }
}

impl fmt::Display for PersonKinds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A role of which the trust policy binds the name of the session, so that its sessions are people: one ARN, no pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonRole {
    account: AccountId,
    /// Unique in its account, whatever its path; a session's ARN has the name alone.
    name: String,
}

impl FromStr for PersonRole {
    type Err = ValueError;

    fn from_str(arn: &str) -> Result<Self, ValueError> {
        let refused =
            || ValueError::new(arn, "the ARN of one role (`arn:aws:iam::111122223333:role/people/Operators`)");
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else { return Err(refused()) };
        let path_and_name = resource.strip_prefix("role/").ok_or_else(refused)?;
        let (path, name) = path_and_name.rsplit_once('/').unwrap_or(("", path_and_name));
        let is_aws = *partition == "aws" || partition.starts_with("aws-");
        let is_one = !arn.contains(['*', '?']) && (path.is_empty() || is_plain(path, 512)) && is_name(name);
        if !is_aws || !is_one {
            return Err(refused());
        }
        Ok(Self { account: account.parse().map_err(|_| refused())?, name: name.to_owned() })
    }
}

/// Whom a deployment takes for people, all of them in its own account.
///
/// Why no other account: whoever administers it could make users there, and so be two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    account: AccountId,
    kinds: PersonKinds,
    roles: BTreeSet<PersonRole>,
}

impl People {
    /// # Errors
    /// A role is of another account.
    pub fn new(
        account: AccountId,
        kinds: PersonKinds,
        roles: impl IntoIterator<Item = PersonRole>,
    ) -> Result<Self, ValueError> {
        let roles: BTreeSet<PersonRole> = roles.into_iter().collect();
        match roles.iter().find(|role| role.account != account) {
            Some(elsewhere) => Err(ValueError::new(&elsewhere.name, "a role of the deployment's own account")),
            None => Ok(Self { account, kinds, roles }),
        }
    }

    /// Takes who signed, if they are a person here.
    ///
    /// INVARIANT (I12): the name of a session that its opener has chosen is no identity.
    ///
    /// # Errors
    /// Why not, and what to do instead.
    pub fn check(&self, person: Person) -> Result<Person, PersonError> {
        let arn = || person.arn.clone();
        if person.account != self.account {
            return Err(PersonError::OtherAccount { arn: arn(), account: self.account });
        }
        if self.kinds.endpoint(person.kind) {
            return Ok(person);
        }
        let is_named = person.role().is_some_and(|role| self.roles.iter().any(|named| named.name == role));
        match person.kind {
            Kind::Role | Kind::IdentityCenter if is_named => Ok(person),
            Kind::Role => Err(PersonError::OtherRole(arn())),
            Kind::IdentityCenter | Kind::User => Err(PersonError::OtherKind { arn: arn(), takes: self.kinds }),
        }
    }
}
