//! Texts of which a screen can hide nothing.

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
