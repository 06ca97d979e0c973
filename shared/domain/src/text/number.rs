//! Numbers as people read them.

/// A number with its thousands parted: `50,000`.
#[must_use]
pub fn number(value: usize) -> String {
    let digits = value.to_string();
    let mut shown = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 account`, `2 accounts`, `1,000 accounts`.
#[must_use]
pub fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (50_000, "50,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(value), text);
        }
        let accounts = |count| counted(count, "account", "accounts");
        assert_eq!([0, 1, 2, 1000].map(accounts), ["0 accounts", "1 account", "2 accounts", "1,000 accounts"]);
    }
}
