//! Who signed a request: what AWS says of them, and the person behind it.
//!
//! An IAM user is one by its id as well as by its name: a user may be renamed, and another made under the old name. Of a
//! session of Identity Center, the session's name is the user's; of any other session, whoever opened it has chosen the name,
//! so that it is worth what the role's trust policy makes of it. [`People`] says which of them a deployment takes.
//! Limits: one person under two names – two users, or a user and an Identity Center session – is two.

mod people;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    AccountId,
    text::{checked_text, input::ValueError, is_plain},
};

pub use people::{People, PersonKinds, PersonRole};

checked_text! {
    /// An IAM user's unique id, which no other user ever gets.
    ///
    /// Source: AWS IAM User Guide, "IAM identifiers", "Unique identifiers"; API Reference, `User.UserId`.
    UserId, expects "the unique id of an IAM user (`AIDA…`)",
    |value| {
        (16..=128).contains(&value.len())
            && value.starts_with("AIDA")
            && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    }
}

/// A person, as AWS names who signed a request.
///
/// As text it is the ARN; an IAM user's id follows it, after `#`, which no name has.
/// `==` compares all of it; whether two of them may be one person is asked of [`Person::is_same_person`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Person {
    arn: String,
    account: AccountId,
    kind: Kind,
    /// An IAM user's, where it is known.
    user_id: Option<UserId>,
}

/// What kind of principal somebody signs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A session of a role that Identity Center made for a permission set.
    IdentityCenter,
    User,
    /// A session of any other role.
    Role,
}

/// Why a signature does not stand for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    #[error("a root user is nobody in particular: sign in through Identity Center, or as an IAM user")]
    RootUser,
    #[error(
        "whoever asks for the token of a federated user chooses its name: sign in through Identity Center, or as an IAM user"
    )]
    FederatedUser,
    #[error("the id of the IAM user `{0}` is not known: ask through the URL, signed with its own access key")]
    NoUserId(String),
    #[error("`{arn}` is of another account: sign in to account {account}, which Rootwarden is deployed in")]
    OtherAccount { arn: String, account: AccountId },
    #[error("this deployment takes nobody who signs in as `{arn}`: its parameter People says {takes}")]
    OtherKind { arn: String, takes: PersonKinds },
    #[error(
        "`{0}` is nobody in particular, since whoever opens a session of this role may choose its name: sign in through \
         Identity Center or as an IAM user, or name the role in PersonRoleArns if its trust policy binds the session's name"
    )]
    OtherRole(String),
    #[error(transparent)]
    Other(#[from] ValueError),
}

impl Person {
    /// Who signed, by the ARN and the id that AWS gives of them.
    ///
    /// # Errors
    /// It is no person; the id of an IAM user is missing.
    pub fn signed(arn: &str, id: Option<&str>) -> Result<Self, PersonError> {
        let person: Self = parse_arn(arn)?;
        let user_id = match person.kind {
            Kind::User => Some(id.and_then(|id| id.parse().ok()).ok_or_else(|| PersonError::NoUserId(arn.to_owned()))?),
            Kind::IdentityCenter | Kind::Role => None,
        };
        Ok(Self { user_id, ..person })
    }

    /// Whether the two may be the same person, which is all that keeps one from acting as two.
    ///
    /// Conservative: equal names mean the same person in any account and through any role, without regard to case, and so
    /// do equal ids under whatever names; a name that a tool made up names nobody, so its bearer may be anybody.
    #[must_use]
    pub fn is_same_person(&self, other: &Self) -> bool {
        let same_id = self.user_id.is_some() && self.user_id == other.user_id;
        // Source: AWS IAM API Reference, CreateUser, `UserName`: names are not distinguished by case.
        let same_name = self.name().eq_ignore_ascii_case(other.name());
        same_id || same_name || self.has_made_up_name() || other.has_made_up_name()
    }

    /// Whether the session's name is a tool's default, such as `botocore-session-1763776800`: most end in the time.
    ///
    /// Who bears it may be anybody, so that nobody can be shown to be somebody else. The names of users are their own.
    #[must_use]
    pub fn has_made_up_name(&self) -> bool {
        match self.kind {
            Kind::IdentityCenter | Kind::User => false,
            Kind::Role => is_made_up(self.name()),
        }
    }

    /// A role session's name, or an IAM user's.
    fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }

    /// The role of a session, by its name.
    fn role(&self) -> Option<&str> {
        match self.kind {
            Kind::IdentityCenter | Kind::Role => self.arn.split('/').nth(1),
            Kind::User => None,
        }
    }
}

