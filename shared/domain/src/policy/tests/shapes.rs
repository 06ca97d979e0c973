//! Each policy of the table: its verdict, what narrowing makes of it, and what that opens.
//!
//! `narrow` is what comes of it without force, `force` with; `drop` and `drop_force` the same for dropping. Left out:
//! unchanged, or for the forced ones as without force. `[]`: no statement is left. `opens`: what narrowing widens, left
//! out: nothing. Of a shape with a `why` that says nothing of narrowing only the outcome counts: the policy is given back.
//!
//! `source`: the public policy that a shape is written after, by repository and path or by address. `verdict` and `why` were
//! judged by hand, from AWS's rules, before the analysis was asked.

use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    name: String,
    source: Option<String>,
    on: String,
    #[serde(default)]
    policy: Value,
    /// In the place of `policy`, where JSON values cannot show it.
    text: Option<String>,
    /// As a verdict is written; of the exceptions who they are, with their likelihood in front unless it is plausible.
    verdict: Value,
    why: Option<String>,
    #[serde(default)]
    way_left: bool,
    narrow: Option<Value>,
    force: Option<Value>,
    drop: Option<Value>,
    drop_force: Option<Value>,
    #[serde(default)]
    opens: Vec<(bool, String)>,
    drop_opens: Option<Vec<(bool, String)>>,
}

fn shapes() -> Vec<Shape> {
    serde_json::from_str(include_str!("shapes.json")).unwrap()
}

impl Shape {
    /// The policy with the statements that are expected, as pretty text so that the order counts.
    fn with(&self, statements: &Value) -> Option<String> {
        if statements == "unchanged" {
            return Some(document(&self.policy).pretty());
        }
        if statements.as_array().is_some_and(Vec::is_empty) {
            return None;
        }
        let mut policy = self.policy.clone();
        policy["Statement"] = statements.clone();
        Some(document(&policy).pretty())
    }
}

fn shown(verdict: &LockOut) -> Value {
    match verdict {
        LockOut::EveryoneExcept(exceptions) => {
            let shown = exceptions.iter().map(|Exception { who, likelihood, .. }| match likelihood {
                Likelihood::Plausible => who.clone(),
                Likelihood::Unknown => format!("unknown: {who}"),
                Likelihood::Doubtful => format!("doubtful: {who}"),
                Likelihood::Nobody => format!("nobody: {who}"),
            });
            json!({ "everyone_except": shown.collect::<Vec<_>>() })
        }
        LockOut::Everyone | LockOut::Nobody | LockOut::NotModelled(_) => serde_json::to_value(verdict).unwrap(),
    }
}

/// Those that are understood.
fn modelled() -> Vec<Shape> {
    shapes().into_iter().filter(|shape| shape.verdict.get("not_modelled").is_none()).collect()
}

fn pretty(change: &Change) -> Option<String> {
    change.after.as_ref().map(PolicyDocument::pretty)
}

fn opened(before: &PolicyDocument, change: &Change, subject: PolicySubject<'_>) -> Vec<(bool, String)> {
    let found = new_access(Some(before), change.after.as_ref(), subject);
    found.into_iter().map(|NewAccess { words, needs_force }| (needs_force, words)).collect()
}

#[test]
fn the_table_has_as_many_policies_as_it_is_meant_to() {
    let shapes = shapes();
    let names: std::collections::BTreeSet<&str> = shapes.iter().map(|shape| shape.name.as_str()).collect();
    assert_eq!((shapes.len(), names.len()), (COUNT, COUNT));
    let public = shapes.iter().filter(|shape| shape.source.is_some()).count();
    assert_eq!(public, PUBLIC);
    assert!(shapes.iter().all(|shape| shape.source.is_none() || shape.why.is_some()));
}

