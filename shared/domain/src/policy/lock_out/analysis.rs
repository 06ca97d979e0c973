//! The verdict on a policy, and what each of its statements does to those who would manage it.

use std::fmt::Write;

use super::{
    excepted::Excepted,
    exception::Exception,
    locked_out::{Analysis, LockOut, StatementFinding},
    locking::{Denial, Scope, kept_from},
};
use crate::{
    aws::resource::Resource,
    policy::language::{
        action, describe,
        document::PolicyDocument,
        inside::touches_inside,
        resource::{Names, names},
        statement::{Effect, Statement},
        subject::PolicySubject,
        words::{listed, shortened},
    },
};

/// So many exceptions stand in the sentence itself; more are listed below it.
const MOST: usize = 2;

/// Says who can still manage the policy, as far as the policy decides it.
#[must_use]
pub fn analyse(document: &PolicyDocument, subject: PolicySubject<'_>) -> Analysis {
    let statements = document.statements();
    let denials: Vec<(&Statement<'_>, Denial)> =
        statements.iter().filter_map(|statement| Some((statement, Denial::of(statement, subject)?))).collect();
    let all: Vec<&Denial> = denials.iter().map(|(_, denial)| denial).collect();
    let verdict = verdict(&all, subject);
    let findings =
        denials.iter().filter_map(|(statement, denial)| finding(statement, denial, &verdict, subject)).collect();
    let way_left = (verdict == LockOut::Nobody).then(|| way_left(&statements, &all, subject)).flatten();
    Analysis { verdict, findings, way_left }
}

/// Several Denies leave out only those whom each of them does; of several ways out one is enough.
pub(in crate::policy) fn verdict(denials: &[&Denial], subject: PolicySubject<'_>) -> LockOut {
    let mut exceptions: Vec<Exception> = vec![];
    for way_out in subject.ways_out() {
        let Some(excepted) = kept_from(denials.iter().copied(), way_out) else { return LockOut::Nobody };
        for exception in excepted {
            if !exceptions.contains(&exception) {
                exceptions.push(exception);
            }
        }
    }
    if exceptions.is_empty() { LockOut::Everyone } else { LockOut::EveryoneExcept(exceptions) }
}

/// Whether the policy leaves no way out to everybody.
pub(in crate::policy) fn is_locked(document: &PolicyDocument, subject: PolicySubject<'_>) -> bool {
    match analyse(document, subject).verdict {
        LockOut::Everyone | LockOut::EveryoneExcept(_) => true,
        LockOut::Nobody | LockOut::NotModelled(_) => false,
    }
}

/// Where a bucket's policy cannot be replaced and can be deleted: that this is the way, and what it opens meanwhile.
fn way_left(statements: &[Statement<'_>], denials: &[&Denial], subject: PolicySubject<'_>) -> Option<String> {
    match subject.resource {
        Resource::Queue(_) => return None,
        Resource::Bucket(_) => {}
    }
    let except = kept_from(denials.iter().copied(), "s3:PutBucketPolicy")?;
    if kept_from(denials.iter().copied(), "s3:DeleteBucketPolicy").is_some() {
        return None;
    }
    let whom = if except.is_empty() { "everybody" } else { "everybody but the exceptions" };
    let names = |effect| {
        let named = statements.iter().filter(|statement| statement.effect == effect).map(Statement::name);
        listed(&shortened(&named.collect::<Vec<_>>()), "and")
    };
    let (denies, allows) = (names(Effect::Deny), names(Effect::Allow));
    let mut words = format!(
        "s3:PutBucketPolicy is denied to {whom}, but s3:DeleteBucketPolicy is not: the way that is left is to delete the \
         policy, as whoever IAM allows can, and then to put another. Meanwhile none of it is in force: what was denied by \
         {denies} is open to whomever IAM or an ACL lets in"
    );
    if !allows.is_empty() {
        let _ = write!(words, ", and what was allowed by {allows} is closed");
    }
    Some(words)
}

fn finding(
    statement: &Statement<'_>,
    denial: &Denial,
    verdict: &LockOut,
    subject: PolicySubject<'_>,
) -> Option<StatementFinding> {
    let found = |words, exceptions| Some(StatementFinding { statement: statement.name(), words, exceptions });
    if denial.covers.is_empty() {
        let is_for_everybody = Denial::scope_beside(statement, subject) == Scope::Everyone;
        let what = describe::what(statement, subject);
        let words = format!("everybody is denied {what}, but whoever IAM allows can change the policy");
        return if is_for_everybody && denies_data(statement, subject) { found(words, vec![]) } else { None };
    }
    if !denial.locks() {
        return None;
    }
    let mut exceptions: Vec<Exception> = vec![];
    let mut sentences: Vec<String> = vec![];
    for (scope, actions) in by_scope(denial) {
        let excepted: &[Excepted] = match scope {
            Scope::Everyone => &[],
            Scope::Except(excepted) => excepted,
            Scope::Nobody => continue,
        };
        let who: Vec<&str> = excepted.iter().map(|one| one.shown.who.as_str()).collect();
        let who = match who.len() {
            0 => "everybody".to_owned(),
            number if number > MOST => format!("everybody except {number} exceptions"),
            _ => format!("everybody except {}", listed(&who, "and")),
        };
        sentences.push(format!("{who} is denied {} on {}", listed(&actions, "and"), subject.resource));
        exceptions.extend(excepted.iter().map(|one| one.shown.clone()));
    }
    let mut words = sentences.join("; ");
    match verdict {
        LockOut::Nobody => words.push_str("; that alone locks nobody out"),
        LockOut::Everyone if !exceptions.is_empty() => {
            words.push_str("; whom it leaves out, other statements keep out");
        }
        LockOut::Everyone | LockOut::EveryoneExcept(_) | LockOut::NotModelled(_) => {}
    }
    exceptions.extend(denial.nobodys.iter().cloned());
    let mut each: Vec<Exception> = vec![];
    for exception in exceptions {
        if !each.contains(&exception) {
            each.push(exception);
        }
    }
    found(words, each)
}

/// The actions that a statement denies to the same.
fn by_scope(denial: &Denial) -> Vec<(&Scope, Vec<&'static str>)> {
    let mut groups: Vec<(&Scope, Vec<&'static str>)> = vec![];
    for (action, scope) in &denial.covers {
        match groups.iter_mut().find(|(there, _)| *there == scope) {
            Some((_, actions)) => actions.push(action),
            None => groups.push((scope, vec![action])),
        }
    }
    groups
}

/// Whether a statement denies anything but the management of the policy.
fn denies_data(statement: &Statement<'_>, subject: PolicySubject<'_>) -> bool {
    let denies =
        |action: &&&str| !subject.management().contains(action) && action::may_include(&statement.actions, action);
    names(&statement.resources, &subject.arn()) != Names::No
        && subject.known_actions().iter().any(|action| denies(&action))
        || touches_inside(statement, subject) && subject.known_actions_inside().iter().any(|action| denies(&action))
}
