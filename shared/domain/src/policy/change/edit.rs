//! Takes the management of the policy out of one Deny, and nothing else.
//!
//! IAM has no "these, minus those": what covers every action becomes `NotAction`, and a partial wildcard is written out.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    aws::resource::Resource,
    policy::language::{
        action::{covers, is_of},
        catalogue::AS_OF,
        pattern, resource,
        statement::{Listed, Statement},
        subject::PolicySubject,
        values::{list, with_element},
        words::{listed, quoted},
    },
};

/// SQS takes no more actions in a statement. Source: Amazon SQS Developer Guide, "Amazon SQS policy quotas".
const MOST_QUEUE_ACTIONS: usize = 7;

/// What stands in the place of a locking statement, and what to say of it.
pub(super) fn without_management(
    statement: &Statement<'_>,
    subject: PolicySubject<'_>,
    sids: &mut BTreeSet<String>,
) -> (Vec<Value>, Vec<String>) {
    let management = subject.management();
    let patterns = match &statement.actions {
        Listed::NotIn(excepted) => {
            let missing = management.iter().filter(|action| !excepted.iter().any(|pattern| is_of(pattern, action)));
            let excepted = list(excepted.iter().chain(missing).copied());
            return (vec![with_element(statement.json, "NotAction", "NotAction", &excepted)], vec![]);
        }
        Listed::In(patterns) => patterns,
    };
    if patterns.iter().any(|pattern| covers(pattern, subject.every_action())) {
        return (vec![with_element(statement.json, "Action", "NotAction", &list(management.iter().copied()))], vec![]);
    }
    let is_literal = |pattern: &&str| management.iter().any(|action| action.eq_ignore_ascii_case(pattern));
    let kept: Vec<&str> = patterns.iter().copied().filter(|pattern| !is_literal(pattern)).collect();
    let partial: Vec<&str> = kept.iter().copied().filter(|pattern| manages(pattern, subject)).collect();
    let inside = if partial.iter().any(|pattern| is_of_any(pattern, subject.known_actions_inside())) {
        resources_inside(statement, subject)
    } else {
        Inside::Same
    };
    let on_resource = |only: bool| written_out(&kept, subject, only);
    let statements = match inside {
        Inside::Same => with_actions(statement.json, &on_resource(false), subject, sids),
        Inside::Apart(resources) => {
            let actions = list(kept.iter().copied().filter(|pattern| applies_inside(pattern, subject)));
            let (name, value) = resources;
            let (old_name, _) = resource_element(statement);
            let objects = with_element(statement.json, "Action", "Action", &actions);
            let objects = objects.as_object().map(|json| with_element(json, old_name, name, &value));
            let mut bucket = statement.json.clone();
            if let Value::Object(json) = with_element(&bucket, old_name, "Resource", &Value::String(subject.arn())) {
                bucket = json;
            }
            name_apart(&mut bucket, subject, sids);
            objects.into_iter().chain(with_actions(&bucket, &on_resource(true), subject, sids)).collect()
        }
    };
    let name = statement.name();
    let notes = if statements.is_empty() {
        vec![format!("{name} goes, because it denies nothing but the management of the policy")]
    } else if partial.is_empty() {
        vec![]
    } else {
        let wildcards: Vec<String> = partial.iter().map(|pattern| quoted(pattern)).collect();
        vec![format!(
            "{name}: in the place of {} stand the actions on {} that it covers, without the management of the policy, as they \
             were known on {AS_OF}; an action that AWS adds later is no longer denied there",
            listed(&wildcards, "and"),
            subject.resource,
        )]
    };
    (statements, notes)
}

fn manages(pattern: &str, subject: PolicySubject<'_>) -> bool {
    is_of_any(pattern, subject.management())
}

fn is_of_any(pattern: &str, actions: &[&str]) -> bool {
    actions.iter().any(|action| is_of(pattern, action))
}

/// Whether a pattern acts inside the bucket; one that is not known at all may.
fn applies_inside(pattern: &str, subject: PolicySubject<'_>) -> bool {
    is_of_any(pattern, subject.known_actions_inside()) || !is_of_any(pattern, subject.known_actions())
}

