//! Advice that was written for functions, in words for a person at a terminal.

/// What the shared crates say of a function, and what it is here.
const WORDS: [(&str, &str); 4] = [
    ("the function's role", "your role"),
    ("the role's", "your role's"),
    ("the function's network", "your network"),
    (
        "between the function and AWS may have answered: look at its network",
        "between you and AWS may have answered: look at your network",
    ),
];

/// A text of the shared crates, for whoever reads it here.
pub fn for_caller(text: &str) -> String {
    WORDS.iter().fold(text.to_owned(), |text, (of_a_function, here)| text.replace(of_a_function, here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_not_told_about_a_function() {
        let text = for_caller("look at the policies of the function's role, and at service control policies");
        assert_eq!(text, "look at the policies of your role, and at service control policies");
    }
}
