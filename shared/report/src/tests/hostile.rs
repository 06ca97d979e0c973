//! One report in which every text from outside is hostile, in every format: each is held against the same report with harmless texts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    csv::parsed,
    fixtures::{Told, hostile_names, with_texts},
    html::elements,
};
use crate::{
    csv::{COLUMNS, FORMULA, csv},
    events::{Kind, of_run, schema as event_schema},
    findings::{
        asff::Publisher,
        ocsf,
        sent::{Sent, Wanted},
    },
    html::html,
    metrics::metrics,
    notice::{Links, Notice, NoticesOfRuns, notice},
    schema::schema,
    text::shown,
};

fn hostile() -> Told {
    with_texts(&hostile_names())
}

/// The same report, with a text in each place that says nothing.
fn harmless() -> Told {
    with_texts(&vec!["text".to_owned(); hostile_names().len()])
}

/// Every text in a JSON value, with the path to it.
fn texts(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            found.insert(path.to_owned(), text.clone());
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(number, item)| texts(item, &format!("{path}/{number}"), found));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, field)| texts(field, &format!("{path}/{name}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Names that nobody sees, or that turn around what stands beside them.
fn hides_something(text: &str) -> bool {
    text.chars().any(|character| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}')
    })
}

#[test]
fn the_fixture_has_every_hostile_text_in_every_place() {
    let json = serde_json::to_value(hostile().document()).unwrap();
    let mut found = BTreeMap::new();
    texts(&json, "", &mut found);
    for place in [
        "/accounts/",
        "/units/",
        "/exemptions/",
        "/recovery_windows/",
        "/kept_open/",
        "/preflight/",
        "/not_created/",
        "/missing/",
    ] {
        let here: Vec<&String> =
            found.iter().filter(|(path, _)| path.starts_with(place)).map(|(_, text)| text).collect();
        // What people write is checked when it is read.
        let is_refused = |name: &str| match place {
            "/recovery_windows/" => crate::text::shown(name) != name,
            "/exemptions/" => name.trim().is_empty(),
            _ => false,
        };
        for name in hostile_names() {
            let is_there = here.iter().any(|text| text.contains(&name));
            assert!(is_there || is_refused(&name), "{place}: {name:?}");
        }
    }
}

#[test]
fn json_has_every_text_as_it_is_and_stays_what_its_schema_says() {
    let told = hostile();
    let written = serde_json::to_string(&told.document()).unwrap();
    let read: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap().len(), written.len());
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema().unwrap()).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&read).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let names: Vec<&str> =
        read["accounts"].as_array().unwrap().iter().filter_map(|account| account["name"].as_str()).collect();
    let units: Vec<&str> = read["units"].as_array().unwrap().iter().filter_map(|unit| unit["name"].as_str()).collect();
    for name in hostile_names() {
        assert!(names.contains(&name.as_str()) && units.contains(&name.as_str()), "{name:?}");
    }
}

#[test]
fn csv_has_as_many_rows_and_cells_and_none_that_begins_a_formula() {
    let rows = |told: &Told| parsed(&String::from_utf8(csv(&told.document()).unwrap()).unwrap());
    let (hostile, harmless) = (rows(&hostile()), rows(&harmless()));
    assert_eq!(hostile.len(), harmless.len());
    for row in &hostile {
        assert_eq!(row.len(), COLUMNS.len());
        for cell in row {
            assert!(
                !cell.starts_with(FORMULA) && !cell.starts_with(['\t', '\r', '\n', ' ', '"'])
                    || cell.starts_with("quotes"),
                "{cell:?}"
            );
            assert!(!hides_something(cell), "{cell:?}");
        }
    }
    // A text that is a formula stands there as a text: behind an apostrophe, and whole.
    for name in hostile_names() {
        let guarded = if shown(&name).starts_with(FORMULA) { format!("'{}", shown(&name)) } else { shown(&name) };
        for column in [1, 2] {
            assert!(hostile.iter().any(|row| row[column] == guarded), "{} {name:?}", COLUMNS[column]);
        }
    }
}

#[test]
fn html_has_the_same_elements_and_attributes_and_hides_nothing() {
    let page = |told: &Told| html(&told.document()).unwrap();
    let (hostile, harmless) = (page(&hostile()), page(&harmless()));
    let begun = |page: &str| elements(page).into_iter().zip(attributes(page)).collect::<Vec<_>>();
    let (of_hostile, of_harmless) = (begun(&hostile), begun(&harmless));
    let difference = of_hostile.iter().zip(&of_harmless).find(|(hostile, harmless)| hostile != harmless);
    assert_eq!((difference, of_hostile.len()), (None, of_harmless.len()));
    assert!(!hides_something(&hostile.replace('\n', " ")));
    assert_eq!((hostile.matches("<script").count(), hostile.matches("</script").count()), (3, 3));
    for name in hostile_names() {
        let escaped =
            shown(&name).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(hostile.contains(&escaped), "{name:?}");
    }
}

