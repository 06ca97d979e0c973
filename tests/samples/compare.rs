//! Holds an answer against a sample, field by field: names, JSON types, casing, forms, presence, and values that never change.

use serde_json::Value;

use crate::{
    sample::{Answer, Form},
    wire,
};

/// One field in which they differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    pub path: String,
    pub what: &'static str,
}

/// A sample's body as fields. A wire message's bytes are read; its headers stand under `header:NAME`.
pub fn readable(answer: &Answer) -> Value {
    let mut body = match (&answer.body, answer.form) {
        (Value::String(text), Some(Form::Wire)) => wire::read_text(text),
        (body, _) => body.clone(),
    };
    if let Value::Object(fields) = &mut body {
        for (name, value) in &answer.headers {
            fields.insert(format!("header:{name}"), Value::String(value.clone()));
        }
    }
    body
}

/// How `ours` differs from `sample`.
pub fn differences(answer: &Answer, sample: &Value, ours: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(answer, "", sample, ours, &mut found);
    found.sort();
    found.dedup();
    found
}

fn compare(answer: &Answer, path: &str, sample: &Value, ours: &Value, found: &mut Vec<Difference>) {
    let differs = |path: &str, what| Difference { path: path.to_owned(), what };
    match (sample, ours) {
        (Value::Object(sample), Value::Object(ours)) => {
            for (name, expected) in sample {
                let path = below(path, name);
                match ours.get(name) {
                    None => found.push(differs(&path, "missing")),
                    Some(value) => compare(answer, &path, expected, value, found),
                }
            }
            if !answer.partial.iter().any(|partial| partial == path) {
                for name in ours.keys().filter(|name| !sample.contains_key(*name)) {
                    found.push(differs(&below(path, name), "not in the sample"));
                }
            }
        }
        (Value::Array(sample), Value::Array(ours)) => {
            if sample.is_empty() != ours.is_empty() {
                found.push(differs(path, "another length"));
            }
            for value in ours {
                // Every entry has the form of one of the sample's: the nearest one is told about.
                let nearest = sample.iter().map(|expected| {
                    let mut found = Vec::new();
                    compare(answer, &format!("{path}[]"), expected, value, &mut found);
                    found
                });
                found.extend(nearest.min_by_key(Vec::len).unwrap_or_default());
            }
        }
        (Value::Null, Value::Null) => {}
        (Value::Bool(_), Value::Bool(_)) | (Value::Number(_), Value::Number(_)) => {
            if sample != ours && !answer.volatile.contains_key(path) {
                found.push(differs(path, "another value"));
            }
        }
        (Value::String(sample), Value::String(ours)) => match answer.volatile.get(path) {
            Some(form) if !has_form(ours, form) => found.push(differs(path, "another form")),
            None if sample != ours => found.push(differs(path, "another value")),
            Some(_) | None => {}
        },
        _ => found.push(differs(path, "another type")),
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Forms that a sample gives for what it does not have: a typing error.
pub fn unused_forms(answer: &Answer, body: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    collect_paths("", body, &mut paths);
    let forms = answer.volatile.keys().chain(answer.partial.iter());
    forms.filter(|form| !paths.contains(form)).cloned().collect()
}

fn collect_paths(path: &str, value: &Value, paths: &mut Vec<String>) {
    paths.push(path.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect_paths(&below(path, name), value, paths));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_paths(&format!("{path}[]"), value, paths)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a text has a form, in which `*` is any text and `%` a digit.
pub fn has_form(text: &str, form: &str) -> bool {
    match form.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = &form[1..];
            text.char_indices().any(|(index, _)| has_form(&text[index..], rest)) || has_form("", rest)
        }
        Some(expected) => {
            let Some(first) = text.chars().next() else { return false };
            let matches = if expected == '%' { first.is_ascii_digit() } else { first == expected };
            matches && has_form(&text[first.len_utf8()..], &form[expected.len_utf8()..])
        }
    }
}

#[test]
fn a_form_takes_texts_of_its_kind_only() {
    for (text, form, fits) in [
        ("2026-09-12T01:41:52Z", "%%%%-%%-%%T%%:%%:%%Z", true),
        ("2026-09-12T01:41:52.000Z", "%%%%-%%-%%T%%:%%:%%Z", false),
        ("arn:aws:s3:::bucket", "arn:aws:*:::*", true),
        ("", "*", true),
        ("", "%", false),
        ("AKIA", "ASIA*", false),
    ] {
        assert_eq!(has_form(text, form), fits, "{text} {form}");
    }
}
