//! Plain sentences of what stands in a policy.

/// The longest value that is repeated whole: a sentence stays readable.
const LONGEST: usize = 200;

/// A value of the policy in one line, whatever it holds.
pub(super) fn quoted(value: &str) -> String {
    let mut characters = value.chars();
    let mut shown: String = characters
        .by_ref()
        .take(LONGEST)
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed<T: AsRef<str>>(values: &[T], last: &str) -> String {
    match values {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., end] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", first.join(", "), end.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(listed::<&str>(&[], "and"), "");
        assert_eq!(listed(&["a"], "and"), "a");
        assert_eq!(listed(&["a", "b"], "or"), "a or b");
        assert_eq!(listed(&["a", "b", "c"], "and"), "a, b and c");
    }

    #[test]
    fn a_value_cannot_break_the_line_or_fill_the_page() {
        assert_eq!(quoted("a\nb\u{1b}[0m"), "`a\u{fffd}b\u{fffd}[0m`");
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), LONGEST + 3);
    }
}
