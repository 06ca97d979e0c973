//! Texts from outside, as a person reads them in a message: on one line, and no longer than they have to be.

use serde_json::Value;

use crate::text::visible;

/// The longest text that is kept whole, in characters.
///
/// Why 1,000: the longest denial that AWS writes of a call of ours has about as many: a role session's ARN (176), the action
/// (41), an object of the bucket (some 400), the ARN of a service control policy (250), and the words between them. Real ones
/// have half of that (captures: 430 with a policy's ARN), and 50,000 of them in one report are bearable.
const LONGEST: usize = 1000;

/// A text from outside on one line. Of one that is too long the beginning and the end are kept: AWS says at the end why.
#[must_use]
pub fn one_line(text: &str) -> String {
    let text = on_one_line(text);
    let length = text.chars().count();
    if length <= LONGEST {
        return text;
    }
    let half = LONGEST / 2;
    let (head, tail) = (text.chars().take(half), text.chars().skip(length - half + 1));
    head.chain(['…']).chain(tail).collect()
}

/// A text on one line, whole, with every character seen: what could hide or forge a part of it on a screen is written out.
#[must_use]
pub fn on_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    visible(&words.join(" "))
}

/// A text without the JSON in it: an object that says something has its words in its place, any other one is left out.
#[must_use]
pub fn without_json(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, json) = rest.split_at(start);
        kept.push_str(before);
        let mut values = serde_json::Deserializer::from_str(json).into_iter::<Value>();
        if let Some(Ok(Value::Object(fields))) = values.next() {
            kept.push_str(&message_of(&fields).map_or_else(|| "…".to_owned(), without_json));
            rest = json.get(values.byte_offset()..).unwrap_or_default();
        } else {
            // A brace alone is a part of the words.
            kept.push('{');
            rest = json.get(1..).unwrap_or_default();
        }
    }
    kept.push_str(rest);
    kept
}

/// What an error in JSON says, whoever wrote it: Lambda, an API of AWS, Step Functions.
fn message_of(fields: &serde_json::Map<String, Value>) -> Option<&str> {
    let names = ["errorMessage", "message", "Message", "Cause", "cause"];
    names.into_iter().find_map(|name| fields.get(name)?.as_str()).filter(|message| !message.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_denial_survives_the_cut() {
        let denial = format!(
            "User: {} is not authorized with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o/p",
            "x".repeat(5000)
        );
        let line = one_line(&denial);
        assert_eq!(line.chars().count(), LONGEST);
        assert!(line.starts_with("User: xxx") && line.contains("x…x"), "{line}");
        assert!(line.ends_with("service control policy: arn:aws:organizations::1:policy/o/p"), "{line}");
        let whole = "é".repeat(LONGEST);
        assert_eq!(one_line(&whole), whole, "counted in characters, and nothing is cut that fits");
    }

    #[test]
    fn nothing_that_breaks_a_line_or_moves_the_cursor_gets_through() {
        assert_eq!(on_one_line(" a\r\n\tb\u{2028}c\u{1b}[2Kd\u{0}\n"), r"a b c\u{1b}[2Kd\u{0}");
    }

    #[test]
    fn json_in_a_text_is_taken_apart_or_left_out() {
        for (text, words) in [
            (r#"{"errorMessage": "Task timed out", "errorType": "Sandbox.Timedout"}"#, "Task timed out"),
            (r#"failed: {"Message": "{\"message\": \"Forbidden\"}"}, again"#, "failed: Forbidden, again"),
            (r#"failed: {"a": 1}"#, "failed: …"),
            (r#"{"message": ""} {"message": null}"#, "… …"),
            ("the first byte must be '{'", "the first byte must be '{'"),
            ("{not JSON}", "{not JSON}"),
        ] {
            assert_eq!(without_json(text), words, "{text}");
        }
    }
}