#[test]
fn every_policy_has_its_verdict() {
    let mut wrong = vec![];
    for shape in shapes() {
        let resource = resource(&shape.on);
        let text = shape.text.clone().unwrap_or_else(|| shape.policy.to_string());
        let verdict = match PolicyDocument::parse(&text) {
            Ok(document) => analyse(&document, subject(&resource)).verdict,
            Err(PolicyError::NotModelled(why)) => LockOut::NotModelled(why),
            Err(PolicyError::NotJson(why)) => panic!("{}: {why}", shape.name),
        };
        if shown(&verdict) != shape.verdict {
            wrong.push(format!("{}\n  expected {}\n  found    {}", shape.name, shape.verdict, shown(&verdict)));
        }
    }
    assert!(wrong.is_empty(), "{} verdicts differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_policy_is_narrowed_as_little_as_it_takes() {
    let unchanged = Value::from("unchanged");
    let is_written = |shape: &Shape| {
        shape.why.is_none() || shape.verdict == "nobody" || shape.narrow.is_some() || shape.force.is_some()
    };
    for shape in modelled().into_iter().filter(is_written) {
        let resource = resource(&shape.on);
        let (before, subject) = (document(&shape.policy), subject(&resource));
        let expected = shape.narrow.as_ref().unwrap_or(&unchanged);
        let narrowed = narrow(&before, subject, Reach::Everyone);
        assert_eq!(pretty(&narrowed), shape.with(expected), "{}", shape.name);
        assert_eq!(opened(&before, &narrowed, subject), shape.opens, "{}", shape.name);
        let expected = shape.force.as_ref().unwrap_or(expected);
        let forced = narrow(&before, subject, Reach::AlsoWithExceptions);
        assert_eq!(pretty(&forced), shape.with(expected), "{} with force", shape.name);
        assert_eq!(opened(&before, &forced, subject), shape.opens, "{} with force", shape.name);
    }
}

#[test]
fn narrowing_gives_the_policy_back_and_then_has_nothing_more_to_do() {
    for shape in modelled() {
        let resource = resource(&shape.on);
        let subject = subject(&resource);
        let Some(after) = narrow(&document(&shape.policy), subject, Reach::AlsoWithExceptions).after else { continue };
        assert_eq!(analyse(&after, subject).verdict, LockOut::Nobody, "{}", shape.name);
        assert_eq!(narrow(&after, subject, Reach::AlsoWithExceptions).after, Some(after), "{}", shape.name);
    }
}

#[test]
fn narrowing_without_force_ends_every_lock_on_everyone_and_opens_nothing_unsaid() {
    for shape in modelled() {
        let resource = resource(&shape.on);
        let (before, subject) = (document(&shape.policy), subject(&resource));
        for reach in [Reach::Everyone, Reach::AlsoWithExceptions] {
            let change = narrow(&before, subject, reach);
            let verdict = change.after.as_ref().map(|after| analyse(after, subject).verdict);
            assert_ne!(verdict, Some(LockOut::Everyone), "{}", shape.name);
            let expected =
                if reach == Reach::Everyone && shape.verdict.is_object() { vec![] } else { shape.opens.clone() };
            assert_eq!(opened(&before, &change, subject), expected, "{}", shape.name);
        }
    }
}

#[test]
fn where_only_deleting_is_left_it_says_so_and_what_it_opens() {
    for shape in modelled() {
        let resource = resource(&shape.on);
        let way_left = analyse(&document(&shape.policy), subject(&resource)).way_left;
        assert_eq!(way_left.is_some(), shape.way_left, "{}", shape.name);
        if let Some(words) = way_left {
            assert!(words.contains("delete the policy") && words.contains("Meanwhile"), "{words}");
        }
    }
}

#[test]
fn every_exception_says_whether_it_is_plausible_and_why() {
    for shape in modelled() {
        let resource = resource(&shape.on);
        let Analysis { verdict, findings, .. } = analyse(&document(&shape.policy), subject(&resource));
        let of_verdict = match verdict {
            LockOut::EveryoneExcept(exceptions) => exceptions,
            LockOut::Everyone | LockOut::Nobody | LockOut::NotModelled(_) => vec![],
        };
        assert!(of_verdict.iter().all(|exception| exception.likelihood != Likelihood::Nobody), "{}", shape.name);
        for Exception { who, why, .. } in of_verdict.iter().chain(findings.iter().flat_map(|found| &found.exceptions)) {
            assert!(!why.is_empty() && !who.is_empty(), "{}: {who}", shape.name);
            let text = format!("{who} {why}");
            assert!(!text.contains("all but") && !text.contains("the account `arn") && !text.contains('\n'), "{text}");
        }
    }
}

#[test]
fn dropping_takes_locking_statements_and_no_others() {
    let unchanged = Value::from("unchanged");
    for shape in modelled() {
        let resource = resource(&shape.on);
        let (before, subject) = (document(&shape.policy), subject(&resource));
        let dropped = drop_locking(&before, subject, Reach::Everyone);
        if let Some(expected) = &shape.drop {
            assert_eq!(pretty(&dropped), shape.with(expected), "{}", shape.name);
        }
        if let Some(expected) = &shape.drop_opens {
            assert_eq!(&opened(&before, &dropped, subject), expected, "{}", shape.name);
        }
        let forced = drop_locking(&before, subject, Reach::AlsoWithExceptions);
        if let Some(expected) = &shape.drop_force {
            assert_eq!(pretty(&forced), shape.with(expected), "{} with force", shape.name);
        }
        if shape.verdict == "nobody" {
            assert_eq!(pretty(&dropped), shape.with(&unchanged), "{}", shape.name);
            assert_eq!(pretty(&forced), shape.with(&unchanged), "{}", shape.name);
        }
    }
}

#[test]
fn every_sentence_is_one_line_and_names_its_statement() {
    for shape in modelled() {
        let resource = resource(&shape.on);
        let analysis = analyse(&document(&shape.policy), subject(&resource));
        let is_locked = matches!(analysis.verdict, LockOut::Everyone | LockOut::EveryoneExcept(_));
        assert!(!is_locked || !analysis.findings.is_empty(), "{}", shape.name);
        for StatementFinding { statement, words, .. } in analysis.findings {
            assert!(statement.starts_with("Sid \"") || statement.starts_with("statement "), "{statement}");
            assert!(words.starts_with("everybody") && !words.contains('\n'), "{words}");
        }
    }
}

const COUNT: usize = 243;
/// Written after policies from public sources.
const PUBLIC: usize = 69;
