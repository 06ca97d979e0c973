//! The condition keys of a request, and the policy variables that they fill in.

use std::collections::BTreeMap;

/// The condition keys of a request with their values. Names do not mind case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    keys: BTreeMap<String, Vec<String>>,
    without_variables: bool,
}

/// A text that no request carries.
const NOTHING: &str = "\u{0}";

/// Whether a key may have several values at once.
///
/// Source: IAM User Guide, "AWS global condition context keys", value type.
pub(super) fn has_several_values(key: &str) -> bool {
    matches!(
        key.to_ascii_lowercase().as_str(),
        "aws:calledvia"
            | "aws:principalorgpaths"
            | "aws:principalservicenameslist"
            | "aws:sourceorgpaths"
            | "aws:tagkeys"
            | "aws:vpceorgpaths"
            | "s3:requestobjecttagkeys"
    )
}

impl Context {
    /// Takes a key away.
    pub(crate) fn without(mut self, key: &str) -> Self {
        self.keys.remove(&key.to_ascii_lowercase());
        self
    }

    /// Sets a key to one value.
    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.keys.insert(key.to_ascii_lowercase(), vec![value.into()]);
        self
    }

    /// Sets keys; one that is named more than once has several values.
    pub(crate) fn with_all(mut self, keys: &[(&str, &str)]) -> Self {
        let mut added: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in keys {
            added.entry(key.to_ascii_lowercase()).or_default().push((*value).to_owned());
        }
        self.keys.extend(added);
        self
    }

    /// Policy variables stand for themselves, as in a policy that is not of the version 2012-10-17.
    ///
    /// Source: IAM User Guide, "IAM policy elements: Variables and tags".
    pub(crate) fn without_variables(mut self) -> Self {
        self.without_variables = true;
        self
    }

    pub(crate) fn get(&self, key: &str) -> Option<&[String]> {
        self.keys.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }

    /// Fills in policy variables such as `${aws:PrincipalAccount}`; `None` if one has no value.
    pub(crate) fn substitute(&self, text: &str) -> Option<String> {
        if self.without_variables {
            return Some(text.to_owned());
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, variable)) = rest.split_once("${") {
            let (name, after) = variable.split_once('}')?;
            filled.push_str(before);
            filled.push_str(self.variable(name)?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    /// The value of `KEY`, or of `KEY, 'default'`.
    fn variable<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        if matches!(name, "*" | "?" | "$") {
            return Some(name);
        }
        let (key, default) = match name.split_once(',') {
            Some((key, default)) => (key, default.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''))),
            None => (name, None),
        };
        match self.get(key.trim()) {
            // What a key of several values fills in matches nothing, and its default does not count (captured).
            Some(_) if has_several_values(key.trim()) => Some(NOTHING),
            Some([value]) => Some(value),
            Some(_) | None => default,
        }
    }
}
