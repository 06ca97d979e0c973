//! Who is locked out of a policy, in one word.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::policy::{Analysis, LockOut};

/// Who is locked out of a policy, in one word that repeats nothing of the policy's text: fit for notices and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockOutKind {
    /// Nobody, since there is no policy.
    NoPolicy,
    Nobody,
    EveryoneExcept,
    Everyone,
    /// The policy is not understood, so that it cannot be said.
    NotModelled,
}

impl LockOutKind {
    /// `analysis`: that of the policy; none if there is no policy.
    #[must_use]
    pub fn of(analysis: Option<&Analysis>) -> Self {
        match analysis.map(|analysis| &analysis.verdict) {
            None => Self::NoPolicy,
            Some(LockOut::Nobody) => Self::Nobody,
            Some(LockOut::EveryoneExcept(_)) => Self::EveryoneExcept,
            Some(LockOut::Everyone) => Self::Everyone,
            Some(LockOut::NotModelled(_)) => Self::NotModelled,
        }
    }
}

/// As in JSON.
impl fmt::Display for LockOutKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoPolicy => "no_policy",
            Self::Nobody => "nobody",
            Self::EveryoneExcept => "everyone_except",
            Self::Everyone => "everyone",
            Self::NotModelled => "not_modelled",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_word_which_is_the_same_in_json_and_in_texts() {
        let analysed = |verdict| Some(Analysis { verdict, findings: Vec::new(), way_left: None });
        for (analysis, word) in [
            (None, "no_policy"),
            (analysed(LockOut::Nobody), "nobody"),
            (analysed(LockOut::EveryoneExcept(Vec::new())), "everyone_except"),
            (analysed(LockOut::Everyone), "everyone"),
            (analysed(LockOut::NotModelled("why".to_owned())), "not_modelled"),
        ] {
            let kind = LockOutKind::of(analysis.as_ref());
            assert_eq!(kind.to_string(), word);
            assert_eq!(serde_json::to_value(kind).unwrap(), word);
        }
    }
}
