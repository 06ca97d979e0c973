//! The custom notification that Amazon Q Developer in chat applications (AWS Chatbot) renders in Slack and Teams.
//!
//! Source: Amazon Q Developer in chat applications Administrator Guide, "Custom notifications", event schema.

use serde_json::json;

use super::{Links, Parts};
use crate::document::Document;

pub(super) fn chat(document: &Document<'_>, subject: &str, parts: &Parts, links: &Links) -> String {
    let Parts { to_do, news, said, counts } = parts;
    let list = |lines: &[String]| lines.iter().map(|line| format!("• {}", literal(line))).collect::<Vec<_>>();
    let description = [list(news), list(said), counts.iter().map(|line| literal(line)).collect()].concat().join("\n");
    let Links { report, command: _, execution } = links;
    let mut next_steps: Vec<String> = to_do.iter().map(|line| literal(line)).collect();
    next_steps.push(format!("Report: {report}"));
    next_steps.push(format!("Run: {execution}"));
    json!({
        "version": "1.0",
        "source": "custom",
        "id": document.run.to_string(),
        "content": {
            "textType": "client-markdown",
            "title": literal(subject),
            "description": description,
            "nextSteps": next_steps,
        },
        "metadata": {
            "threadId": document.run.to_string(),
            "summary": subject,
            "eventType": "rootwarden.run",
        },
    })
    .to_string()
}

/// A text that mentions nobody, formats nothing and hides no link behind other words. A bare URL may be made a link by the chat.
///
/// Source: Slack API, "Formatting text for app surfaces": `&`, `<` and `>` are escaped. Teams has links of the form `[text](url)`.
fn literal(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace("](", "] (").replace(['*', '~', '`'], "'")
}
