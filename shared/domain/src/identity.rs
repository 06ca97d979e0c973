//! Who signed a request: the ARN that AWS vouches for, and the person behind it.
//!
//! The person is the name at the end of the ARN: SSO puts the user there as the role session's name, whatever the role and
//! the account. Limits: whoever may choose a session name freely can pass for somebody else, so the trust policies of
//! people's roles have to bind `sts:RoleSessionName`, as SSO does; and names are all that is compared, so that one
//! person under two names (`jane` and `jane@example.com`) is two.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{AccountId, input::InvalidValue, text::is_plain};

/// A person, as AWS names who signed a request.
///
/// `==` compares ARNs; whether two of them may be one person is asked of [`Person::is_same_person`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Person {
    arn: String,
    /// A role session's name, an IAM user's or a federated user's.
    name: String,
}

/// Why an ARN does not stand for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPerson {
    #[error("a root user is nobody in particular: sign as an IAM user or with a role session")]
    RootUser,
    #[error(transparent)]
    Other(#[from] InvalidValue),
}

impl Person {
    /// Whether the two may be the same person, which is all that keeps one from acting as two.
    ///
    /// Conservative: equal names mean the same person in any account and through any role, without regard to case; and a
    /// name that a tool made up names nobody, so its bearer may be anybody.
    #[must_use]
    pub fn is_same_person(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name) || self.has_made_up_name() || other.has_made_up_name()
    }

    /// Whether the session's name is a tool's default, such as `botocore-session-1763776800`: they end in the time.
    ///
    /// Who bears it may be anybody, so that nobody can be shown to be somebody else.
    #[must_use]
    pub fn has_made_up_name(&self) -> bool {
        let digits = self.name.bytes().rev().take_while(u8::is_ascii_digit).count();
        digits >= 10
    }
}

impl FromStr for Person {
    type Err = NotAPerson;

    /// Source: AWS IAM User Guide, "IAM identifiers"; AWS STS API Reference, `AssumedRoleUser` and `FederatedUser`.
    fn from_str(arn: &str) -> Result<Self, NotAPerson> {
        let refused = || InvalidValue::new(arn, "the ARN of a role session, an IAM user or a federated user");
        if !is_plain(arn, 2048) {
            return Err(refused().into());
        }
        let mut parts = arn.splitn(6, ':');
        let mut part = || parts.next().ok_or_else(refused);
        let (prefix, partition, service, region, account, resource) =
            (part()?, part()?, part()?, part()?, part()?, part()?);
        let is_aws = prefix == "arn" && (partition == "aws" || partition.starts_with("aws-")) && region.is_empty();
        if !is_aws || account.parse::<AccountId>().is_err() {
            return Err(refused().into());
        }
        let resource: Vec<&str> = resource.split('/').collect();
        let name = match (service, resource.as_slice()) {
            ("iam", ["root"]) | ("sts", ["assumed-root", ..]) => return Err(NotAPerson::RootUser),
            ("sts", ["assumed-role", role, session]) if is_name(role) => session,
            ("sts", ["federated-user", name]) | ("iam", ["user", .., name]) => name,
            _ => return Err(refused().into()),
        };
        if !is_name(name) {
            return Err(refused().into());
        }
        Ok(Self { arn: arn.to_owned(), name: (*name).to_owned() })
    }
}

/// Source: AWS IAM and STS API References, `userNameType` and `roleSessionNameType`.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

impl TryFrom<String> for Person {
    type Error = NotAPerson;

    fn try_from(arn: String) -> Result<Self, NotAPerson> {
        arn.parse()
    }
}

impl From<Person> for String {
    fn from(person: Person) -> Self {
        person.arn
    }
}

/// The ARN.
impl fmt::Display for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.arn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSO: &str = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com";

    #[test]
    fn reads_who_signed() {
        for (arn, name) in [
            (SSO, "jane@example.com"),
            ("arn:aws-us-gov:sts::111122223333:assumed-role/Operators/jane", "jane"),
            ("arn:aws-cn:iam::111122223333:user/jane", "jane"),
            ("arn:aws:iam::111122223333:user/division_abc/sub:division/jane", "jane"),
            ("arn:aws:sts::111122223333:federated-user/jane", "jane"),
        ] {
            let person: Person = arn.parse().unwrap();
            assert_eq!((person.name.as_str(), person.to_string().as_str()), (name, arn));
            assert_eq!(serde_json::to_string(&person).unwrap(), format!("\"{arn}\""));
        }
    }

    #[test]
    fn a_root_user_is_refused_with_its_reason() {
        for arn in ["arn:aws:iam::111122223333:root", "arn:aws:sts::111122223333:assumed-root"] {
            assert_eq!(arn.parse::<Person>().unwrap_err(), NotAPerson::RootUser);
        }
    }

    #[test]
    fn refuses_whatever_else_there_is() {
        for arn in [
            "",
            "jane",
            "arn:aws:iam::111122223333:role/Operators",
            "arn:aws:iam::111122223333:group/Operators",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user",
            "arn:aws:iam::11112222333:user/jane",
            "arn:aws:iam:us-east-1:111122223333:user/jane",
            "arn:aws:sts::111122223333:user/jane",
            "arn:aws:sts::111122223333:assumed-role/Operators",
            "arn:aws:sts::111122223333:assumed-role/Operators/",
            "arn:aws:sts::111122223333:assumed-role//jane",
            "arn:aws:sts::111122223333:assumed-role/Operators/jane/doe",
            "arn:aws:sts::111122223333:federated-user/a/b",
            "arn:awsome:iam::111122223333:user/jane",
            "arn:aws:iam::111122223333:user/jane doe",
            "arn:aws:iam::111122223333:user/jane\n",
            "arn:aws:iam::111122223333:user/jáne",
            "arn:aws:lambda:us-east-1:111122223333:function:jane",
        ] {
            let error = arn.parse::<Person>().unwrap_err();
            assert!(matches!(error, NotAPerson::Other(_)), "{arn}");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }

    #[test]
    fn i12_equal_names_are_the_same_person_and_a_made_up_name_is_anybody() {
        let nameless = "arn:aws:sts::111122223333:assumed-role/Operators/botocore-session-1763776800";
        for (one, other, same) in [
            (SSO, SSO, true),
            (SSO, "arn:aws:sts::444455556666:assumed-role/ReadOnly/jane@example.com", true),
            (SSO, "arn:aws:sts::444455556666:assumed-role/ReadOnly/Jane@Example.com", true),
            (SSO, "arn:aws:sts::111122223333:federated-user/jane@example.com", true),
            (SSO, "arn:aws:iam::777788889999:user/people/JANE@example.com", true),
            ("arn:aws:iam::111122223333:user/jane", "arn:aws:iam::111122223333:user/people/jane", true),
            (
                SSO,
                "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/joe@example.com",
                false,
            ),
            ("arn:aws:iam::111122223333:user/jane", "arn:aws:iam::111122223333:user/joe", false),
            ("arn:aws:iam::111122223333:user/jane", "arn:aws:iam::111122223333:user/jane2", false),
            (SSO, nameless, true),
            (nameless, "arn:aws:iam::111122223333:user/joe", true),
        ] {
            let (one, other): (Person, Person) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(one.is_same_person(&other), same, "{one} {other}");
            assert_eq!(other.is_same_person(&one), same, "{other} {one}");
        }
    }
}