/// Session names that tools and services give of themselves.
///
/// Sources: the defaults of the SDKs (`botocore-session-…`, `aws-sdk-js-…`, `aws-go-sdk-…`: the time), of the action
/// configure-aws-credentials (`GitHubActions`), of `CodeBuild` (`AWSCodeBuild-…`), of Cognito (`CognitoIdentityCredentials`),
/// of EC2 (the instance's id), of ECS (the task's id) and of EKS (`eks-…`, ends in a UUID).
fn is_made_up(name: &str) -> bool {
    let tail = |is: fn(&u8) -> bool| name.bytes().rev().take_while(is).count();
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_instance = name.strip_prefix("i-").is_some_and(|id| id.len() >= 8 && id.bytes().all(|byte| is_hex(&byte)));
    tail(u8::is_ascii_digit) >= 10
        || tail(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')) >= 32
        || is_instance
        || name.starts_with("AWSCodeBuild")
        || ["GitHubActions", "CognitoIdentityCredentials"].contains(&name)
}

impl FromStr for Person {
    type Err = PersonError;

    /// Reads what was written down of a person.
    fn from_str(text: &str) -> Result<Self, PersonError> {
        match text.rsplit_once('#') {
            // A path may have a `#` too; the name, which comes after it, has none.
            Some((arn, id)) if !id.contains('/') => {
                let person = parse_arn(arn)?;
                match person.kind {
                    Kind::User => Ok(Self { user_id: Some(id.parse()?), ..person }),
                    Kind::IdentityCenter | Kind::Role => Err(not_a_person(text).into()),
                }
            }
            Some(_) | None => parse_arn(text),
        }
    }
}

/// Source: AWS IAM User Guide, "IAM identifiers"; AWS STS API Reference, `AssumedRoleUser` and `FederatedUser`.
fn parse_arn(arn: &str) -> Result<Person, PersonError> {
    let refused = || not_a_person(arn);
    if !is_plain(arn, 2048) {
        return Err(refused().into());
    }
    let mut parts = arn.splitn(6, ':');
    let mut part = || parts.next().ok_or_else(refused);
    let (prefix, partition, service, region, account, resource) =
        (part()?, part()?, part()?, part()?, part()?, part()?);
    let is_aws = prefix == "arn" && (partition == "aws" || partition.starts_with("aws-")) && region.is_empty();
    let account = match account.parse() {
        Ok(account) if is_aws => account,
        Ok(_) | Err(_) => return Err(refused().into()),
    };
    let resource: Vec<&str> = resource.split('/').collect();
    let (kind, name) = match (service, resource.as_slice()) {
        ("iam", ["root"]) | ("sts", ["assumed-root", ..]) => return Err(PersonError::RootUser),
        ("sts", ["federated-user", ..]) => return Err(PersonError::FederatedUser),
        ("sts", ["assumed-role", role, session]) if is_name(role) => (kind_of(role), session),
        ("iam", ["user", .., name]) => (Kind::User, name),
        _ => return Err(refused().into()),
    };
    if !is_name(name) {
        return Err(refused().into());
    }
    Ok(Person { arn: arn.to_owned(), account, kind, user_id: None })
}

/// The ARN of a session does not have the role's path, which alone is reserved for certain: the managed policies ask for that.
///
/// Source: AWS IAM Identity Center User Guide, "Referencing permission sets in resource policies".
fn kind_of(role: &str) -> Kind {
    let is_suffix = |suffix: &str| suffix.len() == 16 && suffix.bytes().all(|byte| byte.is_ascii_hexdigit());
    let of_permission_set = role.strip_prefix("AWSReservedSSO_").and_then(|rest| rest.rsplit_once('_'));
    match of_permission_set {
        Some((set, suffix)) if !set.is_empty() && is_suffix(suffix) => Kind::IdentityCenter,
        Some(_) | None => Kind::Role,
    }
}

fn not_a_person(text: &str) -> ValueError {
    ValueError::new(text, "the ARN of an IAM user or of a role's session")
}

/// Source: AWS IAM and STS API References, `userNameType` and `roleSessionNameType`.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

impl TryFrom<String> for Person {
    type Error = PersonError;

    fn try_from(text: String) -> Result<Self, PersonError> {
        text.parse()
    }
}

impl From<Person> for String {
    fn from(person: Person) -> Self {
        match person.user_id {
            Some(id) => format!("{}#{id}", person.arn),
            None => person.arn,
        }
    }
}

/// The ARN.
impl fmt::Display for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.arn)
    }
}
