//! How people call those who carry a condition key, and whether it is plausible that there is anybody.

use super::exception::{
    Exception,
    Likelihood::{self, Doubtful, Plausible, Unknown},
};
use crate::policy::language::words::{listed, quoted};

/// What to say of a condition key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Words {
    Named(Named),
    PrincipalArn,
    UserId,
    /// A key that is true or false.
    Flag {
        on: Said,
        off: Said,
    },
    /// By the key itself.
    Key(Likelihood, &'static str),
    /// A key that this version does not know.
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub(super) who: &'static str,
    pub(super) likelihood: Likelihood,
    pub(super) why: &'static str,
}

/// A key whose values have a name of their own, which follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) with: &'static str,
    pub(super) without: &'static str,
    pub(super) why: &'static str,
    pub(super) why_without: &'static str,
}

const UNKNOWN_KEY: &str = "a key that this version does not know";

impl Words {
    /// Those who carry the key with this value.
    pub(super) fn with_value(self, key: &str, value: &str) -> Exception {
        let shown = quoted(value);
        match self {
            Self::Named(named) => Exception::new(format!("{} {shown}", named.with), Plausible, named.why),
            Self::PrincipalArn => principal(value),
            Self::UserId => user_id(value),
            Self::Flag { on, off } => flag(if value.eq_ignore_ascii_case("true") { on } else { off }),
            Self::Key(likelihood, why) => Exception::new(format!("requests whose {key} is {shown}"), likelihood, why),
            Self::Unknown => Exception::new(format!("requests whose {key} is {shown}"), Unknown, UNKNOWN_KEY),
        }
    }

    /// Those who carry none of these values, or not the key at all.
    pub(super) fn other_than(self, key: &str, values: &[String]) -> Exception {
        let shown: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        let shown = listed(&shown, "or");
        match (self, values) {
            (Self::Flag { on, off }, [value]) => flag(if value.eq_ignore_ascii_case("true") { off } else { on }),
            (Self::Named(named), _) => {
                Exception::new(format!("{} {shown}", named.without), Plausible, named.why_without)
            }
            (Self::PrincipalArn | Self::UserId, _) => Exception::new(
                format!("principals whose {key} is not {shown}"),
                Plausible,
                "IAM users, if the account has any",
            ),
            (Self::Key(..) | Self::Flag { .. }, _) => Exception::new(
                format!("requests whose {key} is not {shown}"),
                Plausible,
                "whoever carries another value, or none",
            ),
            (Self::Unknown, _) => Exception::new(format!("requests whose {key} is not {shown}"), Unknown, UNKNOWN_KEY),
        }
    }

    pub(super) fn with_key(self, key: &str) -> Exception {
        Exception::new(format!("requests with any {key}"), self.of_the_key(), "whoever carries the key at all")
    }

    pub(super) fn without_key(self, key: &str) -> Exception {
        Exception::new(format!("requests without {key}"), self.of_the_key(), "whoever does not carry the key")
    }

    fn of_the_key(self) -> Likelihood {
        match self {
            Self::Named(_) | Self::PrincipalArn | Self::UserId | Self::Flag { .. } => Plausible,
            Self::Key(likelihood, _) => likelihood,
            Self::Unknown => Unknown,
        }
    }
}

fn flag(said: Said) -> Exception {
    Exception::new(said.who, said.likelihood, said.why)
}

/// A principal of the owner's account, by its ARN or a pattern of ARNs.
pub(super) fn principal(arn: &str) -> Exception {
    let shown = quoted(arn);
    if arn.contains(":role/aws-service-role/") {
        let who = if is_pattern(arn) { format!("roles like {shown}") } else { format!("the role {shown}") };
        return Exception::new(who, Doubtful, "only an AWS service can use such a role, and it changes no policies");
    }
    if is_pattern(arn) {
        return Exception::new(format!("principals like {shown}"), Plausible, "if there are any, whoever may use them");
    }
    if arn.contains("AWSReservedSSO_") {
        let why = "if that permission set is still assigned in this account, whoever has it in Identity Center";
        return Exception::new(format!("the role {shown}"), Plausible, why);
    }
    match arn.splitn(6, ':').nth(5).and_then(|name| name.split_once('/')).map(|(kind, _)| kind) {
        Some("role") => {
            Exception::new(format!("the role {shown}"), Plausible, "if it still exists, whoever may assume it")
        }
        Some("user") => {
            Exception::new(format!("the user {shown}"), Plausible, "if the user still exists and has credentials")
        }
        Some("federated-user") => Exception::new(
            format!("the federated user {shown}"),
            Doubtful,
            "only an IAM user who asks for a session of that name",
        ),
        _ => Exception::new(format!("the principal {shown}"), Unknown, "what this names cannot be read from it"),
    }
}

fn is_pattern(value: &str) -> bool {
    value.contains(['*', '?'])
}

fn user_id(value: &str) -> Exception {
    let shown = quoted(value);
    if value.starts_with("AROA") {
        let why = "if that very role still exists: one that was made anew has another id";
        return Exception::new(format!("sessions of the role with the id {shown}"), Plausible, why);
    }
    if value.starts_with("AIDA") {
        let why = "if that very user still exists: one that was made anew has another id";
        return Exception::new(format!("the user with the id {shown}"), Plausible, why);
    }
    Exception::new(format!("principals with the user id {shown}"), Plausible, "if there are any")
}
