//! Commands that somebody may type next: whole, and quoted for a shell.

use std::borrow::Cow;

use crate::arguments::{AccessArguments, StackName};

/// `rootwarden` with these words and the access that this command was given: profile, Region, endpoint and stack.
///
/// What the environment says is not repeated: it stands there for the next command as well.
pub fn command(words: &[&str], access: &AccessArguments) -> String {
    let AccessArguments { profile, region, endpoint_url, stack } = access;
    let given = [
        ("--profile", profile.as_deref()),
        ("--region", region.as_deref()),
        ("--endpoint-url", endpoint_url.as_deref()),
        ("--stack", stack.as_ref().map(StackName::as_str)),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some([name, value?])).flatten();
    let quoted: Vec<Cow<'_, str>> = words.iter().copied().chain(given).map(shell_words::quote).collect();
    format!("rootwarden {}", quoted.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_whole_and_every_word_of_it_is_one_word_of_a_shell() {
        let access = AccessArguments {
            profile: Some("security's admin; rm -rf".to_owned()),
            region: Some("eu-central-1".to_owned()),
            endpoint_url: Some("http://127.0.0.1:4999".to_owned()),
            stack: Some("root-production".parse().unwrap()),
        };
        let typed = command(&["recovery", "end", "111122223333", "--ignore-deployment"], &access);
        assert_eq!(
            shell_words::split(&typed).unwrap(),
            [
                "rootwarden",
                "recovery",
                "end",
                "111122223333",
                "--ignore-deployment",
                "--profile",
                "security's admin; rm -rf",
                "--region",
                "eu-central-1",
                "--endpoint-url",
                "http://127.0.0.1:4999",
                "--stack",
                "root-production",
            ]
        );
    }
}
