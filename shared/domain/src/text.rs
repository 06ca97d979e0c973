//! Ids and names as their own types: a private string, checked once, at the edge.

/// Declares a checked string type with `FromStr`, `Display` and serde through both.
///
/// The check is a function from `&str` to `bool`; the refusal names the value and what was expected.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, expects $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::input::InvalidValue;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                let check: fn(&str) -> bool = $check;
                if check(value) {
                    Ok(Self(value.to_owned()))
                } else {
                    Err(crate::input::InvalidValue::new(value, $expected))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::input::InvalidValue;

            fn try_from(value: String) -> Result<Self, Self::Error> {
                value.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

pub(crate) use checked_text;

/// Printable ASCII without spaces, `length` characters at most: what AWS's ids and ARNs are made of.
pub(crate) fn is_plain(value: &str, longest: usize) -> bool {
    !value.is_empty() && value.len() <= longest && value.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A text whose every character is seen: what controls, formats or turns around other text is written out, as in `\u{202e}`.
///
/// Source: Unicode Standard Annex 9 (bidirectional formatting) and general category Cf, as `char::escape_debug` knows it.
pub(crate) fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if is_seen(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_unicode());
        }
        shown
    })
}

/// The same, line by line.
pub(crate) fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

fn is_seen(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    // Why behind a letter: an accent that follows one is seen, and would be escaped alone.
    !['a', character].iter().collect::<String>().escape_debug().skip(1).eq(character.escape_unicode())
        && !is_blank(character)
}

/// Letters and marks that show nothing.
fn is_blank(character: char) -> bool {
    matches!(
        character,
        '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_text_around_or_is_not_seen_is_written_out() {
        for hidden in [
            '\u{202a}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{200b}',
            '\u{200e}',
            '\u{61c}',
            '\u{ad}',
            '\u{feff}',
            '\u{2028}',
            '\u{fe0f}',
            '\u{e0041}',
            '\u{0}',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{2800}',
            '\u{3164}',
            '\u{a0}',
        ] {
            let text = format!("a{hidden}b");
            assert_eq!(visible(&text), format!("a{}b", hidden.escape_unicode()));
        }
        for seen in ["ordinary text, 5 %", "äöüß é e\u{301}", "Ελληνικά", "日本語", "हिन्दी", "\"quotes\" 'and' \\"]
        {
            assert_eq!(visible(seen), seen);
        }
        assert_eq!(visible_lines("a\nb\tc\u{202e}\n"), "a\nb\\u{9}c\\u{202e}\n");
    }
}
