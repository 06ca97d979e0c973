//! OCSF: every line is of its class, and says what became of a finding.

use jsonschema::Validator;

use super::*;
use crate::tests::fixtures::hostile_report;

fn schema() -> Value {
    serde_json::from_str(include_str!("../compliance_finding.schema.json")).unwrap()
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

fn two_nights_lines() -> Vec<Value> {
    ocsf_lines(&two_nights().2)
}

#[test]
fn every_line_of_ocsf_is_a_compliance_finding() {
    let validator = validator();
    for told in [Told::full(), Told::of(hostile_report()), two_nights().2] {
        for line in ocsf_lines(&told) {
            let errors: Vec<String> = validator.iter_errors(&line).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:#?}\n{line:#}");
        }
    }
}

/// Every object of a schema, with the pointer to what it describes in a line.
fn objects(schema: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    if let Some(properties) = schema["properties"].as_object() {
        found.push((pointer.to_owned(), schema.clone()));
        for (name, inner) in properties {
            objects(inner, &format!("{pointer}/{name}"), found);
        }
    }
    if schema["items"].is_object() {
        objects(&schema["items"], &format!("{pointer}/0"), found);
    }
}

#[test]
fn the_schema_refuses_what_is_unknown_and_what_lacks_something() {
    let (validator, line) = (validator(), two_nights_lines().remove(0));
    assert!(validator.is_valid(&line));
    let mut found = Vec::new();
    objects(&schema(), "", &mut found);
    assert!(found.len() >= 10);
    for (pointer, object) in found {
        assert_eq!(object["additionalProperties"], json!(false), "{pointer}");
        let mut unknown = line.clone();
        unknown.pointer_mut(&pointer).unwrap()["unheard_of"] = json!(1);
        assert!(!validator.is_valid(&unknown), "{pointer}");
        for name in object["required"].as_array().into_iter().flatten() {
            let mut lacking = line.clone();
            lacking.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(name.as_str().unwrap()).unwrap();
            assert!(!validator.is_valid(&lacking), "{pointer} {name}");
        }
    }
    for (pointer, wrong) in [
        ("/status", json!("Resolved")),
        ("/severity", json!("Informational")),
        ("/type_uid", json!(200_303)),
        ("/compliance/status", json!("Pass")),
        ("/compliance/status_id", json!(7)),
        ("/status_id", json!(7)),
    ] {
        let mut line = line.clone();
        *line.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&line), "{pointer}");
    }
}

#[test]
fn ocsf_creates_updates_and_closes_a_finding_under_one_id() {
    let first = night(1, vec![(1, found()), (2, Status::Clean)]);
    let lines = ocsf_lines(&first);
    let [created] = lines.as_slice() else { panic!("{lines:#?}") };
    let said =
        |line: &Value| [&line["activity_id"], &line["status_id"], &line["compliance"]["status_id"]].map(Clone::clone);
    assert_eq!((said(created), &created["type_uid"]), ([1, 1, 3].map(Value::from), &200_301.into()));
    let mut second = night(2, vec![(1, found()), (2, Status::Clean)]);
    second.history = first.remembered();
    // Still new: that somebody reviews it, as "In Progress" means, is not known.
    assert_eq!(said(&ocsf_lines(&second)[0]), [2, 1, 3].map(Value::from));
    let mut third = night(3, vec![(1, Status::Clean), (2, Status::Clean)]);
    third.history = second.remembered();
    let closed = &ocsf_lines(&third)[0];
    assert_eq!(said(closed), [3, 4, 1].map(Value::from));
    assert_eq!(closed["finding_info"]["uid"], created["finding_info"]["uid"]);
    let mut fourth = night(3, vec![(2, Status::Clean)]);
    fourth.history = second.remembered();
    assert_eq!(said(&ocsf_lines(&fourth)[0]), [3, 5, 0].map(Value::from), "of one that left nothing is known");
}

#[test]
fn what_somebody_accepted_fails_and_is_suppressed_with_the_reason() {
    let first = night(1, vec![(1, found()), (2, exempt(Some(inventory())))]);
    let mut second = night(2, vec![(1, exempt(Some(inventory()))), (2, exempt(Some(inventory())))]);
    second.history = first.remembered();
    let lines = [ocsf_lines(&first), ocsf_lines(&second)].concat();
    let accepted: Vec<&Value> = lines.iter().filter(|line| line["status"] == "Suppressed").collect();
    assert_eq!((lines.len(), accepted.len()), (4, 3), "none of them is resolved");
    for line in accepted {
        assert_eq!((&line["status_id"], &line["compliance"]["status"]), (&json!(3), &json!("Fail")));
        assert!(line["comment"].as_str().unwrap().contains("break-glass account"), "{line:#}");
        assert_eq!(line["activity_name"], "Update");
    }
}

#[test]
fn i2_only_a_read_resolves_a_finding() {
    let first = night(1, vec![(1, found())]);
    for status in unread() {
        let mut second = night(2, vec![(1, status), (2, Status::Unknown(failure()))]);
        second.history = first.remembered();
        let results: Vec<(Value, Value)> = ocsf_lines(&second)
            .into_iter()
            .map(|line| (line["status"].clone(), line["compliance"]["status"].clone()))
            .collect();
        assert_eq!(results, [(json!("New"), json!("Unknown")), (json!("Archived"), json!("Unknown"))]);
    }
}
