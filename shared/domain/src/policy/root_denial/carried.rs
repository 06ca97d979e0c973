//! What the requests of a root session carry, and whether a condition holds for them.

use super::Holds;
use crate::{
    aws::partition::Partition,
    policy::language::{
        condition::Condition,
        operator::{Comparison, Matches},
    },
};

/// What is known of every root session that Rootwarden opens in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootSessionContext {
    pub partition: Partition,
    /// As in `o-aaaaaaaaaa`.
    pub organization_id: String,
}

/// The value of a condition key.
enum Carried {
    /// Any text of this pattern, one for each account.
    Like(String),
    Missing,
    Unknown,
}

impl RootSessionContext {
    /// Sources: AWS IAM User Guide, "AWS global condition context keys" (of which `aws:AssumedRoot` says what a root session is,
    /// and `aws:PrincipalTag` that a root user has none). The functions are in no VPC, so their calls come from none.
    fn carried(&self, key: &str) -> Carried {
        let like = |value: &str| Carried::Like(value.to_owned());
        match key {
            "aws:principalarn" => Carried::Like(format!("arn:{}:iam::????????????:root", self.partition)),
            "aws:principalaccount" | "aws:resourceaccount" | "s3:resourceaccount" => like("????????????"),
            "aws:principaltype" => like("Account"),
            "aws:principalorgid" | "aws:resourceorgid" => Carried::Like(self.organization_id.clone()),
            "aws:assumedroot" | "aws:securetransport" => like("true"),
            "aws:viaawsservice" | "aws:principalisawsservice" => like("false"),
            "aws:sourcevpc"
            | "aws:sourcevpce"
            | "aws:vpcsourceip"
            | "aws:calledvia"
            | "aws:calledviafirst"
            | "aws:calledvialast"
            | "aws:federatedprovider"
            | "aws:principalservicename" => Carried::Missing,
            key if key.starts_with("aws:principaltag/") => Carried::Missing,
            _ => Carried::Unknown,
        }
    }

    /// Whether a condition holds for the requests of root sessions.
    pub(super) fn holds(&self, condition: &Condition<'_>) -> Holds {
        let Condition { operator, operator_name: _, key, values } = condition;
        let of = |holds: bool| if holds { Holds::Always } else { Holds::Never };
        let carried = self.carried(&key.to_ascii_lowercase());
        if operator.comparison == Comparison::Null {
            let wants_missing = values.iter().any(|value| value.eq_ignore_ascii_case("true"));
            return match carried {
                Carried::Like(_) => of(!wants_missing),
                Carried::Missing => of(wants_missing),
                Carried::Unknown => Holds::Perhaps,
            };
        }
        match carried {
            Carried::Unknown => Holds::Perhaps,
            Carried::Missing => operator.holds_when_missing().map_or(Holds::Perhaps, of),
            Carried::Like(family) => {
                let has_variable = values.iter().any(|value| value.contains("${"));
                match (operator.comparison.matches(values, &family), has_variable) {
                    (_, true) => Holds::Perhaps,
                    (Matches::All, false) => of(!operator.negated),
                    (Matches::Nothing, false) => of(operator.negated),
                    (Matches::Some, false) => Holds::InPart,
                }
            }
        }
    }

    /// Whether a condition is about root users: one that only they, or some of them, meet.
    pub(super) fn is_named_by(&self, condition: &Condition<'_>) -> bool {
        let is_of_root = |value: &String| value.ends_with(":root");
        condition.key.eq_ignore_ascii_case("aws:PrincipalArn")
            && !condition.operator.negated
            && condition.values.iter().any(is_of_root)
            && self.holds(condition) != Holds::Never
    }
}