/// The names of the attributes of each element that a page begins, outside of scripts and styles.
fn attributes(page: &str) -> Vec<Vec<String>> {
    let (mut found, mut rest) = (Vec::new(), page);
    while let Some((_, after)) = rest.split_once('<') {
        let element: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
        let (mut names, mut name, mut is_quoted, mut length) = (Vec::new(), String::new(), false, 0);
        for character in after.chars().skip(element.len()) {
            length += character.len_utf8();
            match character {
                '"' => is_quoted = !is_quoted,
                '>' if !is_quoted => break,
                ' ' | '=' if !is_quoted => names.push(std::mem::take(&mut name)),
                other if !is_quoted => name.push(other),
                _ => {}
            }
        }
        names.push(name);
        names.retain(|name| !name.is_empty());
        found.push(names);
        rest = &after[element.len() + length..];
        if ["script", "style"].contains(&element.as_str()) {
            rest = rest.split_once(&format!("</{element}>")).unwrap().1;
        }
    }
    found
}

#[test]
fn a_notice_has_as_many_lines_and_mentions_and_links_nothing() {
    let links = Links {
        report: "https://console.aws.amazon.com/s3/object/b?prefix=r".into(),
        command: "aws s3 cp s3://b/r .".into(),
        execution: "https://console.aws.amazon.com/states/home#/e".into(),
    };
    let said = |told: &Told| notice(&told.document(), NoticesOfRuns::Always, &told.history, None, &links).unwrap();
    let (Notice { subject, text, chat }, same) = (said(&hostile()), said(&harmless()));
    assert!(subject.is_ascii() && subject.len() <= 100 && !hides_something(&subject), "{subject}");
    assert_eq!((subject, text.lines().count()), (same.subject, same.text.lines().count()));
    assert!(text.lines().all(|line| !hides_something(line)), "{text}");
    let chat: Value = serde_json::from_str(&chat).unwrap();
    let mut all = BTreeMap::new();
    texts(&chat, "", &mut all);
    for (path, text) in &all {
        // `<@U…>`, `<!channel>` and `<https://…|text>` are what Slack acts on.
        assert!(text.lines().all(|line| !hides_something(line)) && !text.contains(['<', '>']), "{path}: {text:?}");
        assert!(!text.contains("]("), "{path}: {text}");
    }
    let mut of_harmless = BTreeMap::new();
    texts(&serde_json::from_str(&same.chat).unwrap(), "", &mut of_harmless);
    assert_eq!(all.keys().collect::<Vec<_>>(), of_harmless.keys().collect::<Vec<_>>());
}

#[test]
fn events_are_as_many_and_of_their_schemas() {
    let events = |told: &Told| of_run(&told.document(), "s3://b/report.json").unwrap();
    let (hostile, harmless) = (events(&hostile()), events(&harmless()));
    let kinds = |events: &[crate::events::Event]| events.iter().map(|event| event.kind).collect::<Vec<Kind>>();
    assert_eq!(kinds(&hostile), kinds(&harmless));
    for event in &hostile {
        let detail: Value = serde_json::from_str(&event.detail).unwrap();
        let validator =
            jsonschema::validator_for(&serde_json::from_str(&event_schema(event.kind).unwrap()).unwrap()).unwrap();
        assert!(validator.is_valid(&detail), "{detail}");
        // Source: Amazon EventBridge API Reference, `PutEvents`: 256 KB for all entries of a call.
        assert!(event.detail.len() < 10_000, "{} bytes", event.detail.len());
    }
}

#[test]
fn findings_are_as_many_and_hide_nothing() {
    let publisher =
        Publisher { partition: "aws", region: "us-east-1".into(), account: "111122223333".parse().unwrap() };
    let asff = |told: &Told| -> Vec<Value> {
        let document = told.document();
        Sent::default().to_send(&document, Wanted::All).iter().map(|one| one.finding(&publisher)).collect()
    };
    let lines = |told: &Told| String::from_utf8(ocsf::lines(&told.document(), "us-east-1").unwrap()).unwrap();
    let (hostile, harmless) = (hostile(), harmless());
    assert_eq!(asff(&hostile).len(), asff(&harmless).len());
    assert_eq!(lines(&hostile).lines().count(), lines(&harmless).lines().count());
    let of_ocsf = lines(&hostile).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    for finding in asff(&hostile).iter().chain(&of_ocsf) {
        let mut found = BTreeMap::new();
        texts(finding, "", &mut found);
        for (path, text) in found {
            assert!(!hides_something(&text), "{path}: {text:?}");
        }
    }
}

#[test]
fn no_text_changes_a_number() {
    let numbers = |told: &Told| {
        let all = metrics(&told.document(), told.planned_at).unwrap();
        all.into_iter().map(|metric| (metric.name, metric.value)).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&hostile()), numbers(&harmless()));
}
