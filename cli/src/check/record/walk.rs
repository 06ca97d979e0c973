//! Goes through an answer, value by value, and leaves its structure as it is.

use serde_json::Value;

use super::replaced::Replaced;

/// XML stays text, as it was sent; what is JSON becomes JSON.
pub(super) fn body(text: &str, replaced: &mut Replaced) -> Value {
    match serde_json::from_str(text) {
        Ok(value) => json("", value, replaced),
        Err(_) if text.trim_start().starts_with('<') => Value::String(xml(text, replaced)),
        // Neither: of what is not understood nothing is kept but that it was there.
        Err(_) if text.is_empty() => Value::String(String::new()),
        Err(_) => Value::String("REMOVED".to_owned()),
    }
}

fn json(field: &str, value: Value, replaced: &mut Replaced) -> Value {
    match value {
        Value::String(text) => Value::String(replaced.value(field, &text)),
        Value::Array(values) => values.into_iter().map(|value| json(field, value, replaced)).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = json(&name, value, replaced);
                (name, value)
            });
            Value::Object(fields.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// Source: the query protocol of AWS: elements with either elements or text in them, and no comments or CDATA.
fn xml(text: &str, replaced: &mut Replaced) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out += &between(before, &open, replaced);
        let Some((tag, after)) = after.split_once('>') else { return out };
        if tag.starts_with('/') {
            open.pop();
        } else if !tag.ends_with('/') && !tag.starts_with(['?', '!']) {
            open.push(tag.split_whitespace().next().unwrap_or_default());
        }
        out.push('<');
        out += tag;
        out.push('>');
        rest = after;
    }
    // What stands behind the last element: an end of line at most.
    if rest.trim().is_empty() { out + rest } else { out }
}

fn between(text: &str, open: &[&str], replaced: &mut Replaced) -> String {
    if text.trim().is_empty() {
        return text.to_owned();
    }
    // An element of a list is named after the list.
    let field = open.iter().rev().find(|name| **name != "member").copied().unwrap_or_default();
    replaced.value(field, text)
}

/// Where values stand, and what kind of value: `Accounts[].Id: text`. Elements of a list are one.
pub(super) fn structure(body: &Value) -> std::collections::BTreeSet<String> {
    let mut found = std::collections::BTreeSet::new();
    match body {
        Value::String(text) => structure_of_xml(text, &mut found),
        other => structure_of_json("", other, &mut found),
    }
    found
}

fn structure_of_json(path: &str, value: &Value, found: &mut std::collections::BTreeSet<String>) {
    let kind = match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                structure_of_json(&format!("{path}.{name}"), value, found);
            }
            return;
        }
        Value::Array(values) => {
            for value in values {
                structure_of_json(&format!("{path}[]"), value, found);
            }
            return;
        }
        Value::String(_) => "text",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        Value::Null => "null",
    };
    found.insert(format!("{}: {kind}", path.trim_start_matches('.')));
}

fn structure_of_xml(text: &str, found: &mut std::collections::BTreeSet<String>) {
    let mut open: Vec<&str> = Vec::new();
    for part in text.split('<').skip(1) {
        let (tag, between) = part.split_once('>').unwrap_or((part, ""));
        let name = tag.trim_end_matches('/').split_whitespace().next().unwrap_or_default();
        if tag.starts_with('/') {
            open.pop();
        } else if !tag.starts_with(['?', '!']) {
            open.push(name);
            found.insert(open.join("."));
            if !between.trim().is_empty() {
                found.insert(format!("{}: text", open.join(".")));
            }
            if tag.ends_with('/') {
                open.pop();
            }
        }
    }
}
