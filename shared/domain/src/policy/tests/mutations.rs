//! Policies that went wrong on their way: whatever they hold, nothing here panics or loops.
//!
//! 256 of them, or as many as `PROPTEST_CASES` says.

use proptest::{prelude::*, sample::Index};

use super::*;

/// Values that stand in the wrong place somewhere.
const STRANGE: [&str; 24] = [
    "",
    "*",
    "?",
    "**?*",
    "${",
    "${aws:username",
    "${*}",
    "arn:",
    "arn:aws:s3",
    "arn:aws:s3:::data",
    "arn:aws:iam::111122223333:root",
    "arn:aws:sts::111122223333:assumed-role/a/b",
    ":::::::",
    "111122223333",
    "AROA",
    "AIDA:",
    "s3:",
    "s3:*Bucket*",
    "vpce-",
    "::/129",
    "0.0.0.0/0",
    "\u{202e}",
    "`",
    "true",
];

/// Where a policy is changed, and how.
#[derive(Debug, Clone)]
enum Mutation {
    Strange(Index, Index),
    Number(Index, i64),
    Twice(Index),
    Gone(Index),
    Byte(Index, u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        4 => (any::<Index>(), any::<Index>()).prop_map(|(place, strange)| Mutation::Strange(place, strange)),
        1 => (any::<Index>(), any::<i64>()).prop_map(|(place, number)| Mutation::Number(place, number)),
        1 => any::<Index>().prop_map(Mutation::Twice),
        1 => any::<Index>().prop_map(Mutation::Gone),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(place, byte)| Mutation::Byte(place, byte)),
    ]
}

/// Every value within a policy, the policy itself first.
fn places(value: &Value) -> usize {
    let within = match value {
        Value::Array(values) => values.iter().map(places).sum(),
        Value::Object(fields) => fields.values().map(places).sum(),
        _ => 0,
    };
    1 + within
}

fn change(value: &mut Value, place: &mut usize, with: &dyn Fn(&mut Value)) {
    if *place == 0 {
        with(value);
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| change(value, place, with)),
        Value::Object(fields) => fields.values_mut().for_each(|value| change(value, place, with)),
        _ => {}
    }
}

fn mutated(mut policy: Value, mutations: &[Mutation]) -> String {
    for mutation in mutations {
        let mut at = |index: &Index, with: &dyn Fn(&mut Value)| {
            let mut place = index.index(places(&policy));
            change(&mut policy, &mut place, with);
        };
        match mutation {
            Mutation::Strange(index, strange) => {
                let strange = STRANGE[strange.index(STRANGE.len())];
                at(index, &|value| *value = strange.into());
            }
            Mutation::Number(index, number) => at(index, &|value| *value = (*number).into()),
            Mutation::Twice(index) => at(index, &|value| *value = Value::from(vec![value.clone(), value.clone()])),
            Mutation::Gone(index) => at(index, &|value| *value = Value::Null),
            Mutation::Byte(..) => {}
        }
    }
    let mut text = policy.to_string().into_bytes();
    for mutation in mutations {
        if let (Mutation::Byte(index, byte), false) = (mutation, text.is_empty()) {
            let place = index.index(text.len());
            text[place] = *byte;
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn shape() -> impl Strategy<Value = (String, Value)> {
    let shapes: Vec<Value> = serde_json::from_str(include_str!("shapes.json")).unwrap();
    let shapes: Vec<(String, Value)> = shapes
        .into_iter()
        .filter(|shape| shape["policy"].is_object())
        .map(|shape| (shape["on"].as_str().unwrap().to_owned(), shape["policy"].clone()))
        .collect();
    prop::sample::select(shapes)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_policy_makes_anything_panic(
        (on, policy) in shape(),
        other in shape(),
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let resource = resource(&on);
        let subject = subject(&resource);
        let Ok(document) = PolicyDocument::parse(&mutated(policy, &mutations)) else { return Ok(()) };
        let analysis = analyse(&document, subject);
        let other = PolicyDocument::parse(&other.1.to_string()).ok();
        for reach in [Reach::Everyone, Reach::AlsoWithExceptions] {
            for changed in [narrow(&document, subject, reach), drop_locking(&document, subject, reach)] {
                let again = changed.after.as_ref().map(|after| PolicyDocument::parse(&after.to_text()));
                prop_assert!(again.is_none_or(|again| again.is_ok()), "what comes out can be read");
                let verdict = changed.after.as_ref().map(|after| analyse(after, subject).verdict);
                prop_assert!(verdict != Some(LockOut::Everyone), "{:?}", analysis.verdict);
                let opened = new_access(Some(&document), changed.after.as_ref(), subject);
                prop_assert!(opened.iter().all(|new_access| !new_access.words.contains('\n')));
            }
        }
        for (before, after) in [(other.as_ref(), Some(&document)), (Some(&document), other.as_ref())] {
            let opened = new_access(before, after, subject);
            prop_assert!(opened.iter().all(|new_access| !new_access.words.contains('\n')));
        }
        prop_assert!(public_statements(&document).len() <= document.json_statements().len());
        let gone = gone_principals(&document);
        leave_out(&document, &gone, &[]).ok();
        let text = format!("{analysis:?}");
        prop_assert!(!text.contains('\u{202e}'), "{text}");
    }
}
