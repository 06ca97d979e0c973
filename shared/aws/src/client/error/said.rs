//! What AWS says, as it is shown: one line, said once, with the reason at its end.

use rootwarden_domain::text::line::{on_one_line, one_line, without_json};

/// More than any message of AWS has. A longer one is no message.
const READ: usize = 20_000;

/// What stands before a message that can only be decoded with a permission of its own, and is longer than all the rest.
///
/// Source: AWS STS API Reference, `DecodeAuthorizationMessage`; a capture of a denial by a service control policy.
const ENCODED: [&str; 2] = ["Encoded authorization failure message:", "Encoded authorization message:"];

/// A message of AWS in words; none if it says nothing to a person, such as a page of HTML.
pub(super) fn message(text: &str) -> Option<String> {
    let text: String = text.chars().take(READ).collect();
    let text = on_one_line(&text);
    if is_page(&text) {
        return None;
    }
    let text = without_json(&text);
    let text = ENCODED.iter().find_map(|mark| text.split_once(mark)).map_or(text.as_str(), |(said, _)| said);
    let text = with_short_details(text);
    // The same thing in general words, which the next sentence says in full.
    let text = text.strip_prefix("You are not authorized to perform this operation. ").unwrap_or(&text);
    let text = said_once(text);
    let text = text.trim().trim_end_matches(['.', ' ']);
    (!matches!(text, "" | "…" | "null")).then(|| one_line(text))
}

/// The code and the message, without saying the code again in words: `AccessDenied: Access Denied`.
pub(super) fn joined(code: &str, message: &str) -> String {
    if letters(code) == letters(message) {
        return code.to_owned();
    }
    match message.split_once(": ") {
        Some((again, rest)) if letters(again) == letters(code) => format!("{code}: {rest}"),
        Some(_) | None => format!("{code}: {message}"),
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_page(text: &str) -> bool {
    let start = text.get(..text.len().min(1000)).unwrap_or_default().to_ascii_lowercase();
    start.starts_with('<') || start.contains("<html") || start.contains("<!doctype")
}

/// IAM gives the address of a page and the name of an API where one id is enough for both.
///
/// Source: a capture of September 2026 (`iam:GetAccountProperties`): "Go to <page> for complete details, or call the
/// `GetRequestAuthorizationDetails` API with the following authorization id: <id>".
fn with_short_details(text: &str) -> String {
    let details = |text: &str| -> Option<String> {
        let (said, rest) = text.split_once("Go to https://")?;
        let (_, id) = rest.split_once("with the following authorization id: ")?;
        Some(format!("{}, authorization id {}", said.trim().trim_end_matches('.'), id.trim().trim_end_matches('.')))
    };
    details(text).unwrap_or_else(|| text.to_owned())
}

/// Without sentences that stood there before.
fn said_once(text: &str) -> String {
    let mut said: Vec<&str> = Vec::new();
    for sentence in text.split(". ") {
        let sentence = sentence.trim_end_matches('.');
        if !said.contains(&sentence) {
            said.push(sentence);
        }
    }
    said.join(". ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_by_a_service_control_policy_keeps_the_policy_and_its_reason_and_nothing_encoded() {
        // Source: a public capture of August 2026 (EC2), with as long an encoded message as AWS sends.
        let said = "User: arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/jane is \
            not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:us-east-1:444455556666:instance/* with an \
            explicit deny in a service control policy: \
            arn:aws:organizations::111122223333:policy/o-aaaaaaaaaa/service_control_policy/p-aaaaaaaa";
        let encoded = "OIau77IwNA-RjpafXihrUW41WAUxaBKeALVOZxxGdy7u".repeat(30);
        let text = format!(
            "You are not authorized to perform this operation. {said}. Encoded authorization failure message: {encoded}"
        );
        assert_eq!(message(&text).as_deref(), Some(said));
    }

    #[test]
    fn a_denial_of_iam_keeps_its_reason_and_the_id_by_which_more_can_be_read() {
        // Source: a capture of September 2026.
        let said = "User: arn:aws:iam::111122223333:user/org-access/example is not authorized to perform: \
            iam:GetAccountProperties on resource: * because no identity-based policy allows the iam:GetAccountProperties action";
        let text = format!(
            "{said}. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/4f2a for \
             complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: 4f2a"
        );
        assert_eq!(message(&text), Some(format!("{said}, authorization id 4f2a")));
    }

    #[test]
    fn a_message_in_lines_is_one_line() {
        // Source: aws-samples/service-control-policy-examples, issue 6.
        let text = "User: arn:aws:iam::111122223333:root\nAction: iam:GetAccountSummary\nContext: a service control policy explicitly denies the action\n";
        let line = "User: arn:aws:iam::111122223333:root Action: iam:GetAccountSummary Context: a service control policy explicitly denies the action";
        assert_eq!(message(text).as_deref(), Some(line));
    }

    #[test]
    fn what_says_nothing_to_a_person_is_not_shown() {
        for text in
            ["", " \n", "…", "null", r#"{"a": 1}"#, "<html><body>503</body></html>", "Oops: <!DOCTYPE html>\n<p>x"]
        {
            assert_eq!(message(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_is_said_twice() {
        assert_eq!(message("Rate exceeded. Rate exceeded.").as_deref(), Some("Rate exceeded"));
        for (code, text, told) in [
            ("AccessDenied", "Access Denied", "AccessDenied"),
            (
                "TaskTimedOut",
                "Task Timed Out: 'Provided task does not exist anymore'",
                "TaskTimedOut: 'Provided task does not exist anymore'",
            ),
            ("Throttling", "Rate exceeded", "Throttling: Rate exceeded"),
        ] {
            assert_eq!(joined(code, text), told);
        }
    }
}
