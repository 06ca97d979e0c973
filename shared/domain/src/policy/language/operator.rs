//! Condition operators: what they compare and what they say of a key that a request does not carry.
//!
//! Source: AWS IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context keys".

use super::{address, pattern};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) struct Operator {
    pub(in crate::policy) comparison: Comparison,
    /// `…Not…`: holds for what does not match any of the values, and for a missing key.
    pub(in crate::policy) negated: bool,
    quantifier: Option<Quantifier>,
    if_exists: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    ForAllValues,
    ForAnyValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Comparison {
    Equal,
    EqualIgnoringCase,
    Like,
    Arn,
    Bool,
    Address,
    Binary,
    Number(Order),
    Date(Order),
    /// Whether the key is missing.
    Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    pub(in crate::policy) fn read(name: &str) -> Option<Self> {
        let (quantifier, name) = match name.split_once(':') {
            Some(("ForAllValues", name)) => (Some(Quantifier::ForAllValues), name),
            Some(("ForAnyValue", name)) => (Some(Quantifier::ForAnyValue), name),
            Some(_) => return None,
            None => (None, name),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (comparison, negated) = comparison(name)?;
        let is_null = comparison == Comparison::Null;
        // Neither goes together with Null.
        (!is_null || (quantifier.is_none() && !if_exists)).then_some(Self {
            comparison,
            negated,
            quantifier,
            if_exists,
        })
    }

    /// What it says of a request without the key; `None` for `ForAnyValue:…IfExists`, of which sources differ.
    pub(in crate::policy) fn holds_when_missing(self) -> Option<bool> {
        match self.quantifier {
            Some(Quantifier::ForAllValues) => Some(true),
            Some(Quantifier::ForAnyValue) if self.if_exists => None,
            Some(Quantifier::ForAnyValue) => Some(false),
            None => Some(self.if_exists || self.negated),
        }
    }

    /// Whether it says which of several values count.
    pub(in crate::policy) fn is_for_several(self) -> bool {
        self.quantifier.is_some()
    }

    /// Whether it is met by one more of the values rather than by a place in an order.
    pub(in crate::policy) fn names_values(self) -> bool {
        match self.comparison {
            Comparison::Equal
            | Comparison::EqualIgnoringCase
            | Comparison::Like
            | Comparison::Arn
            | Comparison::Bool
            | Comparison::Address
            | Comparison::Binary
            | Comparison::Number(Order::Equal)
            | Comparison::Date(Order::Equal) => true,
            Comparison::Number(_) | Comparison::Date(_) | Comparison::Null => false,
        }
    }
}

fn comparison(name: &str) -> Option<(Comparison, bool)> {
    Some(match name {
        "StringEquals" => (Comparison::Equal, false),
        "StringNotEquals" => (Comparison::Equal, true),
        "StringEqualsIgnoreCase" => (Comparison::EqualIgnoringCase, false),
        "StringNotEqualsIgnoreCase" => (Comparison::EqualIgnoringCase, true),
        "StringLike" => (Comparison::Like, false),
        "StringNotLike" => (Comparison::Like, true),
        // The two forms of Arn operators behave alike.
        "ArnEquals" | "ArnLike" => (Comparison::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Comparison::Arn, true),
        "Bool" => (Comparison::Bool, false),
        "BinaryEquals" => (Comparison::Binary, false),
        "IpAddress" => (Comparison::Address, false),
        "NotIpAddress" => (Comparison::Address, true),
        "Null" => (Comparison::Null, false),
        _ => {
            let (make, rest): (fn(Order) -> Comparison, &str) = match name.strip_prefix("Numeric") {
                Some(rest) => (Comparison::Number, rest),
                None => (Comparison::Date, name.strip_prefix("Date")?),
            };
            let (order, negated) = order(rest)?;
            (make(order), negated)
        }
    })
}

fn order(name: &str) -> Option<(Order, bool)> {
    Some(match name {
        "Equals" => (Order::Equal, false),
        "NotEquals" => (Order::Equal, true),
        "LessThan" => (Order::Less, false),
        "LessThanEquals" => (Order::LessOrEqual, false),
        "GreaterThan" => (Order::Greater, false),
        "GreaterThanEquals" => (Order::GreaterOrEqual, false),
        _ => return None,
    })
}

/// How many of the texts of a pattern match a value of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::policy) enum Matches {
    Nothing,
    /// Some, or it cannot be said.
    Some,
    All,
}

impl Comparison {
    /// Whether a value is of the type that is compared; what AWS would make of another is unknown.
    pub(in crate::policy) fn endpoint(self, value: &str) -> bool {
        if pattern::has_variable(value) {
            return true;
        }
        match self {
            Self::Equal | Self::EqualIgnoringCase | Self::Like | Self::Arn | Self::Binary => true,
            Self::Bool | Self::Null => ["true", "false"].iter().any(|boolean| value.eq_ignore_ascii_case(boolean)),
            Self::Number(_) => value.trim().parse::<f64>().is_ok_and(f64::is_finite),
            Self::Date(_) => is_date(value),
            Self::Address => address::is_range(value),
        }
    }

    /// How much of what is of `found` is of the type that is compared.
    ///
    /// Source: captures of IAM at work (September 2026), radkawar/stackd `testdata/aws/iam/condition_values.json`.
    pub(in crate::policy) fn compares(self, found: &str) -> Matches {
        let is_known = match self {
            Self::Arn => found.splitn(6, ':').count() == 6,
            Self::Address => address::is_range(found) && !found.contains('/'),
            Self::Equal
            | Self::EqualIgnoringCase
            | Self::Like
            | Self::Bool
            | Self::Binary
            | Self::Number(_)
            | Self::Date(_)
            | Self::Null => true,
        };
        match (is_known, found.contains(['*', '?'])) {
            (true, _) => Matches::All,
            (false, true) => Matches::Some,
            (false, false) => Matches::Nothing,
        }
    }

    /// How much of what is of `found` (a pattern; without wildcards, one text) matches any of `values`.
    pub(in crate::policy) fn matches(self, values: &[String], found: &str) -> Matches {
        if self == Self::Address && address::cover_everything(values) {
            return Matches::All;
        }
        values.iter().map(|value| self.matches_one(value, found)).max().unwrap_or(Matches::Nothing)
    }

    fn matches_one(self, value: &str, found: &str) -> Matches {
        if pattern::has_variable(value) {
            return Matches::Some;
        }
        match self {
            Self::Equal | Self::Binary => literal(value, found),
            Self::EqualIgnoringCase => literal(&value.to_lowercase(), &found.to_lowercase()),
            Self::Bool if found.contains('*') => Matches::Some,
            // What is not true is false, whatever it is (captured).
            Self::Bool => {
                let is_true = |text: &str| text.eq_ignore_ascii_case("true");
                if is_true(value) == is_true(found) { Matches::All } else { Matches::Nothing }
            }
            Self::Like => like(value, found),
            Self::Arn => arn(value, found),
            Self::Number(order) => number(order, value, found),
            Self::Address | Self::Date(_) | Self::Null => Matches::Some,
        }
    }
}

fn literal(value: &str, found: &str) -> Matches {
    match (value == found, found.contains(['*', '?'])) {
        (equal, false) => {
            if equal {
                Matches::All
            } else {
                Matches::Nothing
            }
        }
        (_, true) => {
            if pattern::matches(found, value) {
                Matches::Some
            } else {
                Matches::Nothing
            }
        }
    }
}

fn like(value: &str, found: &str) -> Matches {
    if pattern::covers(value, found) {
        Matches::All
    } else if pattern::intersect(value, found) {
        Matches::Some
    } else {
        Matches::Nothing
    }
}

/// The six parts of an ARN match one by one, so that a wildcard does not reach across a colon.
fn arn(value: &str, found: &str) -> Matches {
    let parts = |arn: &str| arn.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
    let (values, founds) = (parts(value), parts(found));
    match (values.len(), founds.len()) {
        (6, 6) => values.iter().zip(&founds).map(|(value, found)| like(value, found)).min().unwrap_or(Matches::Nothing),
        // What AWS makes of a value that is no ARN is not certain (some take `*` to mean any); a family may be of any ARN.
        _ => Matches::Some,
    }
}

fn number(order: Order, value: &str, found: &str) -> Matches {
    let (Ok(value), Ok(found)) = (value.trim().parse::<f64>(), found.parse::<f64>()) else { return Matches::Some };
    let holds = match order {
        Order::Equal => found.total_cmp(&value).is_eq(),
        Order::Less => found < value,
        Order::LessOrEqual => found <= value,
        Order::Greater => found > value,
        Order::GreaterOrEqual => found >= value,
    };
    if holds { Matches::All } else { Matches::Nothing }
}

/// An instant, a day, or seconds since 1970. Source: W3C, "Date and Time Formats", as the IAM User Guide refers to it.
fn is_date(value: &str) -> bool {
    value.parse::<jiff::Timestamp>().is_ok()
        || value.parse::<jiff::civil::Date>().is_ok()
        || value.parse::<i64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_operators_and_refuses_the_rest() {
        for name in ["StringEquals", "ForAnyValue:StringLikeIfExists", "DateGreaterThan", "NumericNotEquals", "Null"] {
            assert!(Operator::read(name).is_some(), "{name}");
        }
        for name in
            ["stringEquals", "NullIfExists", "ForAnyValue:Null", "ForSome:StringEquals", "NumericLike", "Date", ""]
        {
            assert!(Operator::read(name).is_none(), "{name}");
        }
    }

    #[test]
    fn a_missing_key_meets_what_is_negated() {
        for (name, expected) in [
            ("StringEquals", Some(false)),
            ("StringNotEquals", Some(true)),
            ("StringEqualsIfExists", Some(true)),
            ("NotIpAddress", Some(true)),
            ("ForAllValues:StringEquals", Some(true)),
            ("ForAnyValue:StringNotEquals", Some(false)),
            ("ForAnyValue:StringEqualsIfExists", None),
        ] {
            assert_eq!(Operator::read(name).unwrap().holds_when_missing(), expected, "{name}");
        }
    }

    #[test]
    fn compares_whole_families_of_values() {
        let matches = |name: &str, values: &[&str], found: &str| {
            let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
            Operator::read(name).unwrap().comparison.matches(&values, found)
        };
        let roles = "arn:aws:iam::111122223333:role/*";
        assert_eq!(matches("StringLike", &["*"], roles), Matches::All);
        assert_eq!(matches("ArnLike", &["arn:aws:iam::*:role/*"], roles), Matches::All);
        assert_eq!(matches("ArnLike", &["arn:aws:iam::*:role/admin"], roles), Matches::Some);
        assert_eq!(matches("ArnLike", &["arn:aws:iam::999999999999:role/admin"], roles), Matches::Nothing);
        assert_eq!(matches("StringEquals", &["arn:aws:iam::111122223333:role/a"], roles), Matches::Some);
        assert_eq!(matches("StringEquals", &["${aws:PrincipalArn}"], "x"), Matches::Some);
        assert_eq!(matches("NumericLessThan", &["1.2"], "1.3"), Matches::Nothing);
        assert_eq!(matches("NumericLessThan", &["1.2", "2"], "1.3"), Matches::All);
        assert_eq!(matches("Bool", &["False"], "false"), Matches::All);
        assert_eq!(matches("IpAddress", &["0.0.0.0/0"], "*"), Matches::Some);
        assert_eq!(matches("IpAddress", &["0.0.0.0/0", "::/0"], "*"), Matches::All);
    }
}
