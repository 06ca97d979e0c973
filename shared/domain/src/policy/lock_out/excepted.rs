//! Those whom a Deny leaves out, and what is left of them where several Denies stand side by side.
//!
//! Somebody gets in only where every Deny leaves them out, so the exceptions of several statements intersect. What can be
//! shown to exclude each other is dropped; the rest is kept, and said as it is.

use super::exception::{Exception, Likelihood};
use crate::policy::language::{
    address,
    operator::{Comparison, Matches},
    pattern,
    words::listed,
};

/// Somebody, or some requests, that a Deny does not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) struct Excepted {
    pub(super) shown: Exception,
    /// All of them hold for whoever is meant.
    pub(super) limits: Vec<Limit>,
}

/// What is known of a request that a Deny leaves out. Keys are in lower case, and carry one value each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Limit {
    /// It carries a key with a value of the pattern.
    Is {
        key: String,
        pattern: String,
    },
    /// It carries a key with none of these values, or not at all.
    IsNot {
        key: String,
        comparison: Comparison,
        values: Vec<String>,
    },
    /// Its address is in the range.
    From {
        key: String,
        range: String,
    },
    Carries {
        key: String,
    },
    DoesNotCarry {
        key: String,
    },
}

/// A request over the Internet carries the first and none of the others; through a VPC endpoint it is the other way round.
///
/// Source: AWS IAM User Guide, "AWS global condition context keys" (availability of aws:SourceIp and of aws:SourceVpce).
const OVER_THE_INTERNET: &str = "aws:sourceip";
const THROUGH_AN_ENDPOINT: [&str; 7] = [
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:vpcsourceip",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// So many combinations are held against each other; a policy with more says so instead.
const MOST: usize = 64;

impl Excepted {
    /// Somebody of whom nothing can be compared.
    pub(super) fn unknown(who: impl Into<String>, why: impl Into<String>) -> Self {
        Self { shown: Exception::new(who, Likelihood::Unknown, why), limits: vec![] }
    }

    /// Whether it can be shown that nobody is of both.
    fn excludes(&self, other: &Self) -> bool {
        self.limits.iter().any(|one| other.limits.iter().any(|two| one.excludes(two)))
    }
}

impl Limit {
    /// The key, where the request is known to carry it.
    fn carried(&self) -> Option<&str> {
        match self {
            Self::Is { key, .. } | Self::From { key, .. } | Self::Carries { key } => Some(key),
            Self::IsNot { .. } | Self::DoesNotCarry { .. } => None,
        }
    }

    fn excludes(&self, other: &Self) -> bool {
        if let (Some(one), Some(two)) = (self.carried(), other.carried())
            && (are_of_two_networks(one, two) || are_of_two_networks(two, one))
        {
            return true;
        }
        match (self, other) {
            (Self::Is { key, pattern }, Self::Is { key: other, pattern: another }) if key == other => {
                // Why in lower case: an operator may pass over it.
                !pattern::intersect(&pattern.to_ascii_lowercase(), &another.to_ascii_lowercase())
            }
            (Self::Is { .. }, Self::Is { .. }) => match (self.kind(), other.kind()) {
                (Some(one), Some(two)) => one != two,
                (None, _) | (_, None) => false,
            },
            (Self::From { key, range }, Self::From { key: other, range: another }) => {
                key == other && address::are_apart(range, another)
            }
            (Self::Is { key, pattern }, Self::IsNot { key: other, comparison, values })
            | (Self::IsNot { key: other, comparison, values }, Self::Is { key, pattern }) => {
                key == other && comparison.matches(values, pattern) == Matches::All
            }
            (Self::From { key, range }, Self::IsNot { key: other, values, .. })
            | (Self::IsNot { key: other, values, .. }, Self::From { key, range }) => {
                key == other && values.iter().any(|value| address::holds(value, range))
            }
            (Self::DoesNotCarry { key }, carries) | (carries, Self::DoesNotCarry { key }) => {
                carries.carried() == Some(key)
            }
            (Self::Is { .. } | Self::IsNot { .. } | Self::From { .. } | Self::Carries { .. }, _) => false,
        }
    }

    /// What kind of principal a value means, where it says so.
    fn kind(&self) -> Option<Kind> {
        let Self::Is { key, pattern } = self else { return None };
        let begins = |prefix: &str| pattern.starts_with(prefix);
        match key.as_str() {
            "aws:username" => Some(Kind::User),
            "aws:userid" if begins("AROA") => Some(Kind::Role),
            "aws:userid" if begins("AIDA") => Some(Kind::User),
            "aws:principalarn" => match pattern.splitn(6, ':').nth(5)?.split_once('/')?.0 {
                "role" => Some(Kind::Role),
                "user" => Some(Kind::User),
                _ => None,
            },
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Role,
    User,
}

fn are_of_two_networks(one: &str, two: &str) -> bool {
    one == OVER_THE_INTERNET && THROUGH_AN_ENDPOINT.contains(&two)
}

/// Those whom every one of several Denies leaves out.
///
/// Each list is the exceptions of one statement, any of which is enough.
pub(super) fn excepted_by_all(lists: &[&[Excepted]]) -> Vec<Exception> {
    let mut lists: Vec<&[Excepted]> = lists.to_vec();
    // Why the short ones first: what they exclude need not be combined with the rest.
    lists.sort_by_key(|list| list.len());
    lists.dedup();
    let Some((first, rest)) = lists.split_first() else { return vec![] };
    let mut terms: Vec<Vec<&Excepted>> = first.iter().map(|one| vec![one]).collect();
    for list in rest {
        let combined: Vec<Vec<&Excepted>> = terms.iter().flat_map(|term| with_one_of(term, list)).collect();
        if combined.len() > MOST {
            return too_many(first, lists.len());
        }
        terms = combined;
    }
    let mut shown: Vec<Exception> = vec![];
    for exception in terms.iter().map(|term| shown_together(term)) {
        if !shown.contains(&exception) {
            shown.push(exception);
        }
    }
    shown
}

/// A combination with each of a list that it does not exclude; itself, where one of the list says nothing more.
fn with_one_of<'a>(term: &[&'a Excepted], list: &'a [Excepted]) -> Vec<Vec<&'a Excepted>> {
    let limits: Vec<&Limit> = term.iter().flat_map(|one| &one.limits).collect();
    let is_implied = |one: &Excepted| {
        term.contains(&one) || !one.limits.is_empty() && one.limits.iter().all(|it| limits.contains(&it))
    };
    if list.iter().any(is_implied) {
        return vec![term.to_vec()];
    }
    let fits = |one: &&Excepted| !term.iter().any(|there| there.excludes(one));
    list.iter().filter(fits).map(|one| term.iter().copied().chain([one]).collect()).collect()
}

fn shown_together(term: &[&Excepted]) -> Exception {
    let shown: Vec<&Exception> = term.iter().map(|one| &one.shown).collect();
    if let [only] = shown.as_slice() {
        return (*only).clone();
    }
    let who: Vec<&str> = shown.iter().map(|one| one.who.as_str()).collect();
    let likelihood = shown.iter().map(|one| one.likelihood).max().unwrap_or(Likelihood::Unknown);
    let both = if who.len() == 2 { "both at once" } else { "all at once" };
    Exception::new(
        format!("{both}: {}", listed(&who, "and")),
        likelihood,
        "several statements leave out different ones, and only who is of all of them gets in",
    )
}

fn too_many(shortest: &[Excepted], statements: usize) -> Vec<Exception> {
    let why = format!(
        "{statements} statements deny it, each with exceptions of its own, and only who is of all of them gets in: \
         too many to hold against each other here"
    );
    shortest.iter().map(|one| Exception::new(one.shown.who.clone(), Likelihood::Unknown, why.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(key: &str, pattern: &str) -> Excepted {
        let limits = vec![Limit::Is { key: key.to_owned(), pattern: pattern.to_owned() }];
        Excepted { shown: Exception::new(pattern, Likelihood::Plausible, ""), limits }
    }

    /// Who is left of these exceptions of each statement.
    fn who<const N: usize>(lists: [Vec<&Excepted>; N]) -> Vec<String> {
        let lists: Vec<Vec<Excepted>> = lists.map(|list| list.into_iter().cloned().collect()).into();
        let lists: Vec<&[Excepted]> = lists.iter().map(Vec::as_slice).collect();
        excepted_by_all(&lists).into_iter().map(|exception| exception.who).collect()
    }

    #[test]
    fn the_exceptions_of_several_statements_intersect() {
        const NOBODY: [&str; 0] = [];
        let role = |name: &str| is("aws:principalarn", &format!("arn:aws:iam::111122223333:role/{name}"));
        let (a, b, any) = (role("a"), role("b"), role("*"));
        assert_eq!(who([vec![&a], vec![&b]]), NOBODY);
        assert_eq!(who([vec![&a, &b], vec![&b]]), std::slice::from_ref(&b.shown.who));
        assert_eq!(who([vec![&any], vec![&b]]).len(), 1);
        assert_eq!(who([vec![&a, &b]]).len(), 2);
        let endpoint = is("aws:sourcevpce", "vpce-11111111");
        let expected = format!("both at once: {} and vpce-11111111", a.shown.who);
        assert_eq!(who([vec![&a], vec![&endpoint]]), [expected]);
        assert_eq!(who([vec![&a], vec![&is("aws:username", "bob")]]), NOBODY);
        let office = Excepted {
            limits: vec![Limit::From { key: "aws:sourceip".to_owned(), range: "198.51.100.0/24".to_owned() }],
            ..Excepted::unknown("the office", "")
        };
        assert_eq!(who([vec![&office], vec![&endpoint]]), NOBODY);
        assert_eq!(who([vec![&office], vec![&Excepted::unknown("somebody", "")]]).len(), 1);
        assert_eq!(who([]), NOBODY);
    }

    #[test]
    fn too_many_combinations_are_said_and_not_counted() {
        let key = |number: usize| format!("aws:principaltag/{number}");
        let lists: Vec<Vec<Excepted>> =
            (0..40).map(|number| vec![is(&key(number), "x"), is(&key(number + 100), "y")]).collect();
        let lists: Vec<&[Excepted]> = lists.iter().map(Vec::as_slice).collect();
        let found = excepted_by_all(&lists);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|one| one.likelihood == Likelihood::Unknown && one.why.contains("too many")));
    }
}
