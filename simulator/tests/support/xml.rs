//! Reads the XML that the simulator writes.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

/// An element that is still open.
#[derive(Default)]
struct Element {
    name: String,
    children: Vec<(String, Value)>,
    text: String,
}

/// XML as JSON: a text, a map of elements, a list of `member`s, or a map of `entry`s; null if empty.
pub fn parse(xml: &[u8]) -> Value {
    let mut reader = Reader::from_reader(xml);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                let name = tag.name().as_ref().to_owned();
                open.push(Element { name, ..Element::default() });
            }
            Event::Text(text) => open.last_mut().unwrap().text.push_str(&text),
            Event::GeneralRef(reference) => {
                let character = match &*reference {
                    "apos" => '\'',
                    "quot" => '"',
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    other => panic!("unknown entity {other}"),
                };
                open.last_mut().unwrap().text.push(character);
            }
            Event::End(_) => {
                let Element { name, children, text } = open.pop().unwrap();
                open.last_mut().unwrap().children.push((name, value(children, text)));
            }
            Event::Eof => return value(open.pop().unwrap().children, String::new()),
            _ => {}
        }
    }
}

fn value(children: Vec<(String, Value)>, text: String) -> Value {
    match children.first().map(|(name, _)| name.as_str()) {
        None if text.is_empty() => Value::Null,
        None => Value::String(text),
        Some("member") => Value::Array(children.into_iter().map(|(_, value)| value).collect()),
        Some("entry") => {
            let entry =
                |(_, entry): (String, Value)| (entry["key"].as_str().unwrap().to_owned(), entry["value"].clone());
            Value::Object(children.into_iter().map(entry).collect())
        }
        Some(_) => Value::Object(children.into_iter().collect::<Map<_, _>>()),
    }
}
