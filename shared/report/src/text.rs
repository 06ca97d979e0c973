//! Names and texts from outside, as people read them in any format: on one line, with every character seen.

use jiff::Timestamp;
use rootwarden_domain::text::line::on_one_line;

/// A text from outside, on one line. What could hide or turn around other text is written out.
pub(crate) fn shown(text: &str) -> String {
    on_one_line(text)
}

/// A time to the second, in UTC: what people compare with logs.
pub(crate) fn seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The same with milliseconds, for what happened one after the other.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S%.3f UTC").to_string()
}

/// The day of a time, in UTC.
pub(crate) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// A number with its thousands parted: `50 000`, by a space that does not break.
pub(crate) fn number(value: usize) -> String {
    let digits = value.to_string();
    let mut shown = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    shown
}

/// `1 account`, `2 accounts`.
pub(crate) fn accounts(count: usize) -> String {
    format!("{} {}", number(count), if count == 1 { "account" } else { "accounts" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        for (value, text) in [(0, "0"), (999, "999"), (1000, "1\u{202f}000"), (1_234_567, "1\u{202f}234\u{202f}567")] {
            assert_eq!(number(value), text);
        }
        assert_eq!((accounts(1), accounts(2)), ("1 account".to_owned(), "2 accounts".to_owned()));
    }
}
