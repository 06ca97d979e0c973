//! Conditions of a statement.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    operator::{Comparison, Operator},
    values::elements,
    words::quoted,
};

/// One operator on one key. All conditions of a statement have to hold.
#[derive(Debug)]
pub(in crate::policy) struct Condition<'a> {
    pub(in crate::policy) operator: Operator,
    pub(in crate::policy) operator_name: &'a str,
    /// As it stands there; its case does not count.
    pub(in crate::policy) key: &'a str,
    /// Any of them is enough; texts, numbers and booleans alike.
    pub(in crate::policy) values: Vec<String>,
}

impl<'a> Condition<'a> {
    pub(in crate::policy) fn read_all(block: &'a Value) -> Result<Vec<Self>, String> {
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
                let is_of_type = values.iter().all(|value| operator.comparison.endpoint(value));
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