/// The actions with every wildcard that covers management replaced by the other known actions that are of it.
///
/// `only`: those that act on the bucket itself; S3 refuses a statement with an action that applies to none of its resources
/// (`MalformedPolicy`, "Action does not apply to any resource(s) in statement").
fn written_out(kept: &[&str], subject: PolicySubject<'_>, only: bool) -> Vec<String> {
    let mut actions: Vec<String> = vec![];
    let mut add = |action: &str| {
        if !actions.iter().any(|there| there.eq_ignore_ascii_case(action)) {
            actions.push(action.to_owned());
        }
    };
    let inside = if only { &[] } else { subject.known_actions_inside() };
    for pattern in kept {
        if manages(pattern, subject) {
            let known = subject.known_actions().iter().chain(inside);
            known
                .filter(|action| is_of(pattern, action) && !subject.management().contains(action))
                .for_each(|action| add(action));
        } else if !only
            || is_of_any(pattern, subject.known_actions())
            || !is_of_any(pattern, subject.known_actions_inside())
        {
            add(pattern);
        }
    }
    actions
}

/// Where the part of a statement lies that is not about the bucket itself.
enum Inside {
    /// The statement keeps its resources.
    Same,
    /// In a statement of its own, with this element and value.
    Apart((&'static str, Value)),
}

fn resource_element(statement: &Statement<'_>) -> (&'static str, Vec<String>) {
    let (name, values) = match &statement.resources {
        Listed::In(values) => ("Resource", values),
        Listed::NotIn(values) => ("NotResource", values),
    };
    (name, values.iter().map(|&value| value.to_owned()).collect())
}

/// The statement's resources without the bucket itself, if they can be told apart.
fn resources_inside(statement: &Statement<'_>, subject: PolicySubject<'_>) -> Inside {
    let (name, mut resources) = resource_element(statement);
    let (arn, Some(inside)) = (subject.arn(), subject.inside()) else { return Inside::Same };
    if name == "NotResource" {
        resources.push(arn);
        return Inside::Apart((name, list(resources)));
    }
    let mut apart: Vec<String> = vec![];
    for resource in resources {
        let widest = resource::widest(&resource);
        let kept = if !pattern::matches(&widest, &arn) {
            resource
        } else if resource::is_certain(&resource) && pattern::covers(&resource, &inside) {
            // A bucket's policy is about nothing but the bucket and its objects.
            inside.clone()
        } else if pattern::intersect(&widest, &inside) {
            return Inside::Same;
        } else {
            continue;
        };
        if !apart.contains(&kept) {
            apart.push(kept);
        }
    }
    if apart.is_empty() { Inside::Same } else { Inside::Apart((name, list(apart))) }
}

/// The statement with these actions, as several where the service takes only so many in one.
fn with_actions(
    json: &Map<String, Value>,
    actions: &[String],
    subject: PolicySubject<'_>,
    sids: &mut BTreeSet<String>,
) -> Vec<Value> {
    let most = match subject.resource {
        Resource::Bucket(_) => actions.len().max(1),
        Resource::Queue(_) => MOST_QUEUE_ACTIONS,
    };
    let mut statements = vec![];
    for (part, actions) in actions.chunks(most).enumerate() {
        let mut json = json.clone();
        if part > 0 {
            name_apart(&mut json, subject, sids);
        }
        statements.push(with_element(&json, "Action", "Action", &list(actions.iter().map(String::as_str))));
    }
    statements
}

/// Gives a statement that was split off a Sid of its own, if the first has one: AWS takes none twice.
fn name_apart(json: &mut Map<String, Value>, subject: PolicySubject<'_>, sids: &mut BTreeSet<String>) {
    let Some(Value::String(sid)) = json.get_mut("Sid") else { return };
    if sid.is_empty() {
        return;
    }
    let base = match subject.resource {
        Resource::Bucket(_) => format!("{sid}OnBucket"),
        Resource::Queue(_) => format!("{sid}Continued"),
    };
    let numbered = (2..).map(|number: u32| format!("{base}{number}"));
    if let Some(free) = std::iter::once(base.clone()).chain(numbered).find(|name| !sids.contains(name)) {
        sids.insert(free.clone());
        *sid = free;
    }
}
