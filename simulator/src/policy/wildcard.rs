//! The wildcards of IAM.

use std::str::Chars;

/// Whether a text matches a pattern in which `*` stands for any text and `?` for one character.
pub(crate) fn wildcard_matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Why: on a mismatch, go back to the last `*` and let it take one character more.
    let mut last_star: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let text_here = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = text_here;
                last_star = Some((pattern.clone(), text.clone()));
            }
            (Some('?'), Some(_)) => {}
            (Some(expected), Some(found)) if expected == found => {}
            (Some(_), None) => return false,
            (None | Some(_), Some(_)) => {
                let Some((after_star, from)) = last_star.as_mut() else { return false };
                from.next();
                (pattern, text) = (after_star.clone(), from.clone());
            }
        }
    }
}
