//! Conditions of a statement, and whether they leave out anybody who would manage the policy.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    PolicyOf,
    operator::{Comparison, Matches, Operator},
    pattern,
    request::{Carried, Ordinary, carried},
    values::elements,
    words::quoted,
};

/// One operator on one key. All conditions of a statement have to hold.
#[derive(Debug)]
pub(super) struct Condition<'a> {
    pub(super) operator: Operator,
    pub(super) operator_name: &'a str,
    /// As it stands there; its case does not count.
    pub(super) key: &'a str,
    /// Any of them is enough; texts, numbers and booleans alike.
    pub(super) values: Vec<String>,
}

/// For which requests, that the owner's principals make to manage the policy, a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holds {
    Always,
    /// Not for an ordinary request, or for none at all.
    Never,
    /// Save for these, in plain words.
    Except(Vec<String>),
}

impl<'a> Condition<'a> {
    pub(super) fn read_all(block: &'a Value) -> Result<Vec<Self>, String> {
        let mut conditions = Vec::new();
        for (operator_name, keys) in object(block, "its Condition")? {
            let operator = Operator::read(operator_name)
                .ok_or_else(|| format!("it has an unknown condition operator {}", quoted(operator_name)))?;
            let mut seen = BTreeSet::new();
            for (key, values) in object(keys, "a condition operator")? {
                if !seen.insert(key.to_ascii_lowercase()) {
                    return Err(format!("it has the condition key {} twice", quoted(key)));
                }
                let values = values_of(values)
                    .ok_or_else(|| format!("its condition on {} has a value of the wrong type", quoted(key)))?;
                let is_of_type = values.iter().all(|value| operator.comparison.takes(value));
                if !is_of_type || operator.comparison == Comparison::Null && values.len() != 1 {
                    return Err(format!(
                        "its condition on {} has a value that {operator_name} does not take",
                        quoted(key)
                    ));
                }
                conditions.push(Self { operator, operator_name, key, values });
            }
        }
        Ok(conditions)
    }

    fn null_value(values: &[String]) -> Option<bool> {
        match values {
            [value] => value.to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// Whom the condition leaves out, of those who would manage the policy.
    pub(super) fn holds(&self, of: PolicyOf<'_>) -> Holds {
        let carried = carried(&self.key.to_ascii_lowercase(), of);
        if self.values.iter().any(|value| pattern::has_variable(value)) {
            let key = quoted(self.key);
            return Holds::Except(vec![format!(
                "whoever a policy variable in the condition on {key} leaves out, which cannot be read"
            )]);
        }
        let ordinarily = match &carried.ordinary {
            Ordinary::Value(value) => self.holds_for(Some(value)),
            Ordinary::Missing => self.holds_for(None),
            Ordinary::Unknown => None,
        };
        if ordinarily == Some(false) {
            return Holds::Never;
        }
        let missing = carried.may_be_missing.then_some(None);
        let families = missing.into_iter().chain(carried.values.iter().map(|family| Some(family.as_str())));
        let outcomes: Vec<Option<bool>> = families.map(|family| self.holds_for(family)).collect();
        if outcomes.iter().all(|outcome| *outcome == Some(true)) {
            Holds::Always
        } else if outcomes.iter().all(|outcome| *outcome == Some(false)) {
            Holds::Never
        } else {
            Holds::Except(self.left_out(&carried))
        }
    }

    /// For a family of values, or for a request without the key; `None` where it holds for some only or cannot be said.
    fn holds_for(&self, family: Option<&str>) -> Option<bool> {
        if self.operator.comparison == Comparison::Null {
            return Self::null_value(&self.values).map(|missing| missing == family.is_none());
        }
        let Some(family) = family else { return self.operator.holds_when_missing() };
        match self.operator.comparison.matches(&self.values, family) {
            Matches::Nothing => Some(self.operator.negated),
            Matches::All => Some(!self.operator.negated),
            Matches::Some => None,
        }
    }

    /// In plain words, those for whom it does not hold.
    fn left_out(&self, carried: &Carried) -> Vec<String> {
        let key = quoted(self.key);
        let words = &carried.words;
        if self.operator.comparison == Comparison::Null {
            let is_missing = Self::null_value(&self.values) == Some(true);
            return vec![if is_missing { words.with_key(&key) } else { words.without_key(&key) }];
        }
        if !self.operator.names_values() {
            let values = self.values.join(", ");
            let operator = self.operator_name;
            return vec![format!("requests for which {operator} {key} {} does not hold", quoted(&values))];
        }
        let named: Vec<String> = self.values.iter().map(|value| words.with_value(&key, value)).collect();
        if self.operator.negated { named } else { words.all_but(&self.values, &named) }
    }
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("{what} is not an object"))
}

fn values_of(value: &Value) -> Option<Vec<String>> {
    let values: Option<Vec<String>> = elements(value)
        .iter()
        .map(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        })
        .collect();
    values.filter(|values| !values.is_empty())
}
