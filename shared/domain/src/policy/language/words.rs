//! Plain sentences of what stands in a policy.

use crate::text::visible;

/// The longest value that is repeated whole: a sentence stays readable.
const LONGEST: usize = 200;

/// So many names that a sentence stays one.
const MOST: usize = 5;

/// A value of the policy in one line, whatever it holds.
pub(in crate::policy) fn quoted(value: &str) -> String {
    let mut characters = value.chars();
    let taken: String = characters.by_ref().take(LONGEST).collect();
    // A value cannot end its own quotation.
    let mut shown = visible(&taken).replace('`', "\\u{60}");
    if characters.next().is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// The first few, and how many more there are.
pub(in crate::policy) fn shortened<T: AsRef<str>>(values: &[T]) -> Vec<String> {
    let mut shown: Vec<String> = values.iter().take(MOST).map(|value| value.as_ref().to_owned()).collect();
    if let Some(more) = values.len().checked_sub(MOST).filter(|more| *more > 0) {
        shown.push(format!("{more} more"));
    }
    shown
}

/// `a`, `a and b`, `a, b and c`.
pub(in crate::policy) fn listed<T: AsRef<str>>(values: &[T], last: &str) -> String {
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
        assert_eq!(quoted("a\nb\u{1b}[0m"), "`a\\u{a}b\\u{1b}[0m`");
        assert_eq!(quoted("x` is fine; `"), "`x\\u{60} is fine; \\u{60}`");
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), LONGEST + 3);
    }
}
