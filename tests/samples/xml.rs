//! XML as fields. It has no types, so a sample that was parsed by AWS's own model says what is a list, a number or a flag.

use quick_xml::{Reader, events::Event};
use serde_json::{Map, Value, json};

#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub children: Vec<Element>,
    pub text: String,
}

/// The root element.
pub fn parse(xml: &str) -> Element {
    let mut reader = Reader::from_reader(xml.as_bytes());
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                let name = tag.name().as_ref().to_owned();
                open.push(Element { name, ..Element::default() });
            }
            Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                open.last_mut().unwrap().children.push(Element { name, ..Element::default() });
            }
            Event::Text(text) => open.last_mut().unwrap().text.push_str(&text),
            Event::GeneralRef(reference) => open.last_mut().unwrap().text.push(match &*reference {
                "apos" => '\'',
                "quot" => '"',
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                other => panic!("unknown entity {other}"),
            }),
            Event::End(_) => {
                let element = open.pop().unwrap();
                open.last_mut().unwrap().children.push(element);
            }
            Event::Eof => return open.pop().unwrap().children.pop().expect("a root element"),
            _ => {}
        }
    }
}

impl Element {
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The element's inside. `like`: the sample's value in its place, if it has one.
    pub fn value(&self, like: Option<&Value>) -> Value {
        let text = self.text.trim();
        match like {
            Some(Value::Array(entries)) => {
                self.children.iter().map(|child| child.value(entries.first())).collect::<Vec<_>>().into()
            }
            Some(Value::Bool(_)) => text.parse().map_or_else(|_| json!(text), Value::Bool),
            Some(Value::Number(_)) => text.parse::<i64>().map_or_else(|_| json!(text), Value::from),
            _ if self.children.iter().any(|child| child.name == "entry") => {
                let entry = |entry: &Self| {
                    let key = entry.child("key").unwrap().text.clone();
                    let value = entry.child("value").unwrap().value(like.and_then(|like| like.get(&key)));
                    (key, value)
                };
                Value::Object(self.children.iter().map(entry).collect())
            }
            _ if !self.children.is_empty() => {
                let field =
                    |child: &Self| (child.name.clone(), child.value(like.and_then(|like| like.get(&child.name))));
                Value::Object(self.children.iter().map(field).collect::<Map<_, _>>())
            }
            _ => json!(self.text),
        }
    }
}

/// `value` as an element; a list's entries are called `entry_name`.
pub fn write(name: &str, value: &Value, entry_name: &str) -> String {
    let inside = match value {
        Value::Object(fields) if name == "SummaryMap" => {
            let entries = fields.iter().map(|(key, value)| json!({"key": key, "value": value}));
            entries.map(|entry| write("entry", &entry, entry_name)).collect()
        }
        Value::Object(fields) => fields.iter().map(|(name, value)| write(name, value, entry_name)).collect(),
        Value::Array(entries) => entries.iter().map(|entry| write(entry_name, entry, entry_name)).collect(),
        Value::String(text) => quick_xml::escape::escape(text).into_owned(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    format!("<{name}>{inside}</{name}>")
}
