//! Wildcard patterns of policies: `*` stands for anything, `?` for one character.
//!
//! Source: AWS IAM User Guide, "IAM JSON policy elements: Resource", "Using wildcards".

/// Whether a text is of a pattern.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    count();
    // What stands before the first wildcard decides most comparisons, without walking the rest.
    text.starts_with(literal(pattern)) && {
        let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        relate(&pattern, &text, &mut |pattern, text| pattern == '?' || pattern == text, &|_| false)
    }
}

/// Whether every text of `smaller` is of `pattern`.
///
/// Sound, not complete: a wildcard of `smaller` counts as covered only by an equal or wider one.
pub(in crate::policy) fn covers(pattern: &str, smaller: &str) -> bool {
    count();
    smaller.starts_with(literal(pattern)) && {
        let (pattern, smaller): (Vec<char>, Vec<char>) = (pattern.chars().collect(), smaller.chars().collect());
        let covered = |pattern: char, other: char| other != '*' && (pattern == '?' || pattern == other);
        relate(&pattern, &smaller, &mut |pattern, other| covered(pattern, other), &|_| false)
    }
}

/// Whether some text is of both patterns.
pub(in crate::policy) fn intersect(one: &str, other: &str) -> bool {
    count();
    let (before, after) = (literal(one), literal(other));
    (before.starts_with(after) || after.starts_with(before)) && {
        let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
        relate(&one, &other, &mut |one, other| one == '?' || other == '?' || one == other, &|other| other == '*')
    }
}

/// A pattern up to its first wildcard.
fn literal(pattern: &str) -> &str {
    pattern.split(['*', '?']).next().unwrap_or_default()
}

#[cfg(not(test))]
fn count() {}

#[cfg(test)]
fn count() {
    COMPARISONS.with(|comparisons| comparisons.set(comparisons.get() + 1));
}

#[cfg(test)]
thread_local! {
    /// How many patterns were compared on this thread.
    pub(in crate::policy) static COMPARISONS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Walks two texts side by side: `*` of the first takes any number of characters of the second, and `skips` says which
/// characters of the second do the same to the first.
fn relate(
    pattern: &[char],
    text: &[char],
    equal: &mut dyn FnMut(char, char) -> bool,
    skips: &dyn Fn(char) -> bool,
) -> bool {
    // `reached` holds, for a beginning of the pattern, which beginnings of the text it can stand for.
    let mut reached: Vec<bool> = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    spread(&mut reached, text, skips);
    for symbol in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut before = false;
        let mut taken = false;
        for (place, (now, to)) in reached.iter().zip(next.iter_mut()).enumerate() {
            let read = place.checked_sub(1).and_then(|last| text.get(last)).copied();
            if *symbol == '*' {
                taken |= *now;
                *to = taken;
            } else {
                let steps = before && read.is_some_and(|read| !skips(read) && equal(*symbol, read));
                let skipped = *now && read.is_some_and(skips);
                *to = steps || skipped;
            }
            before = *now;
        }
        spread(&mut next, text, skips);
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

/// A wildcard of the text may also stand for nothing.
fn spread(reached: &mut [bool], text: &[char], skips: &dyn Fn(char) -> bool) {
    let mut before = false;
    for (place, now) in reached.iter_mut().enumerate() {
        let read = place.checked_sub(1).and_then(|last| text.get(last)).copied();
        *now |= before && read.is_some_and(skips);
        before = *now;
    }
}

/// Whether a value holds a policy variable, so that what it stands for is known only to AWS.
///
/// `${*}`, `${?}` and `${$}` are variables too: rare enough not to be told apart.
/// Source: AWS IAM User Guide, "IAM policy elements: Variables and tags".
pub(in crate::policy) fn has_variable(value: &str) -> bool {
    value.contains("${")
}

/// A pattern that every meaning of a value with variables is of.
pub(in crate::policy) fn widest(value: &str) -> String {
    let mut widest = String::new();
    let mut rest = value;
    while let Some((before, variable)) = rest.split_once("${") {
        widest.push_str(before);
        widest.push('*');
        // Without a closing brace nothing of the rest is certain.
        rest = variable.split_once('}').map_or("", |(_, after)| after);
    }
    widest.push_str(rest);
    widest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_iam_does() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "s3:GetObject", true),
            ("s3:*Policy", "s3:PutBucketPolicy", true),
            ("s3:*Policy", "s3:PutBucketPolicyStatus", false),
            ("s3:???BucketPolicy", "s3:PutBucketPolicy", true),
            ("s3:???BucketPolicy", "s3:DeleteBucketPolicy", false),
            ("arn:aws:s3:::b*", "arn:aws:s3:::b", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b", false),
            ("a*b*c", "aXbYbc", true),
            ("a*b*c", "acb", false),
            ("", "", true),
            ("", "a", false),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn covers_only_what_is_wholly_of_the_pattern() {
        for (pattern, smaller, expected) in [
            ("*", "s3:*", true),
            ("s3:*", "s3:*", true),
            ("s*", "s3:*", true),
            ("s3:**", "s3:*", true),
            ("s?:*", "s3:*", true),
            ("s3:?*", "s3:*", false),
            ("s3:Get*", "s3:*", false),
            ("s3:*", "s3:Get*", true),
            ("a?", "a*", false),
            ("a*", "a?", true),
            ("a?", "a?", true),
        ] {
            assert_eq!(covers(pattern, smaller), expected, "{pattern} {smaller}");
        }
    }

    #[test]
    fn finds_what_two_patterns_share() {
        for (one, other, expected) in [
            ("*", "anything", true),
            ("s3:Get*", "s3:*Object", true),
            ("s3:Get*", "s3:Put*", false),
            ("a*b", "*c", false),
            ("a*", "*b", true),
            ("a?c", "ab*", true),
            ("a?c", "*d", false),
            ("b/*", "b", false),
            ("b/*", "b*", true),
            ("*a*", "*b*", true),
            ("x*y", "x", false),
            ("**", "", true),
        ] {
            assert_eq!(intersect(one, other), expected, "{one} {other}");
            assert_eq!(intersect(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn a_variable_may_stand_for_anything() {
        assert_eq!(widest("b/${aws:username}/x"), "b/*/x");
        assert_eq!(widest("b/${aws:username"), "b/*");
        assert!(has_variable("${aws:PrincipalTag/team}") && !has_variable("$5 {a}"));
    }
}
