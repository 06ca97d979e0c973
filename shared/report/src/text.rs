//! Names and texts from outside, as people read them in any format: on one line, with every character seen.

use jiff::Timestamp;
use rootwarden_domain::text::line::on_one_line;

pub(crate) use rootwarden_domain::text::number::{counted, number};

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

/// `1 account`, `1,000 accounts`.
pub(crate) fn accounts(count: usize) -> String {
    counted(count, "account", "accounts")
}
