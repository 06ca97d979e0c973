//! What a deployment answers, in a few lines for people: each with its label, and every character of it seen.

use std::fmt::Write;

use rootwarden_domain::{ids::approval::ApprovalId, text::line::on_one_line};
use serde_json::Value;

use crate::{arguments::AccessArguments, output::Listing, typed};

/// Lines with a label each. What is empty has none.
#[derive(Debug, Default)]
struct Lines {
    lines: Vec<(&'static str, String)>,
}

impl Lines {
    fn add(&mut self, label: &'static str, text: Option<String>) {
        let text = text.map(|text| on_one_line(&text)).filter(|text| !text.is_empty());
        self.lines.extend(text.map(|text| (label, text)));
    }

    fn text(self) -> String {
        let width = self.lines.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
        let lines: Vec<String> =
            self.lines.into_iter().map(|(label, text)| format!("{label:<width$}  {text}\n")).collect();
        lines.concat()
    }
}

/// The answer to something that was asked, decided or written.
pub(super) fn answer(answer: &Value, access: &AccessArguments) -> String {
    const LABELS: [(&str, &str); 13] = [
        ("outcome", "Outcome"),
        ("run", "Run"),
        ("approval_id", "Id"),
        ("unlock", "Id"),
        ("recovery", "Id"),
        ("decision", "Decision"),
        ("at", "When"),
        ("reason", "Why"),
        ("account", "Account"),
        ("plan_sha256", "Plan SHA-256"),
        ("decide_before", "Decide before"),
        ("object", "Object"),
        ("version_id", "Version"),
    ];
    let mut lines = Lines::default();
    let is_decision = answer.get("decision").is_some();
    // What a decision meant for the run that waited stands in the last line.
    for (name, label) in LABELS.into_iter().filter(|(name, _)| *name != "run" || !is_decision) {
        lines.add(label, text(answer, &format!("/{name}")));
    }
    lines.add("By", text(answer, "/by").map(named));
    for (name, value) in answer.get("written").and_then(Value::as_object).into_iter().flatten() {
        let label = match name.as_str() {
            "paused" => "Paused",
            "until" => "Until",
            "reason" => "Why",
            _ => continue,
        };
        lines.add(label, plain(value));
    }
    lines.add("Then", then_of_answer(answer, access));
    lines.text()
}

/// What comes after an answer, and what to type for it.
fn then_of_answer(answer: &Value, access: &AccessArguments) -> Option<String> {
    let field = |name: &str| answer.get(name).and_then(Value::as_str);
    let show = |id: &str| typed::command(&["show", id], access);
    match (field("run"), field("approval_id"), field("decision")) {
        (Some("told"), ..) => Some("the execution that waited for it goes on".to_owned()),
        (Some("no_longer_waiting"), ..) => Some("it was decided before, and nothing waits for it any more".to_owned()),
        (Some("not_waiting"), ..) => Some("the next run reads it".to_owned()),
        (Some(run), None, None) => Some(format!("`{}` prints its report", typed::command(&["report", run], access))),
        (None, Some(id), None) => {
            let approve = typed::command(&["approve", id, "--reason", "TEXT"], access);
            Some(format!("somebody else looks at it and approves it: `{approve}`"))
        }
        _ => {
            let id = field("unlock").or_else(|| field("recovery"))?;
            Some(format!("`{}` says what becomes of it, and whether somebody else has to approve it", show(id)))
        }
    }
}

/// What is asked under an id, and what became of it.
pub(super) fn request(id: &ApprovalId, shown: &Value, is_coloured: bool) -> String {
    let first = |pointers: &[&str]| pointers.iter().find_map(|pointer| text(shown, pointer));
    let mut lines = Lines::default();
    lines.add("Id", Some(id.to_string()));
    lines.add("Asked by", asked_by(shown));
    lines.add("When", first(&["/asked/requested_at", "/request/requested_at", "/planned_at"]));
    lines.add("What", Some(what(shown)));
    lines.add("Why", first(&["/asked/request/reason", "/request/request/reason", "/asked/reason"]));
    lines.add("Ticket", first(&["/asked/request/ticket", "/request/request/ticket", "/asked/ticket"]));
    lines.add("Plan SHA-256", first(&["/plan_sha256"]));
    lines.add("Decision", decision(shown));
    for (label, pointer) in [
        ("Good until", "/good_until"),
        ("Window until", "/window/until"),
        ("Result", "/result/summary"),
        ("Stored as", "/result/stored"),
        ("Locked out now", "/verified/verdict"),
    ] {
        lines.add(label, text(shown, pointer));
    }
    lines.add("Then", then(id, shown));
    let mut text = lines.text();
    let accounts = accounts(shown);
    if !accounts.is_empty() {
        text = format!("{text}\n{}", accounts.table(is_coloured));
    }
    if let Some(left @ 1..) = shown.get("accounts_not_listed").and_then(Value::as_u64) {
        text = format!("{text}and {left} more accounts, which stand in the plan itself\n");
    }
    if let Some(plan) = shown.get("shown").and_then(Value::as_str) {
        let plan: Vec<String> = plan.lines().map(line).collect();
        text = format!("{text}\n{}\n", plan.join("\n"));
    }
    text
}

/// Who asks: a person, or what started the run.
pub(super) fn asked_by(shown: &Value) -> Option<String> {
    let pointers = ["/asked/requested_by", "/request/requested_by", "/started_by/person", "/started_by"];
    let by = pointers.iter().find_map(|pointer| text(shown, pointer))?;
    Some(match by.as_str() {
        "schedule" => "the schedule".to_owned(),
        "event" => "an event".to_owned(),
        _ => named(by),
    })
}

/// A person by the ARN alone, without the unique id that AWS knows them by.
fn named(person: String) -> String {
    person.split_once('#').map_or(person.clone(), |(arn, _)| arn.to_owned())
}

/// What is asked for, in words.
pub(super) fn what(shown: &Value) -> String {
    if let Some(summary) = text(shown, "/summary") {
        return summary;
    }
    let about = ["/request/request", "/asked/request", "/asked"].into_iter().find_map(|path| shown.pointer(path));
    let Some(about) = about else { return String::new() };
    let action = match about.get("action") {
        Some(Value::String(action)) => Some(action.clone()),
        Some(Value::Object(fields)) => fields.iter().next().map(|(name, how)| {
            let words = ["change", "duration"].iter().filter_map(|field| plain(how.get(field)?));
            [name.clone()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
        }),
        _ => None,
    };
    let field = |name: &str, words: &str| text(about, &format!("/{name}")).map(|value| format!("{words}{value}"));
    let parts = [
        action,
        field("access_key_id", "release of access key "),
        field("bucket", "bucket "),
        field("queue", "queue "),
        field("resource/bucket", "bucket "),
        field("resource/queue", "queue "),
        field("account", "in account "),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn decision(shown: &Value) -> Option<String> {
    let decided = shown.get("decision").filter(|decision| decision.is_object())?;
    let field = |name: &str| text(decided, &format!("/{name}")).unwrap_or_default();
    Some(format!("{} by {} at {}: {}", field("decision"), named(field("by")), field("at"), field("reason")))
}

/// What an approval lets happen, or why nobody is asked.
fn then(id: &ApprovalId, shown: &Value) -> Option<String> {
    if shown.get("decision").is_some_and(Value::is_object) {
        return None;
    }
    let is_asked = shown.get("plan_sha256").is_some_and(Value::is_string);
    let takes_nobody = shown.pointer("/asked/request/action").and_then(Value::as_str) == Some("end");
    Some(match id {
        _ if takes_nobody => "nobody has to approve it".to_owned(),
        _ if !is_asked => "nobody is asked to decide about it".to_owned(),
        ApprovalId::Deletion(_) => {
            "once somebody else approves, these root credentials are deleted, each after a fresh read".to_owned()
        }
        ApprovalId::Unlock(_) => {
            "once somebody else approves, the policy is stored, changed as shown below, and read again".to_owned()
        }
        ApprovalId::Release(_) => {
            "once somebody else approves, runs of the next 7 days delete this access key".to_owned()
        }
        ApprovalId::Recovery(_) => {
            "once somebody else approves, the root user's password can be set anew until the window ends; then it is deleted and proven gone"
                .to_owned()
        }
    })
}

/// A line of a plan with its indent, and every other character seen.
fn line(text: &str) -> String {
    let indent: String = text.chars().take_while(|character| *character == ' ').collect();
    format!("{indent}{}", on_one_line(text))
}

fn accounts(shown: &Value) -> Listing {
    const FIELDS: [&str; 7] =
        ["account", "name", "access_keys", "login_profiles", "mfa_devices", "signing_certificates", "protected"];
    let mut listing = Listing::new("accounts", &FIELDS);
    for account in shown.get("accounts").and_then(Value::as_array).into_iter().flatten() {
        listing.add(FIELDS.map(|name| text(account, &format!("/{name}")).unwrap_or_default()));
    }
    listing
}

/// The fields of an answer that hold one value each, by their path.
pub(super) fn fields(answer: &Value) -> Listing {
    let mut listing = Listing::new("fields", &["field", "value"]);
    add(&mut listing, "", answer);
    listing
}

fn add(listing: &mut Listing, path: &str, value: &Value) {
    let text = match value {
        Value::Null | Value::Array(_) => return,
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                add(listing, &path, value);
            }
            return;
        }
        // A text of many lines is shown by itself.
        Value::String(text) if text.trim().contains('\n') => return,
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    listing.add([path.to_owned(), text]);
}

/// One value in words; `None` if there is none, or more than one.
fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(plain)
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(is_so) => Some(if *is_so { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
    }
}

/// JSON of the same meaning in which every character is seen: what hides or turns around text is written as `\uXXXX`.
pub(super) fn seen(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if is_seen(character) {
            shown.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // It cannot fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
    shown
}

fn is_seen(character: char) -> bool {
    match character {
        '\n' | ' '..='~' => true,
        _ => !character.is_whitespace() && !on_one_line(&format!("a{character}")).contains("\\u{"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_keeps_its_meaning_and_hides_nothing() {
        let value = json!({"policy": "a\u{202e}b\u{e0041}\u{feff}\u{2028}", "name": "Ünïcödé 日本語", "n": 1});
        let text = seen(&serde_json::to_string_pretty(&value).unwrap());
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.contains("\\u202e") && text.contains("\\udb40\\udc41") && text.contains("日本語"), "{text}");
        for hidden in ['\u{202e}', '\u{e0041}', '\u{feff}', '\u{2028}'] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
}
