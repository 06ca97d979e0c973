//! Whether a condition leaves out anybody who would manage the policy.

use super::{
    excepted::{Excepted, Limit},
    exception::{Exception, Likelihood},
    never,
    request::{Carried, Kind, carried},
};
use crate::policy::language::{
    condition::Condition,
    operator::{Comparison, Matches},
    pattern,
    subject::PolicySubject,
    words::quoted,
};

/// For which requests, that the owner's principals make to manage the policy, a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holds {
    Always,
    /// Not for an ordinary request, or for none at all.
    Never,
    /// Save for these.
    Except(Vec<Excepted>),
}

impl Condition<'_> {
    fn null_value(&self) -> Option<bool> {
        match self.values.as_slice() {
            [value] => value.to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// Whom the condition leaves out, of those who would do `action` with the policy.
    pub(super) fn holds(&self, action: &str, subject: PolicySubject<'_>) -> Holds {
        let carried = carried(&self.key.to_ascii_lowercase(), action, subject);
        if self.values.iter().any(|value| pattern::has_variable(value)) {
            let key = quoted(self.key);
            let who = format!("whoever a policy variable in the condition on {key} leaves out");
            return Holds::Except(vec![Excepted::unknown(who, "what it stands for is known only when somebody asks")]);
        }
        let (values, _) = self.values_of_somebody(&carried, action, subject);
        let holds_for = |family: Option<&str>| self.holds_for(family, &values, carried.kind);
        let is_ordinary = |holds: Option<bool>| {
            !carried.ordinary.is_empty()
                && carried.ordinary.iter().all(|ordinary| holds_for(ordinary.as_deref()) == holds)
        };
        if is_ordinary(Some(false)) {
            return Holds::Never;
        }
        let missing = carried.may_be_missing.then_some(None);
        let families = missing.into_iter().chain(carried.values.iter().map(|family| Some(family.as_str())));
        let outcomes: Vec<Option<bool>> = families.map(holds_for).collect();
        let all = |expected| outcomes.iter().all(|outcome| *outcome == expected);
        if all(Some(true)) {
            return Holds::Always;
        }
        // A Deny of some principals, written as a condition, locks nobody else out.
        let sessions = if carried.may_be_missing { None } else { carried.values.first().map(String::as_str) };
        // Where it cannot be said what it says of a request without the key, it may be everybody.
        let is_said = !carried.may_be_missing || self.operator.holds_when_missing().is_some();
        let names_some = carried.kind == Kind::Principal
            && is_said
            && self.operator.comparison != Comparison::Null
            && !self.operator.negated
            && holds_for(sessions) != Some(true);
        if all(Some(false)) || names_some {
            return Holds::Never;
        }
        Holds::Except(self.excepted(&carried, &values))
    }

    /// The values that somebody may carry, and those that nobody does, with the reason.
    fn values_of_somebody(
        &self,
        carried: &Carried,
        action: &str,
        subject: PolicySubject<'_>,
    ) -> (Vec<String>, Vec<(&str, &'static str)>) {
        let (mut somebodys, mut nobodys) = (vec![], vec![]);
        let key = self.key.to_ascii_lowercase();
        for value in &self.values {
            let why = match self.operator.comparison {
                Comparison::Null => None,
                comparison => never::carried_by_nobody(&key, comparison, value, action, subject).or_else(|| {
                    self.matches_no_family(value, carried).then_some("no principal of the account carries that")
                }),
            };
            match why {
                Some(why) => nobodys.push((value.as_str(), why)),
                None => somebodys.push(value.clone()),
            }
        }
        (somebodys, nobodys)
    }

    fn matches_no_family(&self, value: &str, carried: &Carried) -> bool {
        let values = [value.to_owned()];
        carried.values.iter().all(|family| self.operator.comparison.matches(&values, family) == Matches::Nothing)
    }

    /// For a family of values, or for a request without the key; `None` where it holds for some only or cannot be said.
    fn holds_for(&self, family: Option<&str>, values: &[String], kind: Kind) -> Option<bool> {
        if self.operator.comparison == Comparison::Null {
            return self.null_value().map(|missing| missing == family.is_none());
        }
        let Some(family) = family else { return self.operator.holds_when_missing() };
        if kind == Kind::Several && !self.operator.is_for_several() {
            return Some(false);
        }
        // A value of another type meets neither an operator nor its negation (captured).
        match self.compares(family, kind) {
            Matches::Nothing => return Some(false),
            Matches::Some => return None,
            Matches::All => {}
        }
        match self.operator.comparison.matches(values, family) {
            Matches::Nothing => Some(self.operator.negated),
            Matches::All => Some(!self.operator.negated),
            Matches::Some => None,
        }
    }

    fn compares(&self, family: &str, kind: Kind) -> Matches {
        match (kind, self.operator.comparison) {
            (Kind::Address, Comparison::Address) => Matches::All,
            (_, comparison) => comparison.compares(family),
        }
    }

    /// Those for whom it does not hold, in plain words. `values`: those that somebody may carry.
    fn excepted(&self, carried: &Carried, values: &[String]) -> Vec<Excepted> {
        let (shown, key) = (quoted(self.key), self.key.to_ascii_lowercase());
        let words = carried.words;
        let with_key = || Excepted { shown: words.with_key(&shown), limits: vec![Limit::Carries { key: key.clone() }] };
        let without_key =
            || Excepted { shown: words.without_key(&shown), limits: vec![Limit::DoesNotCarry { key: key.clone() }] };
        if self.operator.comparison == Comparison::Null {
            return vec![if self.null_value() == Some(true) { with_key() } else { without_key() }];
        }
        let missing = self.operator.holds_when_missing();
        if carried.kind == Kind::Several {
            return self.excepted_of_several(carried, values, (with_key(), without_key()));
        }
        if !self.operator.names_values() {
            return vec![self.out_of_order(&shown)];
        }
        if let (Comparison::Bool, false, Some(true), [value]) =
            (self.operator.comparison, self.operator.negated, missing, values)
        {
            let pattern = if value.eq_ignore_ascii_case("true") { "false" } else { "true" };
            let limits = vec![Limit::Is { key, pattern: pattern.to_owned() }];
            return vec![Excepted { shown: words.other_than(&shown, values), limits }];
        }
        if !self.operator.negated {
            let comparison = self.operator.comparison;
            let other = Limit::IsNot { key: key.clone(), comparison, values: values.to_vec() };
            let with_any = (missing == Some(true)).then_some(Limit::Carries { key });
            let limits = [other].into_iter().chain(with_any).collect();
            let others = Excepted { shown: words.other_than(&shown, values), limits };
            return [others].into_iter().chain(self.perhaps_those_without(carried, &shown)).collect();
        }
        let mut excepted: Vec<Excepted> = values
            .iter()
            .map(|value| {
                let limit = match self.operator.comparison {
                    Comparison::Address => Limit::From { key: key.clone(), range: value.clone() },
                    _ => Limit::Is { key: key.clone(), pattern: value.clone() },
                };
                Excepted { shown: words.with_value(&shown, value), limits: vec![limit] }
            })
            .collect();
        if carried.may_be_missing && missing != Some(true) {
            excepted.push(without_key());
        }
        if carried.values.iter().any(|family| self.compares(family, carried.kind) != Matches::All) {
            let who = format!("requests whose {shown} is of another type");
            excepted.push(Excepted::unknown(who, format!("{} holds for none of them", self.operator_name)));
        }
        excepted
    }

    /// Requests without the key, where it cannot be said whether they are left out.
    fn perhaps_those_without(&self, carried: &Carried, key: &str) -> Option<Excepted> {
        let is_unsaid = carried.may_be_missing && self.operator.holds_when_missing().is_none();
        is_unsaid.then(|| {
            let why = format!("what {} says of them is not documented", self.operator_name);
            Excepted::unknown(format!("requests without {key}"), why)
        })
    }

    /// Of a key with several values nothing is compared: a request may carry one and another.
    fn excepted_of_several(&self, carried: &Carried, values: &[String], keys: (Excepted, Excepted)) -> Vec<Excepted> {
        let (with_key, without_key) = keys;
        let shown = quoted(self.key);
        let plain = |shown: Exception| Excepted { shown, limits: vec![] };
        let missing = self.operator.holds_when_missing();
        let mut excepted = if !self.operator.is_for_several() {
            vec![with_key]
        } else if !self.operator.names_values() {
            vec![self.out_of_order(&shown)]
        } else if self.operator.negated {
            values.iter().map(|value| plain(carried.words.with_value(&shown, value))).collect()
        } else {
            vec![plain(carried.words.other_than(&shown, values))]
        };
        if missing != Some(true) && self.operator.negated {
            excepted.push(without_key);
        }
        excepted
    }

    /// What an order of numbers or times leaves out.
    fn out_of_order(&self, key: &str) -> Excepted {
        let values = quoted(&self.values.join(", "));
        let operator = self.operator_name;
        Excepted::unknown(
            format!("requests for which {operator} {key} {values} does not hold"),
            "compare it with what they carry",
        )
    }

    /// The exceptions that stand in the policy and help nobody.
    pub(super) fn nobodys(&self, action: &str, subject: PolicySubject<'_>) -> Vec<Exception> {
        if !self.operator.negated || !self.operator.names_values() {
            return vec![];
        }
        let carried = carried(&self.key.to_ascii_lowercase(), action, subject);
        let (_, nobodys) = self.values_of_somebody(&carried, action, subject);
        let key = quoted(self.key);
        nobodys
            .into_iter()
            .map(|(value, why)| Exception::new(format!("{key} {}", quoted(value)), Likelihood::Nobody, why))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn conditions_are_decided_as_iam_was_seen_to_decide_them_or_not_at_all() {
        let table: Value = serde_json::from_str(include_str!("captured_conditions.json")).unwrap();
        let mut decided = 0;
        for row in table["rows"].as_array().unwrap() {
            let key = row["key"].as_str().unwrap();
            let kind = if key == "aws:TagKeys" { Kind::Several } else { Kind::Single };
            let operator = row["operator"].as_str().unwrap();
            let block = json!({operator: {key: row["value"]}});
            let Ok(conditions) = Condition::read_all(&block) else { continue };
            let request: Vec<Option<&str>> = match &row["request"] {
                Value::Array(values) => values.iter().map(Value::as_str).collect(),
                _ => vec![None],
            };
            // Of several values at once nothing is decided here.
            let [found] = request.as_slice() else { continue };
            let holds = conditions[0].holds_for(*found, &conditions[0].values, kind);
            decided += usize::from(holds.is_some());
            assert!(holds.is_none() || holds == row["holds"].as_bool(), "{row} {holds:?}");
        }
        assert!(decided >= 60, "{decided}");
    }
}
